// A blob on its way into a file store. For file_store.cc and its own .cc alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/blobs/disk.h"
#include "core/blobs/file_store.h"

namespace trackout {

// What becomes of the file of a writer that is dropped.
enum class WhenDropped {
  kGoes,   // it is in new/
  kStays,  // it is in arriving/, and this is the only writer of that blob
};

class FileStore::Writer : public BlobWriter {
 public:
  // `file` is at `path`; its `hashed_bytes` up to here are in `hasher`. `promised` is empty where Commit is
  // to say the digest.
  Writer(FileStore& store, std::string path, DiskFile file, std::optional<Digest> promised,
         WhenDropped when_dropped, std::unique_ptr<Hasher> hasher, int64_t hashed_bytes);
  ~Writer() override;

  absl::Status Append(std::span<const std::byte> bytes) override;
  absl::StatusOr<Digest> Commit() override;

 private:
  absl::Status Write(std::span<const std::byte> bytes);
  absl::Status Flush();
  // Gives the file its name.
  absl::Status Settle(const Digest& digest);
  absl::Status Broken(std::string_view how);
  // The file is gone, or has another name: this writer is done with it.
  void LetGo();

  FileStore& store_;
  const std::string path_;
  const std::optional<Digest> promised_;
  const WhenDropped when_dropped_;

  DiskFile file_;  // open until the writer is done
  std::unique_ptr<Hasher> hasher_;
  int64_t bytes_;
  int64_t written_ = 0;  // by this writer
  int64_t begun_ = 0;    // of these, what the disk has begun to write
  std::vector<std::byte> pending_;
  absl::Status failed_;  // of a write: what is pending is not what follows in the file any more
};

}  // namespace trackout
