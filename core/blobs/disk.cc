#include "core/blobs/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "fmt/format.h"

namespace trackout {

DiskFile::~DiskFile() {
  if (is_open()) close(descriptor_);
}

DiskFile::DiskFile(DiskFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DiskFile& DiskFile::operator=(DiskFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

absl::Status DiskFile::Close() {
  if (close(std::exchange(descriptor_, -1)) != 0) return DiskError(errno, "cannot write");
  return absl::OkStatus();
}

absl::StatusOr<DiskFile> OpenOnDisk(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (descriptor < 0) return DiskError(errno, fmt::format("cannot open {}", path));
  return DiskFile(descriptor);
}

absl::Status DiskError(int error, const std::string& what) {
  if (error == ENOSPC || error == EDQUOT)
    return absl::ResourceExhaustedError(fmt::format("the disk is full: {}", what));
  if (error == EIO) return absl::DataLossError(fmt::format("{}: the disk fails", what));
  // Abseil would call these exhausted, too; it is no disk that is full.
  if (error == EMFILE || error == ENFILE || error == ENOMEM)
    return absl::UnavailableError(fmt::format("{}: too many open files, or no memory", what));
  return absl::ErrnoToStatus(error, what);
}

absl::Status WriteAll(const DiskFile& file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file.descriptor(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    // What cannot be written is no blob that is damaged: data loss is for those that were whole.
    if (count < 0 && errno == EIO) return absl::InternalError("cannot write: the disk fails");
    if (count < 0) return DiskError(errno, "cannot write");
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

void BeginToWrite(const DiskFile& file, int64_t offset, int64_t size_bytes) {
  sync_file_range(file.descriptor(), offset, size_bytes, SYNC_FILE_RANGE_WRITE);
}

absl::StatusOr<size_t> ReadSome(const DiskFile& file, std::span<std::byte> bytes) {
  while (true) {
    const ssize_t count = read(file.descriptor(), bytes.data(), bytes.size());
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) return DiskError(errno, "cannot read");
  }
}

absl::StatusOr<int64_t> HashNext(const DiskFile& file, int64_t size_bytes, Hasher& hasher) {
  constexpr int64_t kBlockBytes = 256 << 10;
  std::vector<std::byte> block(static_cast<size_t>(std::min(size_bytes, kBlockBytes)));
  int64_t done = 0;
  while (done < size_bytes) {
    const size_t wanted = static_cast<size_t>(std::min(size_bytes - done, kBlockBytes));
    const absl::StatusOr<size_t> count = ReadSome(file, std::span(block).first(wanted));
    if (!count.ok()) return count.status();
    if (*count == 0) break;
    hasher.Update(std::span(block).first(*count));
    done += static_cast<int64_t>(*count);
  }
  return done;
}

absl::Status Sync(const DiskFile& file) {
  if (fsync(file.descriptor()) != 0) return DiskError(errno, "cannot sync");
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  absl::StatusOr<DiskFile> folder = OpenOnDisk(path, O_RDONLY | O_DIRECTORY);
  return folder.ok() ? Sync(*folder) : folder.status();
}

}  // namespace trackout
