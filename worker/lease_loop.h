// The worker's life: it asks for leases, fetches what they read, renders, uploads what was made, hands it in,
// and asks again.
//
// There are two hands more than renders at a time. Each takes one lease all the way; for the render alone it
// needs one of the places, which go to the oldest lease first. So the next job's inputs are fetched and the
// last one's outputs uploaded while another renders, and what is held at a time is bounded by the hands.
//
// A lease counts from when the last renewal that was answered was sent, on a clock that goes on while the
// process is stopped or the machine asleep. Not renewed within two thirds of its time it is another's: its
// render stops, and its results are dropped. What is rendered already is kept and handed in however long the
// coordinator is away or has no room; then the coordinator says whether it still counts.
//
// lease_work.h has what a lease is about, leases_in_hand.h its places and its time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/job_key.h"
#include "core/limits.h"
#include "worker/cache.h"
#include "worker/lease_client.h"

namespace trackout {

struct LeaseLoopSettings {
  std::string name;   // the same after a restart
  std::string build;  // for people
  int slots = 1;      // renders at a time
  int block_frames = kBlockFrames;
  absl::Duration renew_every = absl::Seconds(1);  // for progress; at least three times in a lease's time
  int engine_version = kEngineVersion;
};

// Since the start.
struct LeaseLoopTotals {
  int64_t rendered_jobs = 0;
  int64_t accepted_leases = 0;  // duplicates included
  int64_t fetched_bytes = 0;
  int64_t uploaded_bytes = 0;
};

// Thread-safe.
class LeaseLoop {
 public:
  // `client`, `farm` and `cache` outlive it. The farm need not be there yet.
  static absl::StatusOr<std::unique_ptr<LeaseLoop>> Start(const LeaseLoopSettings& settings,
                                                          LeaseClient& client, BlobStore& farm, Cache& cache);
  // Stop(0), and waits for the end.
  ~LeaseLoop();

  // Begins the end, and returns. No leases are taken any more; those that do not render yet are given back at
  // once, those that do have `grace` to end and to be handed in, and are then given back. A second call can
  // only shorten the grace.
  void Stop(absl::Duration grace);

  // True once the loop has ended: after Stop, or because the coordinator drains this worker; then all that
  // was begun has been handed in. Or because it cannot go on: then `status` says why.
  bool WaitUntilEnded(absl::Duration patience);

  // FailedPrecondition: another process with this worker's name has been started since, and has its leases.
  absl::Status status() const;

  LeaseLoopTotals totals() const;

 private:
  class Shell;
  explicit LeaseLoop(std::unique_ptr<Shell> shell);
  std::unique_ptr<Shell> shell_;
};

}  // namespace trackout
