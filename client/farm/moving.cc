#include "client/farm/moving.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>

#include "core/blobs/copy.h"
#include "core/limits.h"

namespace trackout {
namespace {

// One alone does not fill a line of a gigabit while the farm's disk seeks; many only get in each other's way.
constexpr size_t kMovesAtOnce = 3;
constexpr auto kLookEvery = std::chrono::milliseconds(50);

// What the threads that move share.
class Moving {
 public:
  Moving(BlobStore& from, BlobStore& to, const std::vector<Digest>& digests, Farm& farm)
      : from_(from), to_(to), digests_(digests), farm_(farm), done_bytes_(digests.size()) {}

  // A thread's work: one blob after the other.
  void Run() {
    for (size_t i = next_++; i < digests_.size() && !end_; i = next_++) Take(i);
    const std::lock_guard lock(mutex_);
    ++ended_threads_;
    changed_.notify_one();
  }

  // Waits for the threads; hands `stop` on to them, and what they have done to `progress`.
  void Follow(size_t threads, const std::atomic<bool>& stop, int64_t there_already, SongProgress& progress) {
    int64_t most_bytes = there_already;
    std::unique_lock lock(mutex_);
    for (bool is_over = false; !is_over;) {
      is_over = changed_.wait_for(lock, kLookEvery, [&] { return ended_threads_ == threads; });
      if (stop) end_ = true;
      const int64_t bytes = DoneBytes();
      if (bytes <= most_bytes) continue;  // a try that begins anew is set back
      most_bytes = bytes;
      farm_.Heard();
      progress.steps_done = most_bytes - there_already;
    }
  }

  absl::Status error() const { return error_; }
  std::vector<Digest> lost() const { return lost_; }

 private:
  void Take(size_t i) {
    const absl::Status status = farm_.KeepTrying([&] {
      absl::Status copied = CopyBlob(from_, to_, digests_[i], end_, &done_bytes_[i]);
      if (end_ && absl::IsCancelled(copied)) return absl::AbortedError("stopped");  // not the farm's doing
      return copied;
    });
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    if (absl::IsNotFound(status) || absl::IsDataLoss(status)) {
      lost_.push_back(digests_[i]);
      return;
    }
    if (error_.ok()) error_ = status;
    end_ = true;
  }

  int64_t DoneBytes() const {
    int64_t bytes = 0;
    for (const std::atomic<int64_t>& done : done_bytes_) bytes += done;
    return bytes;
  }

  BlobStore& from_;
  BlobStore& to_;
  const std::vector<Digest>& digests_;
  Farm& farm_;

  std::atomic<size_t> next_ = 0;
  std::atomic<bool> end_ = false;
  std::deque<std::atomic<int64_t>> done_bytes_;  // of each blob

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t ended_threads_ = 0;  // guarded by mutex_, as all below
  absl::Status error_;
  std::vector<Digest> lost_;
};

}  // namespace

absl::StatusOr<int64_t> BytesToMove(BlobStore& to, const std::vector<Digest>& digests) {
  int64_t bytes = 0;
  for (size_t begin = 0; begin < digests.size(); begin += kMostDigestsAtOnce) {
    const size_t count = std::min<size_t>(kMostDigestsAtOnce, digests.size() - begin);
    const absl::StatusOr<std::vector<MissingBlob>> missing =
        to.FindMissing(std::span(digests).subspan(begin, count));
    if (!missing.ok()) return missing.status();
    for (const MissingBlob& blob : *missing) bytes += blob.digest().size_bytes() - blob.arrived_bytes();
  }
  return bytes;
}

absl::StatusOr<Moved> MoveBlobs(BlobStore& from, BlobStore& to, const std::vector<Digest>& digests,
                                Farm& farm, const std::atomic<bool>& stop, SongProgress& progress,
                                const std::function<void(int64_t to_move)>& begins) {
  int64_t to_move = 0;
  const absl::Status asked = farm.KeepTrying([&] {
    absl::StatusOr<int64_t> bytes = BytesToMove(to, digests);
    if (bytes.ok()) to_move = *bytes;
    return bytes.status();
  });
  if (!asked.ok()) return asked;
  begins(to_move);
  progress.steps_total = to_move;
  const int64_t there_already = SizeOf(digests) - to_move;
  Moving moving(from, to, digests, farm);
  {
    std::vector<std::jthread> threads;
    const size_t count = std::min(kMovesAtOnce, digests.size());
    for (size_t i = 0; i < count; ++i) threads.emplace_back([&] { moving.Run(); });
    moving.Follow(count, stop, there_already, progress);
  }
  if (stop) return absl::CancelledError("stopped");
  if (!moving.error().ok()) return moving.error();
  return Moved{to_move - SizeOf(moving.lost()), moving.lost()};
}

int64_t SizeOf(const std::vector<Digest>& digests) {
  int64_t bytes = 0;
  for (const Digest& digest : digests) bytes += digest.size_bytes();
  return bytes;
}

}  // namespace trackout
