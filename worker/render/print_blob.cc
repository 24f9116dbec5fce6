#include "worker/render/print_blob.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "worker/dsp/mix.h"

namespace trackout {
namespace {

constexpr int64_t kSampleBytes = sizeof(double);

absl::Status ReadAt(const DiskFile& file, int64_t offset, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = pread(file.descriptor(), bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return DiskError(errno, "cannot read a print");
    if (count == 0) return absl::InternalError("a print ends before its song");
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += count;
  }
  return absl::OkStatus();
}

absl::Status WriteAt(const DiskFile& file, int64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(file.descriptor(), bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return DiskError(errno, "cannot write a print");
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += count;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PrintSink>> PrintSink::Create(FileStore& store) {
  absl::StatusOr<std::unique_ptr<BlobWriter>> blob = store.Create();
  if (!blob.ok()) return blob.status();
  return std::unique_ptr<PrintSink>(new PrintSink(*std::move(blob)));
}

absl::Status PrintSink::Write(const ConstPlanes& planes) {
  interleaved_.resize(planes.frames() * planes.channels());
  dsp::Interleave(planes, interleaved_);
  return blob_->Append(std::as_bytes(std::span(interleaved_)));
}

absl::StatusOr<Rendered> PrintSink::Finish() {
  absl::StatusOr<Digest> digest = blob_->Commit();
  if (!digest.ok()) return digest.status();
  Rendered rendered;
  *rendered.mutable_digest() = *std::move(digest);
  return rendered;
}

absl::StatusOr<std::unique_ptr<PrintReader>> PrintReader::Open(FileStore& store, const Digest& digest,
                                                               int64_t frames) {
  const int64_t plane_bytes = frames * kSampleBytes;
  const auto channels = static_cast<int>(
      plane_bytes == 0 ? 0 : std::min<int64_t>(digest.size_bytes() / plane_bytes, dsp::kMostChannels + 1));
  if (!dsp::IsLayout(channels) || digest.size_bytes() != plane_bytes * channels)
    return absl::InvalidArgumentError("a print does not have the channels or the length that the job says");
  absl::StatusOr<std::string> path = store.PathOf(digest);
  if (!path.ok()) return path.status();
  absl::StatusOr<DiskFile> file = OpenOnDisk(*path, O_RDONLY);
  if (!file.ok()) return file.status();
  posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<PrintReader>(std::make_shared<const DiskFile>(*std::move(file)), 0, channels,
                                       frames);
}

PrintReader::PrintReader(std::shared_ptr<const DiskFile> file, int64_t offset, int channels, int64_t frames)
    : file_(std::move(file)), offset_(offset), channels_(static_cast<size_t>(channels)), frames_(frames) {}

absl::Status PrintReader::Load(int64_t first_frame, size_t frames) {
  first_loaded_ = first_frame;
  interleaved_.resize(frames * channels_);
  const int64_t from = std::clamp(first_frame, int64_t{0}, frames_);
  const int64_t to = std::clamp(first_frame + static_cast<int64_t>(frames), from, frames_);
  if (to - from < static_cast<int64_t>(frames)) std::fill(interleaved_.begin(), interleaved_.end(), 0.0);
  if (from == to) return absl::OkStatus();
  const std::span<double> samples = std::span(interleaved_)
                                        .subspan(static_cast<size_t>(from - first_frame) * channels_,
                                                 static_cast<size_t>(to - from) * channels_);
  return ReadAt(*file_, offset_ + from * static_cast<int64_t>(channels_) * kSampleBytes,
                std::as_writable_bytes(samples));
}

void PrintReader::Unpack(int64_t first_frame, const Planes& planes) const {
  const size_t skip = static_cast<size_t>(first_frame - first_loaded_) * channels_;
  dsp::Deinterleave(std::span(interleaved_).subspan(skip, planes.frames() * channels_), planes);
}

absl::StatusOr<std::unique_ptr<PrintSpool>> PrintSpool::Create(FileStore& store,
                                                               const std::vector<int>& channels,
                                                               int64_t frames) {
  absl::StatusOr<DiskFile> file = store.CreateNameless();
  if (!file.ok()) return file.status();
  return std::unique_ptr<PrintSpool>(
      new PrintSpool(std::make_shared<const DiskFile>(*std::move(file)), channels, frames));
}

PrintSpool::PrintSpool(std::shared_ptr<const DiskFile> file, const std::vector<int>& channels, int64_t frames)
    : file_(std::move(file)), channels_(channels), frames_(frames) {}

int64_t PrintSpool::OffsetOf(size_t print) const {
  int64_t channels = 0;
  for (size_t i = 0; i < print; ++i) channels += channels_[i];
  return channels * frames_ * kSampleBytes;
}

absl::Status PrintSpool::Write(size_t print, int64_t first_frame, const ConstPlanes& planes) {
  interleaved_.resize(planes.frames() * planes.channels());
  dsp::Interleave(planes, interleaved_);
  return WriteAt(*file_, OffsetOf(print) + first_frame * channels_[print] * kSampleBytes,
                 std::as_bytes(std::span(interleaved_)));
}

std::unique_ptr<PrintReader> PrintSpool::Reader(size_t print) const {
  return std::make_unique<PrintReader>(file_, OffsetOf(print), channels_[print], frames_);
}

}  // namespace trackout
