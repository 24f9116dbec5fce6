// Blobs on their way between a farm and this machine: several at a time, from where an earlier try stopped,
// and on again when a farm that went away is back.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "client/farm/farm.h"
#include "client/progress.h"
#include "core/blobs/blob_store.h"

namespace trackout {

struct Moved {
  int64_t bytes = 0;         // that went over the network
  std::vector<Digest> lost;  // those that `from` does not have, or has damaged
};

// Bytes of `digests` that `to` has not, less what has arrived of them.
absl::StatusOr<int64_t> BytesToMove(BlobStore& to, const std::vector<Digest>& digests);

// Copies `digests` from one store to the other; `farm` is the farm of either. `progress` counts bytes that
// are moved now; `begins` hears how many these are. The first error ends the rest: Cancelled where `stop` is
// set, Unavailable where the farm does not come back, ResourceExhausted where a disk is full. What has
// arrived is kept by `to`.
absl::StatusOr<Moved> MoveBlobs(BlobStore& from, BlobStore& to, const std::vector<Digest>& digests,
                                Farm& farm, const std::atomic<bool>& stop, SongProgress& progress,
                                const std::function<void(int64_t to_move)>& begins);

// Bytes of all of them.
int64_t SizeOf(const std::vector<Digest>& digests);

}  // namespace trackout
