#include "core/blobs/copy.h"

#include <memory>
#include <vector>

#include "core/limits.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Of one blob. More only where others put the same blob, and fail, again and again.
constexpr int kMostTries = 4;

// Counts a blob's bytes once, however often they are sent.
class ByteCount {
 public:
  explicit ByteCount(std::atomic<int64_t>* bytes_done) : bytes_done_(bytes_done) {}
  ~ByteCount() { Reach(0); }

  void Reach(int64_t bytes) {
    if (bytes_done_ != nullptr) *bytes_done_ += bytes - bytes_;
    bytes_ = bytes;
  }
  void Keep() { bytes_done_ = nullptr; }

 private:
  std::atomic<int64_t>* bytes_done_;
  int64_t bytes_ = 0;
};

struct Ended {
  absl::Status status;
  bool may_try_again = false;
};

Ended CopyFrom(BlobStore& from, BlobStore& to, const Digest& digest, int64_t offset,
               const std::atomic<bool>& stop, ByteCount& count) {
  absl::StatusOr<std::unique_ptr<BlobReader>> reader = from.Open(digest, offset);
  if (!reader.ok()) return {reader.status()};
  absl::StatusOr<std::unique_ptr<BlobWriter>> writer = to.Put(digest, offset);
  if (!writer.ok()) return {writer.status(), absl::IsOutOfRange(writer.status())};
  // What is promised by the store may be wrong of the part that was there before.
  const auto refused = [&](const absl::Status& status) {
    return Ended{status, absl::IsOutOfRange(status) || (absl::IsDataLoss(status) && offset > 0)};
  };
  std::vector<std::byte> piece(kPieceBytes);
  int64_t at = offset;
  count.Reach(at);
  while (true) {
    if (stop) return {absl::CancelledError("stopped")};
    const absl::StatusOr<size_t> read = (*reader)->Read(piece);
    if (!read.ok()) return {read.status()};
    if (*read == 0) break;
    if (absl::Status appended = (*writer)->Append(std::span(piece).first(*read)); !appended.ok())
      return refused(appended);
    at += static_cast<int64_t>(*read);
    count.Reach(at);
  }
  const absl::StatusOr<Digest> committed = (*writer)->Commit();
  return committed.ok() ? Ended{} : refused(committed.status());
}

}  // namespace

absl::Status CopyBlob(BlobStore& from, BlobStore& to, const Digest& digest, const std::atomic<bool>& stop,
                      std::atomic<int64_t>* bytes_done) {
  ByteCount count(bytes_done);
  for (int tries = 1;; ++tries) {
    const absl::StatusOr<std::vector<MissingBlob>> missing = to.FindMissing({&digest, 1});
    if (!missing.ok()) return missing.status();
    if (missing->empty()) break;
    const Ended ended = CopyFrom(from, to, digest, missing->front().arrived_bytes(), stop, count);
    if (ended.status.ok()) break;
    if (!ended.may_try_again || tries == kMostTries) return ended.status;
  }
  count.Reach(digest.size_bytes());
  count.Keep();
  return absl::OkStatus();
}

}  // namespace trackout
