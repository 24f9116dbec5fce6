#include "core/audio/audio_file.h"

#include <fcntl.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "core/audio/stated_size.h"
#include "core/limits.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int kScanFrames = 16384;

std::string FormatWord(SNDFILE* file, int format) {
  SF_FORMAT_INFO info{};
  info.format = format;
  if (sf_command(file, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr)
    return "unknown";
  return info.name;
}

// Libsndfile notes only in its log that an Ogg stream has no end.
bool LacksItsEnd(SNDFILE* file) {
  char text[4096] = "";
  sf_command(file, SFC_GET_LOG_INFO, text, sizeof text);
  return absl::StrContains(text, "\nOgg : File ended unexpectedly");
}

}  // namespace

struct AudioFile::State {
  int descriptor = -1;  // libsndfile's too: it moves the position, pread does not
  SNDFILE* file = nullptr;
  SF_INFO info{};
  StatedSize stated;
  bool says_length = true;
  std::optional<Pcm> pcm;
  int64_t next_frame = 0;

  ~State() {
    if (file != nullptr) sf_close(file);
    if (descriptor >= 0) close(descriptor);
  }

  int major() const { return info.format & SF_FORMAT_TYPEMASK; }
  int coding() const { return info.format & SF_FORMAT_SUBMASK; }

  absl::Status OpenDescriptor(const std::string& path) {
    // Not to hang where it is a pipe.
    descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
      if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ELOOP)
        return absl::NotFoundError("no such file");
      if (errno == EACCES || errno == EPERM)
        return absl::PermissionDeniedError("cannot be opened for reading");
      return absl::ErrnoToStatus(errno, "cannot be opened");
    }
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return absl::ErrnoToStatus(errno, "cannot be looked at");
    if (S_ISDIR(status.st_mode)) return absl::InvalidArgumentError("is a folder, not a sound file");
    if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("is not a file");
    if (status.st_size == 0) return absl::InvalidArgumentError("is empty");
    return absl::OkStatus();
  }

  // Samples in wider cells, and a length that libsndfile found elsewhere, are not plain.
  std::optional<Pcm> FindPcm() const {
    if (major() != SF_FORMAT_WAV && major() != SF_FORMAT_WAVEX && major() != SF_FORMAT_RF64 &&
        major() != SF_FORMAT_W64)
      return std::nullopt;
    struct stat status {};
    if (stated.sound_at == 0 || fstat(descriptor, &status) != 0 ||
        info.frames > (status.st_size - stated.sound_at) / stated.frame_bytes)
      return std::nullopt;
    const int sample_bytes = stated.frame_bytes % info.channels == 0 ? stated.frame_bytes / info.channels : 0;
    if (coding() == SF_FORMAT_PCM_16 && sample_bytes == 2) return Pcm::kInt16;
    if (coding() == SF_FORMAT_PCM_24 && sample_bytes == 3) return Pcm::kInt24;
    if (coding() == SF_FORMAT_PCM_32 && sample_bytes == 4) return Pcm::kInt32;
    if (coding() == SF_FORMAT_FLOAT && sample_bytes == 4) return Pcm::kFloat32;
    return std::nullopt;
  }

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
  auto state = std::make_unique<State>();
  if (absl::Status opened = state->OpenDescriptor(path); !opened.ok()) return opened;
  state->file = sf_open_fd(state->descriptor, SFM_READ, &state->info, SF_FALSE);
  if (state->file == nullptr) {
    return absl::InvalidArgumentError(
        "is not a sound file that can be read; WAV, AIFF, CAF, FLAC, MP3, Vorbis and Opus can");
  }
  if (state->major() == SF_FORMAT_RAW || state->info.channels < 1 || state->info.samplerate < 1) {
    return absl::InvalidArgumentError("is not a sound file with a header");
  }
  state->stated = CheckStatedSize(state->descriptor);
  state->says_length = state->major() != SF_FORMAT_MPEG || Mp3SaysItsLength(state->descriptor);
  if (state->stated.is_cut || (state->major() == SF_FORMAT_OGG && LacksItsEnd(state->file))) {
    return absl::DataLossError(
        fmt::format("is cut short: its header promises more than the {} frames it holds; copy it again",
                    state->info.frames));
  }
  if (state->info.frames < 1)
    return absl::InvalidArgumentError("holds no sound, or its header says so; save it again");
  state->pcm = state->FindPcm();
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

bool AudioFile::says_length() const {
  return state_->says_length;
}

bool AudioFile::is_compressed() const {
  return is_lossy() || state_->major() == SF_FORMAT_FLAC || state_->major() == SF_FORMAT_OGG ||
         state_->coding() == SF_FORMAT_ALAC_16 || state_->coding() == SF_FORMAT_ALAC_20 ||
         state_->coding() == SF_FORMAT_ALAC_24 || state_->coding() == SF_FORMAT_ALAC_32;
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

std::optional<AudioFile::Pcm> AudioFile::pcm() const {
  return state_->pcm;
}

absl::Status AudioFile::ReadBytes(int64_t first_frame, std::span<std::byte> bytes) {
  const StatedSize& stated = state_->stated;
  assert(state_->pcm && bytes.size() % static_cast<size_t>(stated.frame_bytes) == 0);
  const auto count = static_cast<int64_t>(bytes.size()) / stated.frame_bytes;
  if (first_frame < 0 || first_frame > frames() - count) {
    return absl::DataLossError(
        fmt::format("the sound ends after {} frames; {} from {} are wanted", frames(), count, first_frame));
  }
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = pread(state_->descriptor, bytes.data() + done, bytes.size() - done,
                              stated.sound_at + first_frame * stated.frame_bytes + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::ErrnoToStatus(errno, "cannot be read");
    if (got == 0) {
      return absl::DataLossError(
          fmt::format("the sound ends after {} of {} frames; the file is cut short or damaged",
                      first_frame + static_cast<int64_t>(done) / stated.frame_bytes, frames()));
    }
    done += static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

std::vector<std::string> AudioFile::doubts() const {
  std::vector<std::string> doubts;
  if (is_lossy()) {
    doubts.push_back(fmt::format(
        "is lossy ({}): what the coder threw away is missing from every deliverable, and another machine's "
        "decoder may give other samples; ask for the original",
        encoding()));
  }
  if (!state_->says_length) {
    doubts.push_back("does not say how long it is, and its end may be missing here; convert it to WAV");
  }
  if (state_->stated.knows_no_length) {
    doubts.push_back("has a header that does not know its length; all that is there is taken");
  }
  if (state_->stated.has_more) {
    doubts.push_back(fmt::format(
        "goes on behind its {} frames with what is no chunk; a recorder that crashed leaves such files, "
        "compare the length",
        frames()));
  }
  return doubts;
}

namespace {

// Reads a file to its end; non-numbers are an error, an end before the header's is left to the caller.
absl::Status ReadWhole(AudioFile& file, const std::atomic<bool>& stop) {
  const auto channels = static_cast<size_t>(file.channels());
  std::vector<double> block(kScanFrames * channels);
  while (file.position() < file.frames()) {
    if (stop) return absl::CancelledError("stopped");
    const int64_t first = file.position();
    const auto frames = static_cast<size_t>(std::min<int64_t>(kScanFrames, file.frames() - first));
    const std::span<double> samples = std::span(block).first(frames * channels);
    if (!file.Read(first, samples).ok()) return absl::OkStatus();
    if (!file.is_float()) continue;
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

}  // namespace

absl::StatusOr<Source> InspectSource(const std::string& path, const std::atomic<bool>& stop) {
  absl::StatusOr<std::unique_ptr<AudioFile>> opened = AudioFile::Open(path);
  if (!opened.ok()) return opened.status();
  AudioFile& file = **opened;
  Source source;
  source.set_channels(file.channels());
  source.set_sample_rate(file.sample_rate());
  source.set_frames(file.frames());
  source.set_encoding(file.encoding());
  for (const std::string& doubt : file.doubts()) source.add_doubts(doubt);
  // Plain integers can hide nothing but a missing end. The rest is read to see what is in it.
  if (!file.is_float() && !file.is_compressed()) {
    std::vector<double> last(static_cast<size_t>(file.channels()));
    if (absl::Status read = file.Read(file.frames() - 1, last); !read.ok()) return read;
    return source;
  }
  if (absl::Status read = ReadWhole(file, stop); !read.ok()) return read;
  // Only where the length is an estimate, or a number beyond all sense (a streamed file), may it be shorter.
  if (file.position() < file.frames() && file.says_length() && file.frames() <= kLongestFileFrames) {
    return absl::DataLossError(
        fmt::format("the sound ends after {} of {} frames; the file is cut short or damaged", file.position(),
                    file.frames()));
  }
  if (file.position() == 0) return absl::DataLossError("holds no sound that can be decoded");
  source.set_frames(file.position());
  return source;
}

}  // namespace trackout
