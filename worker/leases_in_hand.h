// The leases that a worker's hands hold, the places that they render in, and the time that both have. All
// that the loop's threads wait for, except an answer of the farm, they wait for here.
//
// Times are durations since boot, on a clock that goes on while the process is stopped or the machine asleep.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/limits.h"
#include "proto/leases.pb.h"

namespace trackout {

absl::Duration SinceBoot();

// Owned by its hand.
struct LeaseInHand {
  enum class Step {
    kFetching,  // or waiting for a place
    kRendering,
    kFinished,   // there are results
    kReleasing,  // there will be none
  };
  enum class End { kNone, kLost, kGivenBack };

  LeaseInHand(AcquireResponse answer, int64_t place_in_line);

  const AcquireResponse work;
  const std::string name;  // for log lines
  const int64_t age;
  std::atomic<bool> stop = false;  // set with `end`
  std::atomic<int64_t> frames_done = 0;
  // Guarded by the mutex of LeasesInHand.
  Step step = Step::kFetching;
  End end = End::kNone;
  absl::Duration renewed_at;
};

// Thread-safe.
class LeasesInHand {
 public:
  using Step = LeaseInHand::Step;
  using End = LeaseInHand::End;

  // `worker`: its name, for log lines.
  LeasesInHand(std::string worker, int slots, absl::Duration renew_every);

  // Hands begin all at once, before any ends.
  void BeginHands(int count);
  void EndHands(int count);
  bool WaitUntilNoHands(absl::Duration patience);

  // What to ask for: every free place, and one lease more while none is free. Nothing: no leases are taken
  // any more. Whoever has asked ends the question with Hold, or with HoldNothing.
  std::optional<AcquireRequest::Need> WaitForNeed();
  std::unique_ptr<LeaseInHand> Hold(AcquireResponse answer, absl::Duration asked_at,
                                    AcquireRequest::Need need);
  void HoldNothing(AcquireRequest::Need need);
  // False where no leases are taken any more.
  bool PauseWhileTaking(absl::Duration pause);
  void LetGo(const LeaseInHand& held);

  // Waits until a place is free and no older lease waits for it. False where the lease ended before.
  bool TakePlace(LeaseInHand& held);
  // `step`: whether there are results. False where they do not count, or are none.
  bool LeavePlace(LeaseInHand& held, Step step);
  End BeginRelease(LeaseInHand& held);
  // False where the lease ended meanwhile.
  bool PauseUnlessEnded(const LeaseInHand& held, absl::Duration pause);

  // A renewal of all that is held, when it is time for one; it has no worker yet. Nothing: no hands are left.
  std::optional<RenewRequest> WaitForRenewal();
  void TakeRenewal(const RenewRequest& request, const RenewResponse& answer, absl::Duration sent_at);
  // Ends leases whose time, or whose worker's grace, is over. Returns when no hands are left.
  void WatchTime();

  // Takes no leases any more. True for the first who says so.
  bool TakeNoMore();
  // The same, and ends at once what does not render yet; the rest when `grace` is over.
  void Stop(absl::Duration grace);
  // The same, and all leases are another's, for this reason. True for the first who says so.
  bool LoseAll(const absl::Status& why);
  // Why all were lost; ok where they were not.
  absl::Status status() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  // With mutex_ held.
  int Busy() const;
  absl::Duration RenewEvery() const { return std::min(renew_every_, lease_time_ / 3); }
  int& AskingFor(AcquireRequest::Need need);
  void EndLease(LeaseInHand& held, End end);
  template <typename Happened>
  bool WaitFor(Lock& lock, absl::Duration patience, Happened happened);

  const std::string worker_;
  const int slots_;
  const absl::Duration renew_every_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<LeaseInHand*> held_;  // guarded by mutex_, as all below
  std::set<int64_t> line_;          // ages of the leases that wait for a place
  int free_places_;
  int hands_ = 0;
  int asking_idle_ = 0;
  int asking_ahead_ = 0;
  int64_t leases_ = 0;
  absl::Duration lease_time_ = absl::Milliseconds(kLeaseMs);
  absl::Duration stop_at_ = absl::InfiniteDuration();
  bool is_taking_ = true;
  bool is_stopping_ = false;
  bool renew_now_ = false;
  absl::Status status_;
};

}  // namespace trackout
