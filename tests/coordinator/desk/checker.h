// Watches a simulated farm from outside and says when a promise is broken. It sees what the coordinator is
// asked, what it answers, and what the journal holds; of the desk's own books it believes nothing. Its
// picture of the orders is worked out anew from the journal, naively, by rules of its own.
//
// The promises, with the names that a violation is reported under:
//   I1   an acknowledged order is never lost
//   I2   an order ends once, and stays as it ended (but for lost blobs); a job has one accepted result at a
//   time I3   a completion is accepted only of the current attempt: none higher was granted, or heard of, by
//   this
//        coordinator
//   I4   attempts of a job rise from grant to grant; a job has one live lease
//   I5   when faults are over, every order ends
//   I6   what is accepted is in the store, and is what the job's key says
//   I7   equal keys have equal digests
//   I8   nothing is handed out that nobody needs
//   I9   a print is forgotten only where no open song reads it, and its blob removed only when it is; no more
//        of them are kept than the bounds allow
//   I10  a job is handed out when what it needs is done, or in the bundle
//   I11  nothing of an ended or paused order is handed out
//   I13  a job fails so often and not oftener, on different workers where there are
//   answers   a call is answered once
//   durable   what an answer says is in the journal
//   workers   nothing for the quarantined, the drained, the former, other versions; alarms where bytes differ
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/journal.pb.h"
#include "proto/leases.pb.h"
#include "proto/orders.pb.h"

namespace trackout::test {

struct Violation {
  std::string invariant;
  std::string what;
};

// What happened in a history, to prove that it is not an empty one.
enum class Event {
  kCrash,
  kCrashBeforeDurable,  // a batch was on its way, and is lost
  kCrashAfterDurable,   // a batch was written, and nobody was told
  kDiskFull,            // a batch was refused
  kWorkerCrash,
  kFreeze,
  kCut,
  kLost,
  kDoubled,
  kLate,
  kGrant,
  kGrantAhead,
  kGrantBundle,
  kSameGrantAgain,
  kAdoption,
  kAdoptionAcrossTerms,
  kLateAdoption,  // of an attempt that an earlier coordinator had followed up with a higher one
  kAccepted,
  kDuplicate,
  kStale,
  kMissing,
  kAlarm,
  kFormerRefused,
  kCancel,
  kCancelRacing,  // a completion of the order was on its way into the journal
  kPause,
  kSubmitTwice,
  kOtherAlbum,
  kJobFailed,
  kSongFailed,
  kBlobLost,
  kReopened,
  kPrintDropped,
  kPrintFound,  // by an order that came later
  kRoomMade,    // by prints, for an order or an upload
  kInputLost,
  kInputDropped,  // by the desk, as unread, when a worker had just got a job that reads it
  kNotSupported,
  kDrain,
  kOrderDone,
  kOrderFailed,
  kPackage,
  kCount,
};
const char* NameOf(Event event);
using Counts = std::array<int64_t, static_cast<size_t>(Event::kCount)>;

struct CheckerSettings {
  absl::Duration lease;
  absl::Duration return_time;
  int most_failures = 3;
  int64_t most_kept_print_bytes = 0;
  int64_t room_beside_prints = 0;
};

class Checker {
 public:
  explicit Checker(const CheckerSettings& settings) : settings_(settings) {}

  const std::optional<Violation>& violation() const { return violation_; }
  void Break(const std::string& invariant, const std::string& what);
  Counts& counts() { return counts_; }
  void Count(Event event) { ++counts_[static_cast<size_t>(event)]; }

  // The coordinator and its journal, which holds what is durable. A start reads all of it; a settled batch is
  // read when the desk is told.
  void Started(const std::vector<Update>& journal, absl::Duration now);
  void Settled(const std::vector<Update>& journal);
  void SettleOver() { is_settling_ = false; }  // what followed from it has been told

  // Every call gets a number, and tells each answer.
  size_t Called(const std::string& what);
  void Answered(size_t call);
  void ExpectAllAnswered();

  // Answers to clients.
  void Submitted(const Order& order, const absl::StatusOr<SubmitResponse>& answer);
  void Told(const std::string& order, const absl::StatusOr<OrderStatus>& answer);
  void CancelTold(const std::string& order, const absl::StatusOr<OrderStatus>& answer);
  void PackageTold(const std::string& order, const absl::StatusOr<Package>& answer);
  void Drained(const std::string& worker);

  // A worker's call has come in. What was told is checked when it is answered.
  void Heard(const Worker& worker, absl::Duration now);
  void AcquireTold(const AcquireRequest& request, const absl::StatusOr<AcquireResponse>& answer,
                   absl::Duration now);
  void RenewTold(const RenewRequest& request, const absl::StatusOr<RenewResponse>& answer,
                 absl::Duration now);
  // Whether the results differ from what is booked, at the moment of the call.
  bool Differs(const CompleteRequest& request) const;
  void CompleteCame(const CompleteRequest& request);
  void CompleteTold(const CompleteRequest& request, bool differed, bool was_former,
                    const absl::StatusOr<CompleteResponse>& answer, absl::Duration now);
  void ReleaseCame(const ReleaseRequest& request, absl::Duration now);
  bool IsFormer(const Worker& worker) const;

  // The store. A blob that is lost at rest is nobody's fault; one that the desk removed is.
  void LostAtRest(const std::string& sha256) { lost_at_rest_.insert(sha256); }
  void SetStore(const std::set<std::string>* blobs) { blobs_ = blobs; }
  void Removed(const std::string& sha256);
  // Nothing is on its way into the journal after a tick that found so many bytes free.
  void CheckKeptPrints(int64_t free_bytes);
  // Its results are not what their keys say.
  void CallLiar(const std::string& worker) { liars_.insert(worker); }

  // The picture.
  std::optional<OrderStatus::State> StateOf(const std::string& order) const;
  bool HasEnded(const std::string& order) const;
  std::vector<std::string> Orders() const;
  const std::set<std::string>& acknowledged() const { return acknowledged_; }

 private:
  struct Song {
    bool is_failed = false;
    std::vector<const PlannedJob*> jobs;
  };
  struct Booked {
    Order order;
    std::vector<Song> songs;
    std::map<std::string, const PlannedJob*> jobs;
    bool is_paused = false;
    bool is_canceled = false;
    OrderStatus::State state = OrderStatus::running;
    std::set<OrderStatus::State> states_of_batch{OrderStatus::running};  // that it had during the last one
  };
  struct Granted {
    Lease lease;
    Worker worker;
    int64_t number = 0;
    int64_t life = 0;
  };
  struct Live {
    Lease lease;
    std::string worker;
    absl::Duration deadline;
  };
  struct KnownWorker {
    Worker card;
    std::deque<std::string> former;
    absl::Duration heard;
    bool is_quarantined = false;
    bool is_draining = false;
    std::set<std::string> refused;
    std::set<std::string> may_refuse;  // those, and what it tried to give back when its lease was over
  };

  void Read(const std::vector<Update>& journal);
  void Apply(const Update& update);
  void ApplyDone(const JobsDone& done);
  void ApplyFailed(const JobFailed& failed);
  void ApplyForgotten(const ResultsForgotten& forgotten);
  void Accept(const Order& order);
  void LookAgain(const Update& update);

  bool IsDone(const std::string& key) const { return results_.contains(key); }
  bool IsSongDone(const Song& song) const;
  bool IsOpen(const Booked& booked, int number) const;
  OrderStatus::State Judge(const Booked& booked) const;
  bool IsNeeded(const Booked& booked, int number, const PlannedJob& job) const;
  bool IsNeededByAny(const std::string& key) const;
  bool IsRead(const std::string& print) const;

  void CheckGrant(const AcquireRequest& request, const AcquireResponse& response, absl::Duration now);
  void CheckWork(const AcquireResponse& response);
  void CheckRetry(const std::string& worker, const AcquireResponse& response, absl::Duration now);
  void CheckStatus(const OrderStatus& status);
  void CheckAccepted(const CompleteRequest& request);
  void NoteHeld(const Lease& lease, const std::string& worker, absl::Duration now);
  void EndLive(const std::string& nonce);
  void DropUnneeded();

  const CheckerSettings settings_;
  std::optional<Violation> violation_;
  Counts counts_{};

  // From the journal.
  size_t read_ = 0;
  std::map<std::string, Booked> orders_;
  std::unordered_map<std::string, JobResult> results_;
  std::unordered_map<std::string, std::vector<std::string>> failures_;   // workers, by key
  std::unordered_map<std::string, std::set<int64_t>> failed_attempts_;   // by key
  std::unordered_map<std::string, std::map<int, std::string>> digests_;  // ever, by key

  // From the answers, over all lives of the coordinator.
  std::set<std::string> acknowledged_;
  std::set<std::string> canceled_;
  std::map<std::string, Granted> granted_;                  // by nonce
  std::unordered_map<std::string, int64_t> highest_grant_;  // attempt, by key

  // Of this life of the coordinator.
  int64_t life_ = 0;
  absl::Duration returned_;
  bool is_settling_ = false;
  std::set<std::string> released_;                         // nonces
  std::unordered_map<std::string, int64_t> highest_seen_;  // attempt granted or adopted, by key
  std::map<std::string, Live> live_;                       // by nonce
  std::unordered_map<std::string, std::string> live_by_job_;
  std::map<std::string, KnownWorker> workers_;
  std::deque<std::pair<std::string, int>> calls_;  // what, answers
  size_t first_call_ = 0;

  std::set<std::string> lost_at_rest_;
  std::set<std::string> liars_;
  const std::set<std::string>* blobs_ = nullptr;
};

}  // namespace trackout::test
