// A farm in this process: a coordinator with its journal in memory, a server that listens to nobody but us,
// and a worker. It is the farm that machines share, with one difference in what it is given and none in what
// it does: coordinator, worker and client have one blob store, in which the sources are adopted where they
// lie, so that no sound is copied.
#pragma once

#include <atomic>
#include <memory>

#include "absl/status/statusor.h"
#include "client/farm/farm.h"
#include "core/blobs/file_store.h"

namespace trackout {

struct EmbeddedSettings {
  int workers = 1;  // renders at a time
  int block_frames = 0;
};

// Thread-safe.
class EmbeddedFarm {
 public:
  // `store` and `stop` outlive it.
  static absl::StatusOr<std::unique_ptr<EmbeddedFarm>> Start(const EmbeddedSettings& settings,
                                                             FileStore& store, const std::atomic<bool>& stop);
  // Ends what is rendered, soon.
  ~EmbeddedFarm();

  // What a client does with it.
  Farm& client();

 private:
  struct Rooms;
  explicit EmbeddedFarm(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace trackout
