// Blobs in a folder:
//
//   blobs/ab/abcdef...    a blob, under its SHA-256 in hex
//   arriving/abcdef...    what has arrived of one that is being put; stays after an interruption
//   damaged/abcdef...     one whose bytes are not its own any more; kept for a person to look at
//   new/N                 blobs whose digest is not known yet, and second uploads; emptied at every start
//
// A blob is written beside its place, hashed as it passes, and moved to its name when it is whole; so what
// bears a digest is whole. A durable store syncs the file before it moves it and the folder after; what a
// power failure or a bad disk does to a blob at rest is found by hashing it at its first reading after a
// start.
//
// An empty blob is always there. Files that lie elsewhere can be adopted: a source is then read where it
// lies.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/blob_store.h"
#include "core/digest.h"

namespace trackout {

enum class Durability {
  kCached,   // the caller syncs what it wants to keep, or wants to keep nothing
  kStaged,   // the same; it wants to keep most of it, so the disk begins to write before it is asked to
  kDurable,  // a committed blob survives a power failure
};

class DiskFile;

// Thread-safe. Outlives its readers and writers. InvalidArgument wherever a digest has no shape.
class FileStore : public BlobStore {
 public:
  // Makes the folders, and finds the blobs that are there. FailedPrecondition where `folder` is not usable.
  static absl::StatusOr<std::unique_ptr<FileStore>> Open(const std::string& folder, Durability durability);

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override;
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override;
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override;

  // A new blob; its digest is what Commit gives. Dropped, with its bytes, unless it is committed.
  absl::StatusOr<std::unique_ptr<BlobWriter>> Create();

  // A file for what does not outlive its reader: open for reading and writing, without a name, so that its
  // room is free again as soon as it is closed. ResourceExhausted where the disk is full.
  absl::StatusOr<DiskFile> CreateNameless();

  // Where the blob's bytes can be read as a file. NotFound, DataLoss as Open.
  absl::StatusOr<std::string> PathOf(const Digest& digest);

  // `path` holds the digest's bytes, and will as long as the store lives; the store does not own it.
  void Adopt(const Digest& digest, const std::string& path);

  // Frees its room; readers that have it open go on. An adopted file stays where it lies.
  void Remove(const Digest& digest);

  // All blobs of the folder (not the adopted), for a cache that starts.
  std::vector<Digest> Held() const;
  // Bytes that the file system has left for us; a durable store leaves some to what stands beside it.
  int64_t FreeBytes() const;

 private:
  class Reader;
  class Writer;

  enum class Trust {
    kUnread,       // it was there when the store was opened
    kBeingHashed,  // by a thread that reads it first; others wait
    kWhole,        // committed or hashed since
  };
  struct Blob {
    int64_t size_bytes;
    Trust trust;
  };
  // Where a blob's bytes are.
  struct Place {
    std::string path;
    bool is_ours;
  };

  FileStore(std::string folder, Durability durability);
  absl::Status Start();
  void FindBlobs();

  std::string PathOfBlob(const std::string& hex) const;
  std::string PathOfArriving(const Digest& digest) const;
  int64_t ArrivedBytes(const Digest& digest) const;

  absl::StatusOr<Place> Find(const Digest& digest);
  // Of a file that was there at the start; `lock` is open while it hashes.
  absl::Status HashFirst(const Digest& digest, std::unique_lock<std::mutex>& lock);
  // The file turned out to be gone, or damaged: forgets the blob, and says so. Forget and Bury want the
  // mutex.
  absl::Status Vanished(const Digest& digest);
  absl::Status Damaged(const Digest& digest, const DiskFile& file, std::string_view how);
  absl::Status Forget(const Digest& digest);
  absl::Status Bury(const Digest& digest, std::string_view how);

  std::string NextNewPath();
  absl::StatusOr<std::unique_ptr<BlobWriter>> WriteNew(std::optional<Digest> promised);
  absl::StatusOr<std::unique_ptr<BlobWriter>> WriteArriving(const Digest& digest, int64_t offset);
  // Moves a whole file, synced where the store is durable, to its name.
  absl::Status Take(const std::string& path, const Digest& digest);
  absl::Status MakeShard(const std::string& hex);
  void WriterIsDone(const Digest& digest);

  const std::string folder_;
  const Durability durability_;

  mutable std::mutex mutex_;
  std::condition_variable was_hashed_;
  // Guarded by mutex_, which is never held while bytes move.
  std::map<std::string, Blob> blobs_;  // by SHA-256: the file's size may be wrong until it is hashed
  std::map<Digest, std::string, DigestLess> adopted_;
  std::set<std::string> being_put_;  // SHA-256 of what a writer has in arriving/
  std::array<bool, 256> shards_{};   // folders blobs/ab that are there, synced where the store is durable
  int64_t files_ = 0;                // in new/, ever
};

}  // namespace trackout
