// Prints on disk: interleaved little-endian doubles, nothing else. Written as blobs, read back from blobs,
// and spooled for the edits of a bundle that makes the prints itself.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/disk.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/graph/signal.h"

namespace trackout {

// Not thread-safe.
class PrintSink {
 public:
  static absl::StatusOr<std::unique_ptr<PrintSink>> Create(FileStore& store);
  absl::Status Write(const ConstPlanes& planes);
  absl::StatusOr<Rendered> Finish();

 private:
  explicit PrintSink(std::unique_ptr<BlobWriter> blob) : blob_(std::move(blob)) {}
  const std::unique_ptr<BlobWriter> blob_;
  std::vector<double> interleaved_;
};

// A print of a stretch of song, read anywhere. Load wants it alone; many may unpack.
class PrintReader {
 public:
  // InvalidArgument where the blob does not have `frames` frames of the channels of a layout.
  static absl::StatusOr<std::unique_ptr<PrintReader>> Open(FileStore& store, const Digest& digest,
                                                           int64_t frames);
  // Of a part of a file, from this byte on.
  PrintReader(std::shared_ptr<const DiskFile> file, int64_t offset, int channels, int64_t frames);

  int channels() const { return static_cast<int>(channels_); }

  // Frames of the print; outside of it there is silence.
  absl::Status Load(int64_t first_frame, size_t frames);
  // Frames of the print, of those that were loaded.
  void Unpack(int64_t first_frame, const Planes& planes) const;

 private:
  const std::shared_ptr<const DiskFile> file_;
  const int64_t offset_;
  const size_t channels_;
  const int64_t frames_;
  std::vector<double> interleaved_;
  int64_t first_loaded_ = 0;
};

// Prints of one bundle in a file without a name; only what was written takes room. Not thread-safe.
class PrintSpool {
 public:
  // `channels`: of each print. ResourceExhausted: the disk is full.
  static absl::StatusOr<std::unique_ptr<PrintSpool>> Create(FileStore& store,
                                                            const std::vector<int>& channels, int64_t frames);
  absl::Status Write(size_t print, int64_t first_frame, const ConstPlanes& planes);
  std::unique_ptr<PrintReader> Reader(size_t print) const;

 private:
  PrintSpool(std::shared_ptr<const DiskFile> file, const std::vector<int>& channels, int64_t frames);
  int64_t OffsetOf(size_t print) const;

  const std::shared_ptr<const DiskFile> file_;
  const std::vector<int> channels_;
  const int64_t frames_;
  std::vector<double> interleaved_;
};

}  // namespace trackout
