// Blobs in a folder, named by their digest. A blob is written under a name of its own, hashed as it
// passes, and moved to its digest's name when it is whole; so what bears a digest is whole.
//
// Files that lie elsewhere can be adopted: a source is then read where it lies.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/digest.h"

namespace trackout {

// A blob being written. Dropped, with its bytes, unless it is committed. Not thread-safe.
class BlobWriter {
 public:
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  // ResourceExhausted where the disk is full.
  absl::Status Append(std::span<const std::byte> bytes);
  absl::StatusOr<Digest> Commit();

 private:
  friend class BlobStore;
  BlobWriter(class BlobStore& store, std::string path, int file);
  absl::Status Flush();

  BlobStore& store_;
  const std::string path_;
  int file_;
  Hasher hasher_;
  std::vector<std::byte> pending_;
};

// Thread-safe.
class BlobStore {
 public:
  // `folder` must exist.
  explicit BlobStore(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<std::unique_ptr<BlobWriter>> Create();

  // Where the blob's bytes can be read as a file. NotFound.
  absl::StatusOr<std::string> PathOf(const Digest& digest) const;

  // `path` holds the digest's bytes, and will until it is forgotten; the store does not own it.
  void Adopt(const Digest& digest, const std::string& path);

 private:
  friend class BlobWriter;

  const std::string folder_;

  mutable std::mutex mutex_;
  std::map<Digest, std::string, DigestLess> path_of_;  // guarded by mutex_
  int64_t writers_ = 0;                                // guarded by mutex_
};

}  // namespace trackout
