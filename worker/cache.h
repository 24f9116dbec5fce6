// What a worker has of the farm's blobs: a folder with a bound in bytes. What the jobs under way read, and
// what they made until it is uploaded, is pinned; of the rest, what was used longest ago makes room for what
// comes.
//
// A lease's inputs get their room all at once, in the order in which leases ask for it, so that two leases
// never wait for each other with half of their inputs pinned. What a render writes is known only when it is
// whole: until it is uploaded the cache may stand above its bound by that much.
//
// A bound of 0 is none: nothing is ever evicted or removed. That is how the embedded farm works, where the
// cache's folder is the farm's own store: nothing is missing there, and nothing is copied.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "core/digest.h"

namespace trackout {

// Thread-safe.
class Cache {
 public:
  // Keeps its blobs in the cache as long as it lives. Not thread-safe; the cache outlives it.
  class Pins {
   public:
    Pins() = default;
    Pins(Pins&& other) noexcept;
    Pins& operator=(Pins&& other) noexcept;
    ~Pins();

    const std::vector<Digest>& digests() const { return digests_; }

   private:
    friend class Cache;
    Pins(Cache& cache, std::vector<Digest> digests) : cache_(&cache), digests_(std::move(digests)) {}

    Cache* cache_ = nullptr;
    std::vector<Digest> digests_;
  };

  // A render under way, which writes into the store. What one that failed has left there is found when no
  // other writes.
  class Rendering {
   public:
    explicit Rendering(Cache& cache);
    ~Rendering();
    Rendering(const Rendering&) = delete;
    Rendering& operator=(const Rendering&) = delete;

    // It has succeeded, and these are in the store.
    Pins Keep(std::vector<Digest> made);

   private:
    Cache& cache_;
    bool is_kept_ = false;
  };

  // Takes over the blobs of the store, as far as the bound allows. `store` outlives it.
  Cache(FileStore& store, int64_t bound_bytes);

  // Makes blobs local, each checked against its digest, and pins them. Waits for room while others have it
  // pinned. Where two ask for one blob, one fetches and the other waits; what was fetched half goes on from
  // there, after a restart too.
  // ResourceExhausted: they do not fit into the bound, or the disk is full; NotFound, DataLoss: the farm does
  // not have those in `lost`; Unavailable: the farm is away, ask again; Cancelled: `stop` is set.
  absl::StatusOr<Pins> Fetch(BlobStore& farm, std::span<const Digest> digests, const std::atomic<bool>& stop,
                             std::vector<Digest>& lost);

  // Removes all that is not pinned: the disk is full.
  void DropUnpinned();

  // Hashes these again. True where one is not what it was; it is fetched anew the next time.
  bool FindDamage(const Pins& pins, const std::atomic<bool>& stop);

  FileStore& store() { return store_; }
  // Pinned or not, and room given to what is on its way.
  int64_t held_bytes() const;
  // Copied from the farm since the start.
  int64_t fetched_bytes() const { return fetched_bytes_; }

 private:
  enum class State {
    kAbsent,    // has its room
    kTaken,     // was there at the start, and has not been read since
    kArriving,  // somebody fetches it
    kHere,
  };
  struct Entry {
    State state = State::kAbsent;
    int pins = 0;
    int64_t last_use = 0;  // key in unpinned_
  };
  using Entries = std::map<Digest, Entry, DigestLess>;

  absl::StatusOr<Pins> GiveRoom(const std::vector<Digest>& wanted, const std::atomic<bool>& stop);
  bool HasRoomFor(const std::vector<Digest>& wanted) const;
  absl::Status CheckFarmHas(BlobStore& farm, const std::vector<Digest>& wanted, std::vector<Digest>& lost);
  absl::Status MakeLocal(BlobStore& farm, const Digest& digest, const std::atomic<bool>& stop);
  absl::Status Bring(BlobStore& farm, const Digest& digest, const std::atomic<bool>& stop);
  Pins Keep(std::vector<Digest> made);
  void EndRendering(bool is_kept);
  void Unpin(const std::vector<Digest>& digests);

  // With mutex_ held.
  Entry& Pin(const Digest& digest);
  void LeaveUnpinned(Entries::iterator entry);
  void TakeOverUnknown();
  void EvictDownTo(int64_t bytes);

  FileStore& store_;
  const int64_t bound_bytes_;
  std::atomic<int64_t> fetched_bytes_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Entries entries_;                     // guarded by mutex_, as all below
  std::map<int64_t, Digest> unpinned_;  // by last use
  std::set<int64_t> queue_;             // who waits for room
  int64_t held_bytes_ = 0;
  int64_t uses_ = 0;
  int64_t askers_ = 0;
  int renders_ = 0;
  bool may_hold_unknown_ = false;  // a render has failed
};

}  // namespace trackout
