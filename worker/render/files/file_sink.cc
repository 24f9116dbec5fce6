#include "worker/render/files/file_sink.h"

#include <utility>

#include "core/audio/wav.h"
#include "worker/dsp/quantise.h"

namespace trackout {

FileSink::FileSink(std::unique_ptr<BlobWriter> blob, Format format, int64_t data_bytes)
    : blob_(std::move(blob)), format_(std::move(format)), data_bytes_(data_bytes) {}

absl::StatusOr<std::unique_ptr<FileSink>> FileSink::Create(FileStore& store, const Format& format,
                                                           int channels, int sample_rate, int64_t frames) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> blob = store.Create();
  if (!blob.ok()) return blob.status();
  const std::string header = WavHeader(format, channels, sample_rate, frames);
  if (absl::Status written = (*blob)->Append(std::as_bytes(std::span(header))); !written.ok()) return written;
  return std::unique_ptr<FileSink>(
      new FileSink(*std::move(blob), format, frames * channels * BytesPerSample(format)));
}

absl::Status FileSink::Write(const ConstPlanes& planes) {
  bytes_.resize(planes.frames() * planes.channels() * static_cast<size_t>(BytesPerSample(format_)));
  if (IsFloat(format_)) {
    dsp::PackFloat(planes, bytes_);
  } else if (format_.bits() == Format::BITS_16) {
    dsp::Pack16(planes, bytes_);
  } else {
    dsp::Pack24(planes, bytes_);
  }
  return blob_->Append(bytes_);
}

absl::StatusOr<Digest> FileSink::Finish() {
  if (data_bytes_ % 2 != 0) {
    const std::byte pad{0};
    if (absl::Status padded = blob_->Append(std::span(&pad, 1)); !padded.ok()) return padded;
  }
  return blob_->Commit();
}

}  // namespace trackout
