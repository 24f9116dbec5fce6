#include "worker/cache.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "core/blobs/copy.h"
#include "core/limits.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Who waits for another's fetch or for room looks at its stop flag this often.
constexpr std::chrono::milliseconds kLook{100};

std::vector<Digest> Distinct(std::span<const Digest> digests) {
  std::vector<Digest> distinct(digests.begin(), digests.end());
  std::sort(distinct.begin(), distinct.end(), DigestLess());
  distinct.erase(std::unique(distinct.begin(), distinct.end(), SameDigest), distinct.end());
  return distinct;
}

int64_t BytesOf(const std::vector<Digest>& digests) {
  int64_t bytes = 0;
  for (const Digest& digest : digests) bytes += digest.size_bytes();
  return bytes;
}

absl::StatusOr<std::vector<Digest>> MissingFrom(BlobStore& store, std::span<const Digest> digests) {
  std::vector<Digest> missing;
  while (!digests.empty()) {
    const auto some = digests.first(std::min<size_t>(digests.size(), kMostDigestsAtOnce));
    absl::StatusOr<std::vector<MissingBlob>> answer = store.FindMissing(some);
    if (!answer.ok()) return answer.status();
    for (const MissingBlob& blob : *answer) missing.push_back(blob.digest());
    digests = digests.subspan(some.size());
  }
  return missing;
}

}  // namespace

Cache::Pins::Pins(Pins&& other) noexcept
    : cache_(std::exchange(other.cache_, nullptr)), digests_(std::exchange(other.digests_, {})) {}

Cache::Pins& Cache::Pins::operator=(Pins&& other) noexcept {
  std::swap(cache_, other.cache_);
  std::swap(digests_, other.digests_);
  return *this;
}

Cache::Pins::~Pins() {
  if (cache_ != nullptr) cache_->Unpin(digests_);
}

Cache::Rendering::Rendering(Cache& cache) : cache_(cache) {
  const std::lock_guard lock(cache_.mutex_);
  ++cache_.renders_;
}

Cache::Rendering::~Rendering() {
  cache_.EndRendering(is_kept_);
}

Cache::Pins Cache::Rendering::Keep(std::vector<Digest> made) {
  is_kept_ = true;
  return cache_.Keep(Distinct(made));
}

Cache::Cache(FileStore& store, int64_t bound_bytes) : store_(store), bound_bytes_(bound_bytes) {
  const std::lock_guard lock(mutex_);
  TakeOverUnknown();
}

absl::StatusOr<Cache::Pins> Cache::Fetch(BlobStore& farm, std::span<const Digest> digests,
                                         const std::atomic<bool>& stop, std::vector<Digest>& lost) {
  if (!std::all_of(digests.begin(), digests.end(), IsValid)) {
    return absl::InvalidArgumentError("the job names a blob with a digest that is none");
  }
  const std::vector<Digest> wanted = Distinct(digests);
  if (const int64_t bytes = BytesOf(wanted); bound_bytes_ > 0 && bytes > bound_bytes_) {
    return absl::ResourceExhaustedError(
        fmt::format("the job reads {}, and the worker's cache is bound to {}; give it more with --cache-size",
                    SizeText(bytes), SizeText(bound_bytes_)));
  }
  absl::StatusOr<Pins> pins = GiveRoom(wanted, stop);
  if (!pins.ok()) return pins.status();
  if (absl::Status has = CheckFarmHas(farm, wanted, lost); !has.ok()) return has;
  for (const Digest& digest : wanted) {
    const absl::Status local = MakeLocal(farm, digest, stop);
    if (absl::IsNotFound(local) || absl::IsDataLoss(local)) lost.push_back(digest);
    if (!local.ok()) return local;
  }
  return pins;
}

absl::StatusOr<Cache::Pins> Cache::GiveRoom(const std::vector<Digest>& wanted,
                                            const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  const int64_t place = askers_++;
  queue_.insert(place);
  while (!stop && (*queue_.begin() != place || !HasRoomFor(wanted))) changed_.wait_for(lock, kLook);
  queue_.erase(place);
  changed_.notify_all();
  if (stop) return absl::CancelledError("stopped");
  for (const Digest& digest : wanted) Pin(digest);
  EvictDownTo(bound_bytes_);
  return Pins(*this, wanted);
}

// Once all that nobody pins were gone. Who needs no new room always has it.
bool Cache::HasRoomFor(const std::vector<Digest>& wanted) const {
  if (bound_bytes_ == 0) return true;
  int64_t new_bytes = 0;
  int64_t evictable_bytes = 0;
  for (const auto& [last_use, digest] : unpinned_) evictable_bytes += digest.size_bytes();
  for (const Digest& digest : wanted) {
    const auto entry = entries_.find(digest);
    if (entry == entries_.end()) {
      new_bytes += digest.size_bytes();
    } else if (entry->second.pins == 0) {
      evictable_bytes -= digest.size_bytes();
    }
  }
  return new_bytes == 0 || held_bytes_ - evictable_bytes + new_bytes <= bound_bytes_;
}

// All that is lost in one answer, before anything is copied.
absl::Status Cache::CheckFarmHas(BlobStore& farm, const std::vector<Digest>& wanted,
                                 std::vector<Digest>& lost) {
  absl::StatusOr<std::vector<Digest>> missing_here = MissingFrom(store_, wanted);
  if (!missing_here.ok()) return missing_here.status();
  absl::StatusOr<std::vector<Digest>> missing_there = MissingFrom(farm, *missing_here);
  if (!missing_there.ok()) return missing_there.status();
  if (missing_there->empty()) return absl::OkStatus();
  lost = *std::move(missing_there);
  return absl::NotFoundError(
      fmt::format("{} of the blobs that the job reads are not in the farm's store, first {}", lost.size(),
                  Hex(lost.front())));
}

absl::Status Cache::MakeLocal(BlobStore& farm, const Digest& digest, const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_.at(digest);  // pinned: it stays
  while (entry.state == State::kArriving) {
    if (stop) return absl::CancelledError("stopped");
    changed_.wait_for(lock, kLook);
  }
  if (entry.state == State::kHere) return absl::OkStatus();
  entry.state = State::kArriving;
  lock.unlock();
  absl::Status brought = Bring(farm, digest, stop);
  lock.lock();
  entry.state = brought.ok() ? State::kHere : State::kAbsent;
  changed_.notify_all();
  return brought;
}

absl::Status Cache::Bring(BlobStore& farm, const Digest& digest, const std::atomic<bool>& stop) {
  // The first reading after a start finds out what a bad disk has done to it.
  if (store_.PathOf(digest).ok()) return absl::OkStatus();
  absl::Status copied = CopyBlob(farm, store_, digest, stop, nullptr);
  if (absl::IsResourceExhausted(copied)) {  // others use this disk too
    DropUnpinned();
    copied = CopyBlob(farm, store_, digest, stop, nullptr);
  } else if (absl::IsDataLoss(copied)) {  // on its way, or at the farm: the second try tells
    copied = CopyBlob(farm, store_, digest, stop, nullptr);
  }
  if (copied.ok()) fetched_bytes_ += digest.size_bytes();
  return copied;
}

Cache::Pins Cache::Keep(std::vector<Digest> made) {
  const std::lock_guard lock(mutex_);
  for (const Digest& digest : made) {
    Entry& entry = Pin(digest);
    if (entry.state != State::kArriving) entry.state = State::kHere;
  }
  EvictDownTo(bound_bytes_);
  return Pins(*this, std::move(made));
}

void Cache::EndRendering(bool is_kept) {
  const std::lock_guard lock(mutex_);
  may_hold_unknown_ |= !is_kept;
  if (--renders_ == 0 && std::exchange(may_hold_unknown_, false)) TakeOverUnknown();
}

void Cache::Unpin(const std::vector<Digest>& digests) {
  {
    const std::lock_guard lock(mutex_);
    for (const Digest& digest : digests) {
      const auto entry = entries_.find(digest);
      assert(entry != entries_.end() && entry->second.pins > 0);
      if (--entry->second.pins == 0) LeaveUnpinned(entry);
    }
    EvictDownTo(bound_bytes_);
  }
  changed_.notify_all();
}

void Cache::DropUnpinned() {
  {
    const std::lock_guard lock(mutex_);
    EvictDownTo(0);
  }
  changed_.notify_all();
}

bool Cache::FindDamage(const Pins& pins, const std::atomic<bool>& stop) {
  if (bound_bytes_ == 0) return false;  // the files of others lie there too
  bool is_damaged = false;
  for (const Digest& digest : pins.digests()) {
    const absl::StatusOr<std::string> path = store_.PathOf(digest);
    const absl::StatusOr<Digest> found = path.ok() ? DigestOfFile(*path, stop) : path.status();
    if (absl::IsCancelled(found.status()) || (found.ok() && SameDigest(*found, digest))) continue;
    is_damaged = true;
    store_.Remove(digest);
    const std::lock_guard lock(mutex_);
    if (Entry& entry = entries_.at(digest); entry.state == State::kHere) entry.state = State::kAbsent;
  }
  return is_damaged;
}

int64_t Cache::held_bytes() const {
  const std::lock_guard lock(mutex_);
  return held_bytes_;
}

Cache::Entry& Cache::Pin(const Digest& digest) {
  const auto [place, is_new] = entries_.try_emplace(digest);
  Entry& entry = place->second;
  if (is_new) {
    held_bytes_ += digest.size_bytes();
  } else if (entry.pins == 0) {
    unpinned_.erase(entry.last_use);
  }
  ++entry.pins;
  return entry;
}

void Cache::LeaveUnpinned(Entries::iterator entry) {
  if (entry->second.state == State::kAbsent || bound_bytes_ == 0) {
    held_bytes_ -= entry->first.size_bytes();
    entries_.erase(entry);
    return;
  }
  entry->second.last_use = uses_++;
  unpinned_.emplace(entry->second.last_use, entry->first);
}

void Cache::TakeOverUnknown() {
  if (bound_bytes_ == 0) return;
  for (const Digest& digest : store_.Held()) {
    const auto [entry, is_new] = entries_.try_emplace(digest);
    if (!is_new) continue;
    entry->second.state = State::kTaken;
    held_bytes_ += digest.size_bytes();
    LeaveUnpinned(entry);
  }
  EvictDownTo(bound_bytes_);
}

void Cache::EvictDownTo(int64_t bytes) {
  if (bound_bytes_ == 0) return;
  while (held_bytes_ > bytes && !unpinned_.empty()) {
    const auto oldest = unpinned_.begin();
    store_.Remove(oldest->second);
    held_bytes_ -= oldest->second.size_bytes();
    entries_.erase(oldest->second);
    unpinned_.erase(oldest);
  }
}

}  // namespace trackout
