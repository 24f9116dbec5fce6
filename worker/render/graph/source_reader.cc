#include "worker/render/graph/source_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "core/audio/audio_file.h"
#include "core/audio/rate_converter.h"
#include "fmt/format.h"
#include "worker/dsp/unpack.h"

namespace trackout {
namespace {

// Frames that go into a converter at a time.
constexpr int64_t kConvertFrames = 4096;

dsp::SampleKind KindOf(const std::optional<AudioFile::Pcm>& pcm) {
  if (!pcm) return dsp::SampleKind::kFloat64;
  switch (*pcm) {
    case AudioFile::Pcm::kInt16:
      return dsp::SampleKind::kInt16;
    case AudioFile::Pcm::kInt24:
      return dsp::SampleKind::kInt24;
    case AudioFile::Pcm::kInt32:
      return dsp::SampleKind::kInt32;
    case AudioFile::Pcm::kFloat32:
      return dsp::SampleKind::kFloat32;
  }
  return dsp::SampleKind::kFloat64;
}

// An open source, with the channels of it that are wanted.
struct OpenFile {
  std::string path;
  std::unique_ptr<AudioFile> file;
  std::vector<int> wanted;
  dsp::SampleKind kind;
  size_t frame_bytes;

  absl::Status Error(const absl::Status& status) const {
    return absl::DataLossError(fmt::format("{}: {}", path, std::string(status.message())));
  }
  absl::Status Changed() const {
    return Error(absl::DataLossError("has changed since it was looked at; render again"));
  }

  // Fills the front of `samples`.
  absl::Status Read(int64_t first_frame, size_t frames, std::vector<double>& samples) const {
    const size_t bytes = frames * frame_bytes;
    samples.resize(std::max(samples.size(), (bytes + sizeof(double) - 1) / sizeof(double)));
    const absl::Status read =
        kind == dsp::SampleKind::kFloat64
            ? file->Read(first_frame,
                         std::span(samples).first(frames * static_cast<size_t>(file->channels())))
            : file->ReadBytes(first_frame, std::as_writable_bytes(std::span(samples)).first(bytes));
    return read.ok() ? read : Error(read);
  }
  void Unpack(const std::vector<double>& samples, size_t skip, const Planes& planes) const {
    dsp::Unpack(kind,
                std::as_bytes(std::span(samples)).subspan(skip * frame_bytes, planes.frames() * frame_bytes),
                static_cast<size_t>(file->channels()), wanted, planes);
  }
};

absl::StatusOr<OpenFile> OpenFileOf(FileStore& store, const Region& region, int channels) {
  absl::StatusOr<std::string> path = store.PathOf(region.source());
  if (!path.ok()) return path.status();
  OpenFile open{*std::move(path), nullptr, {region.channels().begin(), region.channels().end()}, {}, 0};
  absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(open.path);
  if (!file.ok()) return open.Error(file.status());
  open.file = *std::move(file);
  if (open.wanted.empty()) {
    if (open.file->channels() != channels) return open.Changed();
    open.wanted.resize(static_cast<size_t>(channels));
    std::iota(open.wanted.begin(), open.wanted.end(), 0);
  }
  if (*std::max_element(open.wanted.begin(), open.wanted.end()) >= open.file->channels())
    return open.Changed();
  if (region.source_rate() != 0 && open.file->sample_rate() != region.source_rate()) return open.Changed();
  open.kind = KindOf(open.file->pcm());
  open.frame_bytes = dsp::BytesOf(open.kind) * static_cast<size_t>(open.file->channels());
  return open;
}

class PlainReader : public SourceReader {
 public:
  explicit PlainReader(OpenFile open) : open_(std::move(open)) {}

  absl::Status Load(int64_t first_frame, size_t frames) override {
    position_ = first_frame + static_cast<int64_t>(frames);
    return open_.Read(first_frame, frames, samples_);
  }
  int64_t position() const override { return position_; }
  void Unpack(size_t skip, const Planes& planes) const override { open_.Unpack(samples_, skip, planes); }
  bool is_integer() const override {
    return open_.kind != dsp::SampleKind::kFloat32 && open_.kind != dsp::SampleKind::kFloat64;
  }

 private:
  const OpenFile open_;
  std::vector<double> samples_;  // as they lie in the file
  int64_t position_ = 0;
};

class ConvertedReader : public SourceReader {
 public:
  ConvertedReader(OpenFile open, int sample_rate)
      : open_(std::move(open)),
        sample_rate_(sample_rate),
        fed_(Channels(), kConvertFrames),
        loaded_(Channels(), 0) {}

  absl::Status Start() {
    absl::StatusOr<std::unique_ptr<RateConverter>> converter =
        RateConverter::Create(Channels(), open_.file->sample_rate(), sample_rate_, open_.file->frames());
    if (!converter.ok()) return converter.status();
    converter_ = *std::move(converter);
    fed_frames_ = 0;
    position_ = 0;
    return absl::OkStatus();
  }

  absl::Status Load(int64_t first_frame, size_t frames) override {
    if (first_frame < position_) {
      if (absl::Status started = Start(); !started.ok()) return started;
    }
    if (loaded_.frames() < frames || loaded_.frames() == 0)
      loaded_ = Block(Channels(), std::max(frames, static_cast<size_t>(kConvertFrames)));
    while (position_ < first_frame) {
      const auto gone =
          static_cast<size_t>(std::min(first_frame - position_, static_cast<int64_t>(loaded_.frames())));
      if (absl::Status pulled = Pull(gone); !pulled.ok()) return pulled;
    }
    return Pull(frames);
  }
  int64_t position() const override { return position_; }
  void Unpack(size_t skip, const Planes& planes) const override {
    Copy(const_cast<Block&>(loaded_).planes(skip, planes.frames()), planes);
  }
  bool is_integer() const override { return false; }

 private:
  int Channels() const { return static_cast<int>(open_.wanted.size()); }

  // The next frames, into the front of what is loaded.
  absl::Status Pull(size_t frames) {
    for (size_t done = 0; done < frames;) {
      const size_t count = std::min(converter_->available(), frames - done);
      if (count > 0) {
        converter_->Pull(loaded_.planes(done, count));
        done += count;
        continue;
      }
      const int64_t rest = std::min(open_.file->frames() - fed_frames_, kConvertFrames);
      if (rest <= 0) return open_.Error(absl::DataLossError("ends before its clip; render again"));
      if (absl::Status read = open_.Read(fed_frames_, static_cast<size_t>(rest), samples_); !read.ok())
        return read;
      const Planes planes = fed_.planes(0, static_cast<size_t>(rest));
      open_.Unpack(samples_, 0, planes);
      if (absl::Status pushed = converter_->Push(ConstPlanes(planes)); !pushed.ok()) return pushed;
      fed_frames_ += rest;
    }
    position_ += static_cast<int64_t>(frames);
    return absl::OkStatus();
  }

  const OpenFile open_;
  const int sample_rate_;
  std::unique_ptr<RateConverter> converter_;
  std::vector<double> samples_;
  Block fed_;
  Block loaded_;
  int64_t fed_frames_ = 0;
  int64_t position_ = 0;
};

}  // namespace

std::string ReaderKey(const Region& region) {
  std::string key = region.source().sha256() + fmt::format(" {}", region.source_rate());
  for (const int channel : region.channels()) key += fmt::format(" {}", channel);
  return key;
}

absl::StatusOr<std::unique_ptr<SourceReader>> OpenSource(FileStore& store, const Region& region, int channels,
                                                         int sample_rate) {
  absl::StatusOr<OpenFile> open = OpenFileOf(store, region, channels);
  if (!open.ok()) return open.status();
  if (region.source_rate() == 0) return std::make_unique<PlainReader>(*std::move(open));
  auto converted = std::make_unique<ConvertedReader>(*std::move(open), sample_rate);
  if (absl::Status started = converted->Start(); !started.ok()) return started;
  return converted;
}

}  // namespace trackout
