#include "core/blobs/file_writer.h"

#include <unistd.h>

#include <utility>

#include "fmt/format.h"

namespace trackout {
namespace {

// Writes of a quarter of a megabyte: fewer calls, and still in the cache that the hash has warmed.
constexpr size_t kWriteBytes = size_t{256} << 10;
// What the disk is asked to begin to write at once: few calls, and pages that are not touched again.
constexpr int64_t kBeginBytes = int64_t{4} << 20;

}  // namespace

FileStore::Writer::Writer(FileStore& store, std::string path, DiskFile file, std::optional<Digest> promised,
                          WhenDropped when_dropped, std::unique_ptr<Hasher> hasher, int64_t hashed_bytes)
    : store_(store),
      path_(std::move(path)),
      promised_(std::move(promised)),
      when_dropped_(when_dropped),
      file_(std::move(file)),
      hasher_(std::move(hasher)),
      bytes_(hashed_bytes) {}

FileStore::Writer::~Writer() {
  if (!file_.is_open()) return;
  if (when_dropped_ == WhenDropped::kStays) {
    if (failed_.ok()) Flush().IgnoreError();  // what does not get there comes again
  } else {
    unlink(path_.c_str());
  }
  LetGo();
}

absl::Status FileStore::Writer::Append(std::span<const std::byte> bytes) {
  if (!failed_.ok()) return failed_;
  bytes_ += static_cast<int64_t>(bytes.size());
  if (promised_ && bytes_ > promised_->size_bytes()) return Broken("more bytes than promised");
  hasher_->Update(bytes);
  if (pending_.empty() && bytes.size() >= kWriteBytes) return Write(bytes);
  if (pending_.capacity() == 0) pending_.reserve(kWriteBytes * 2);
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  return pending_.size() >= kWriteBytes ? Flush() : absl::OkStatus();
}

absl::StatusOr<Digest> FileStore::Writer::Commit() {
  if (failed_.ok()) Flush().IgnoreError();
  if (!failed_.ok()) return failed_;
  Digest digest = hasher_->Finish();
  digest.set_size_bytes(bytes_);
  if (promised_ && !SameDigest(*promised_, digest)) {
    return Broken(bytes_ == promised_->size_bytes()
                      ? "other bytes than promised"
                      : fmt::format("{} of {} bytes", bytes_, promised_->size_bytes()));
  }
  failed_ = Settle(digest);
  // Of what the system could not sync nobody knows what is on the disk.
  if (!failed_.ok()) unlink(path_.c_str());
  LetGo();
  if (!failed_.ok()) return failed_;
  failed_ = absl::FailedPreconditionError("the blob is committed");
  return digest;
}

absl::Status FileStore::Writer::Settle(const Digest& digest) {
  if (store_.durability_ == Durability::kDurable) {
    if (absl::Status synced = Sync(file_); !synced.ok()) return synced;
  }
  if (absl::Status closed = file_.Close(); !closed.ok()) return closed;
  return store_.Take(path_, digest);
}

absl::Status FileStore::Writer::Write(std::span<const std::byte> bytes) {
  failed_ = WriteAll(file_, bytes);
  written_ += static_cast<int64_t>(bytes.size());
  if (store_.durability_ == Durability::kStaged && written_ - begun_ >= kBeginBytes) {
    BeginToWrite(file_, begun_, written_ - begun_);
    begun_ = written_;
  }
  return failed_;
}

absl::Status FileStore::Writer::Flush() {
  const absl::Status written = Write(pending_);
  pending_.clear();
  return written;
}

absl::Status FileStore::Writer::Broken(std::string_view how) {
  failed_ = absl::DataLossError(fmt::format("blob {}: {} have arrived", Hex(*promised_), how));
  unlink(path_.c_str());
  LetGo();
  return failed_;
}

void FileStore::Writer::LetGo() {
  file_ = DiskFile();
  if (when_dropped_ == WhenDropped::kStays) store_.WriterIsDone(*promised_);
}

}  // namespace trackout
