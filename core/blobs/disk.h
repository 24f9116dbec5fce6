// The system's calls for files, with statuses: what the file store needs of them and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/digest.h"

namespace trackout {

// An open file; closed when it goes.
class DiskFile {
 public:
  DiskFile() = default;
  explicit DiskFile(int descriptor) : descriptor_(descriptor) {}
  ~DiskFile();
  DiskFile(DiskFile&& other) noexcept;
  DiskFile& operator=(DiskFile&& other) noexcept;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  // Closes now, and says what was wrong with writes that the system had put off.
  absl::Status Close();

 private:
  int descriptor_ = -1;
};

// `flags` as open(2) has them. NotFound, or as DiskError says.
absl::StatusOr<DiskFile> OpenOnDisk(const std::string& path, int flags);

// ResourceExhausted "the disk is full", NotFound, DataLoss where the disk cannot read what it holds,
// Unavailable where open files or memory run out for the moment; else what Abseil makes of it.
absl::Status DiskError(int error, const std::string& what);

absl::Status WriteAll(const DiskFile& file, std::span<const std::byte> bytes);
// Lets the disk begin to write what WriteAll gave the system of these bytes. Nothing is waited for, and
// nothing is promised: a later sync has less to do.
void BeginToWrite(const DiskFile& file, int64_t offset, int64_t size_bytes);
// 0 at the end.
absl::StatusOr<size_t> ReadSome(const DiskFile& file, std::span<std::byte> bytes);
// The next `size_bytes` into the hash; how many there were, fewer at the end.
absl::StatusOr<int64_t> HashNext(const DiskFile& file, int64_t size_bytes, Hasher& hasher);

// On the disk for good: a file's bytes, or a folder's names.
absl::Status Sync(const DiskFile& file);
absl::Status SyncFolder(const std::string& path);

}  // namespace trackout
