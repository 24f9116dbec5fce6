#include "core/blob_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "fmt/format.h"

namespace trackout {
namespace {

// Writes of a quarter of a megabyte: fewer calls, and still in the cache that the hash has warmed.
constexpr size_t kWriteBytes = size_t{256} << 10;

absl::Status WriteError(int error) {
  return absl::ErrnoToStatus(error, error == ENOSPC ? "the disk is full" : "cannot write");
}

}  // namespace

BlobWriter::BlobWriter(BlobStore& store, std::string path, int file)
    : store_(store), path_(std::move(path)), file_(file) {
  pending_.reserve(kWriteBytes * 2);
}

BlobWriter::~BlobWriter() {
  if (file_ < 0) return;
  close(file_);
  unlink(path_.c_str());
}

absl::Status BlobWriter::Append(std::span<const std::byte> bytes) {
  hasher_.Update(bytes);
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  return pending_.size() >= kWriteBytes ? Flush() : absl::OkStatus();
}

absl::Status BlobWriter::Flush() {
  std::span<const std::byte> rest = pending_;
  while (!rest.empty()) {
    const ssize_t count = write(file_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return WriteError(errno);
    rest = rest.subspan(static_cast<size_t>(count));
  }
  pending_.clear();
  return absl::OkStatus();
}

absl::StatusOr<Digest> BlobWriter::Commit() {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  const int file = std::exchange(file_, -1);
  if (close(file) != 0) {
    const int error = errno;
    unlink(path_.c_str());
    return WriteError(error);
  }
  const Digest digest = hasher_.Finish();
  const std::string path = fmt::format("{}/{}", store_.folder_, Hex(digest));
  if (std::rename(path_.c_str(), path.c_str()) != 0) return WriteError(errno);
  const std::lock_guard lock(store_.mutex_);
  store_.path_of_[digest] = path;
  return digest;
}

absl::StatusOr<std::unique_ptr<BlobWriter>> BlobStore::Create() {
  std::string path;
  {
    const std::lock_guard lock(mutex_);
    path = fmt::format("{}/new-{}", folder_, writers_++);
  }
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return WriteError(errno);
  return std::unique_ptr<BlobWriter>(new BlobWriter(*this, path, file));
}

absl::StatusOr<std::string> BlobStore::PathOf(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = path_of_.find(digest);
  if (found == path_of_.end()) return absl::NotFoundError(fmt::format("no blob {}", Hex(digest)));
  return found->second;
}

void BlobStore::Adopt(const Digest& digest, const std::string& path) {
  const std::lock_guard lock(mutex_);
  path_of_.emplace(digest, path);
}

}  // namespace trackout
