#include "core/audio_file.h"

#include <sndfile.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int kScanFrames = 16384;
constexpr int64_t kLongestFile = int64_t{1} << 48;  // more frames than that: the header does not know

std::string FormatWord(SNDFILE* file, int format) {
  SF_FORMAT_INFO info{};
  info.format = format;
  if (sf_command(file, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr)
    return "unknown";
  return info.name;
}

// Libsndfile opens a file that was cut short without a word, and only notes it in its log.
bool LogTellsOfLoss(SNDFILE* file) {
  char text[16384] = "";
  sf_command(file, SFC_GET_LOG_INFO, text, sizeof text);
  std::istringstream log(text);
  for (std::string line; std::getline(log, line);) {
    if (absl::StrContains(line, "Calculated frame count") ||
        absl::StrContains(line, "calculated from length")) {
      return true;
    }
    unsigned long long promised = 0;
    unsigned long long found = 0;
    char chunk[8] = "";
    // `data : 288000 (should be 99920)`: what the chunk promises, and what is left of the file.
    if (std::sscanf(line.c_str(), " %7[A-Za-z] : %llu (should be %llu)", chunk, &promised, &found) != 3)
      continue;
    const std::string name = chunk;
    if ((name == "data" || name == "SSND" || name == "riff") && promised > found) return true;
  }
  return false;
}

}  // namespace

struct AudioFile::State {
  SNDFILE* file = nullptr;
  SF_INFO info{};
  int64_t next_frame = 0;

  ~State() {
    if (file != nullptr) sf_close(file);
  }

  int major() const { return info.format & SF_FORMAT_TYPEMASK; }
  int coding() const { return info.format & SF_FORMAT_SUBMASK; }

  absl::Status SeekTo(int64_t first_frame) {
    if (first_frame == next_frame) return absl::OkStatus();
    if (sf_seek(file, first_frame, SEEK_SET) != first_frame) {
      return absl::DataLossError(
          fmt::format("frame {} cannot be reached; the file is cut short or damaged", first_frame));
    }
    next_frame = first_frame;
    return absl::OkStatus();
  }

  absl::Status Took(int64_t wanted, int64_t count) {
    next_frame += count;
    if (count == wanted) return absl::OkStatus();
    return absl::DataLossError(fmt::format(
        "the sound ends after {} of {} frames; the file is cut short or damaged", next_frame, info.frames));
  }
};

AudioFile::AudioFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
AudioFile::~AudioFile() = default;

absl::StatusOr<std::unique_ptr<AudioFile>> AudioFile::Open(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return absl::NotFoundError("no such file");
  if (std::filesystem::is_directory(status))
    return absl::InvalidArgumentError("is a folder, not a sound file");
  if (!std::filesystem::is_regular_file(status)) return absl::InvalidArgumentError("is not a file");
  if (std::filesystem::file_size(path, error) == 0 && !error) return absl::InvalidArgumentError("is empty");
  auto state = std::make_unique<State>();
  state->file = sf_open(path.c_str(), SFM_READ, &state->info);
  if (state->file == nullptr) {
    const int code = sf_error(nullptr);
    if (code == SF_ERR_SYSTEM) return absl::PermissionDeniedError("cannot be opened for reading");
    return absl::InvalidArgumentError(fmt::format(
        "is not a sound file that can be read ({}); WAV, AIFF, CAF, FLAC, MP3, Vorbis and Opus can",
        sf_strerror(nullptr)));
  }
  if (state->major() == SF_FORMAT_RAW || state->info.channels < 1 || state->info.samplerate < 1) {
    return absl::InvalidArgumentError("is not a sound file with a header");
  }
  if (LogTellsOfLoss(state->file)) {
    return absl::DataLossError(
        fmt::format("is cut short: its header promises more than the {} frames it holds; copy it again",
                    state->info.frames));
  }
  if (state->info.frames < 1) return absl::InvalidArgumentError("holds no sound");
  return std::unique_ptr<AudioFile>(new AudioFile(std::move(state)));
}

int AudioFile::channels() const {
  return state_->info.channels;
}
int AudioFile::sample_rate() const {
  return state_->info.samplerate;
}
int64_t AudioFile::frames() const {
  return state_->info.frames;
}
int64_t AudioFile::position() const {
  return state_->next_frame;
}

bool AudioFile::is_float() const {
  return state_->coding() == SF_FORMAT_FLOAT || state_->coding() == SF_FORMAT_DOUBLE;
}

bool AudioFile::is_lossy() const {
  return bits() == 0 && !is_float() && state_->coding() != SF_FORMAT_ALAC_20;
}

int AudioFile::bits() const {
  switch (state_->coding()) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
      return 8;
    case SF_FORMAT_PCM_16:
    case SF_FORMAT_ALAC_16:
      return 16;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_ALAC_24:
      return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32:
    case SF_FORMAT_FLOAT:
      return 32;
    case SF_FORMAT_DOUBLE:
      return 64;
    default:
      return 0;
  }
}

std::string AudioFile::encoding() const {
  return FormatWord(state_->file, state_->major()) + ", " + FormatWord(state_->file, state_->coding());
}

absl::Status AudioFile::Read(int64_t first_frame, std::span<double> interleaved) {
  if (absl::Status sought = state_->SeekTo(first_frame); !sought.ok()) return sought;
  const auto wanted = static_cast<int64_t>(interleaved.size()) / channels();
  return state_->Took(wanted, sf_readf_double(state_->file, interleaved.data(), wanted));
}

absl::Status AudioFile::ReadSteps(int64_t first_frame, std::span<int32_t> interleaved) {
  if (absl::Status sought = state_->SeekTo(first_frame); !sought.ok()) return sought;
  const auto wanted = static_cast<int64_t>(interleaved.size()) / channels();
  const int64_t count = sf_readf_int(state_->file, interleaved.data(), wanted);
  const int shift = 32 - bits();
  for (int32_t& sample : interleaved) sample >>= shift;  // libsndfile aligns to the left
  return state_->Took(wanted, count);
}

namespace {

absl::Status ScanForNonNumbers(AudioFile& file) {
  std::vector<double> block(static_cast<size_t>(kScanFrames) * static_cast<size_t>(file.channels()));
  const auto channels = static_cast<size_t>(file.channels());
  for (int64_t first = 0; first < file.frames(); first += kScanFrames) {
    const auto frames = static_cast<size_t>(std::min<int64_t>(kScanFrames, file.frames() - first));
    const std::span<double> samples = std::span(block).first(frames * channels);
    if (absl::Status read = file.Read(first, samples); !read.ok()) return read;
    for (size_t i = 0; i < samples.size(); ++i) {
      if (std::fabs(samples[i]) <= std::numeric_limits<float>::max()) continue;  // false for NaN too
      return absl::InvalidArgumentError(
          fmt::format("sample {} of channel {} is {}, not a number in range; export the file again",
                      first + static_cast<int64_t>(i / channels), i % channels + 1,
                      std::isnan(samples[i]) ? "NaN" : "infinite"));
    }
  }
  return absl::OkStatus();
}

// Decodes a file to its end, and says how long it is: lossy files only estimate it, streamed ones do not
// know.
int64_t CountFrames(AudioFile& file) {
  std::vector<double> block(static_cast<size_t>(file.channels()) * kScanFrames);
  while (file.position() < file.frames()) {
    const auto frames = static_cast<size_t>(std::min<int64_t>(kScanFrames, file.frames() - file.position()));
    if (!file.Read(file.position(), std::span(block).first(frames * static_cast<size_t>(file.channels())))
             .ok())
      break;
  }
  return file.position();
}

}  // namespace

absl::StatusOr<Source> InspectSource(const std::string& path) {
  absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(path);
  if (!file.ok()) return file.status();
  Source source;
  source.set_channels((*file)->channels());
  source.set_sample_rate((*file)->sample_rate());
  source.set_frames((*file)->frames());
  source.set_encoding((*file)->encoding());
  const bool is_streamed = source.frames() > kLongestFile;
  if ((*file)->is_lossy() || is_streamed) {
    source.set_frames(CountFrames(**file));
    if (source.frames() == 0) return absl::DataLossError("holds no sound that can be decoded");
  }
  if ((*file)->is_lossy()) {
    source.add_doubts(fmt::format(
        "is lossy ({}): what the coder threw away is missing from every deliverable, and another machine's "
        "decoder may give other samples; ask for the original",
        source.encoding()));
    return source;
  }
  if ((*file)->is_float()) {
    if (absl::Status scanned = ScanForNonNumbers(**file); !scanned.ok()) return scanned;
    return source;
  }
  if (is_streamed) return source;
  std::vector<double> last(static_cast<size_t>(source.channels()));
  if (absl::Status read = (*file)->Read(source.frames() - 1, last); !read.ok()) return read;
  return source;
}

}  // namespace trackout
