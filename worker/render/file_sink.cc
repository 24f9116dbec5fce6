#include "worker/render/file_sink.h"

#include "core/audio/decibels.h"
#include "core/audio/wav.h"
#include "worker/dsp/quantise.h"

namespace trackout {

FileSink::FileSink(std::unique_ptr<BlobWriter> blob, Format format, int channels, int64_t frames)
    : blob_(std::move(blob)),
      format_(std::move(format)),
      channels_(channels),
      data_bytes_(frames * channels * BytesPerSample(format_)) {}

absl::StatusOr<std::unique_ptr<FileSink>> FileSink::Create(FileStore& store, const Format& format,
                                                           int channels, int sample_rate, int64_t frames) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> blob = store.Create();
  if (!blob.ok()) return blob.status();
  const std::string header = WavHeader(format, channels, sample_rate, frames);
  if (absl::Status written = (*blob)->Append(std::as_bytes(std::span(header))); !written.ok()) return written;
  return std::unique_ptr<FileSink>(new FileSink(*std::move(blob), format, channels, frames));
}

absl::Status FileSink::Write(std::span<const std::span<double>> planes) {
  const size_t frames = planes.front().size();
  const auto channels = static_cast<size_t>(channels_);
  bytes_.resize(frames * channels * static_cast<size_t>(BytesPerSample(format_)));
  for (size_t channel = 0; channel < channels; ++channel) {
    if (IsFloat(format_)) {
      floats_.resize(frames);
      dsp::ToFloat(planes[channel], floats_, peak_);
      dsp::PackFloat(floats_, channels, channel, bytes_);
      continue;
    }
    overs_ += dsp::Clip(StepsPerUnit(format_), planes[channel], peak_);
    if (format_.bits() == Format::BITS_16) {
      dsp::Pack16(planes[channel], channels, channel, bytes_);
    } else {
      dsp::Pack24(planes[channel], channels, channel, bytes_);
    }
  }
  return blob_->Append(bytes_);
}

absl::StatusOr<Rendered> FileSink::Finish() {
  if (data_bytes_ % 2 != 0) {
    const std::byte pad{0};
    if (absl::Status padded = blob_->Append(std::span(&pad, 1)); !padded.ok()) return padded;
  }
  absl::StatusOr<Digest> digest = blob_->Commit();
  if (!digest.ok()) return digest.status();
  Rendered rendered;
  *rendered.mutable_digest() = *std::move(digest);
  rendered.set_overs(overs_);
  rendered.set_peak_dbfs(Decibels(IsFloat(format_) ? peak_ : peak_ / StepsPerUnit(format_)));
  return rendered;
}

}  // namespace trackout
