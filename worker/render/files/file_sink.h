// A WAV file on its way into the blob store: packed, hashed and written in one pass.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/graph/signal.h"

namespace trackout {

// Not thread-safe.
class FileSink {
 public:
  // `frames` is the length of the whole file.
  static absl::StatusOr<std::unique_ptr<FileSink>> Create(FileStore& store, const Format& format,
                                                          int channels, int sample_rate, int64_t frames);

  // Of an integer file whole steps within its range; of a float file samples that are 32-bit floats.
  absl::Status Write(const ConstPlanes& planes);

  // After the last frame.
  absl::StatusOr<Digest> Finish();

 private:
  FileSink(std::unique_ptr<BlobWriter> blob, Format format, int64_t data_bytes);

  const std::unique_ptr<BlobWriter> blob_;
  const Format format_;
  const int64_t data_bytes_;
  std::vector<std::byte> bytes_;
};

}  // namespace trackout
