// Where blobs are: immutable bytes, named by their digest. A folder (file_store.h), another process behind
// gRPC (rpc/remote_store.h), later an object store.
//
// What bears a digest is whole: a writer hashes what it writes, and a blob is there when the last byte has
// been and the hash is right. An upload that stops early keeps what has arrived, so that it can go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/digest.h"
#include "proto/blobs.pb.h"

namespace trackout {

// A blob on its way out. Not thread-safe.
class BlobReader {
 public:
  virtual ~BlobReader() = default;

  // Fills the front of `bytes`; how many, 0 at the end. Unavailable where the other side is gone (open again
  // at the offset that was reached), DataLoss where the blob is damaged.
  virtual absl::StatusOr<size_t> Read(std::span<std::byte> bytes) = 0;
};

// A blob on its way in. Dropped without a commit, it keeps what has arrived for the next try, where the store
// can. Not thread-safe.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;

  // ResourceExhausted where the disk is full; Unavailable where the other side is gone.
  virtual absl::Status Append(std::span<const std::byte> bytes) = 0;
  // DataLoss where the bytes are not those of the digest that was promised; nothing is kept then.
  virtual absl::StatusOr<Digest> Commit() = 0;
};

// Thread-safe.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Those of `digests` that are not here, in their order, with what has arrived of them.
  virtual absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) = 0;

  // From `offset` (0 .. size) on. NotFound; DataLoss where it was found damaged (it is missing from then on).
  virtual absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) = 0;

  // Writes this blob from `offset` on: 0, or what FindMissing says has arrived. OutOfRange where that is not
  // so any more.
  virtual absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) = 0;
};

}  // namespace trackout
