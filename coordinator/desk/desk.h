// The desk: decides everything a coordinator decides, without clock, thread, lock, disk or network. Calls
// come in with the time; what they lead to comes out as updates to be made durable and as answers to be
// given:
//
//   desk.Complete(request, missing, now, answer)    a call
//   updates = desk.TakeUpdates()                    what is to be journaled because of it
//   desk.Settle(status, now)                        they are durable (or could not be made so)
//   for (auto& answer : desk.TakeAnswers()) answer()
//
// Only Settle changes the order book: nothing is told to anybody, and nothing follows from it, before it is
// durable. While a batch is on its way to the disk, calls go on; their updates form the next batch.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/desk/dispatcher.h"
#include "coordinator/desk/lease_table.h"
#include "coordinator/desk/order_book.h"
#include "core/limits.h"
#include "proto/journal.pb.h"
#include "proto/leases.pb.h"
#include "proto/orders.pb.h"

namespace trackout {

template <typename Response>
using Answer = std::function<void(absl::StatusOr<Response>)>;

// An order as a watcher saw it.
struct Seen {
  OrderStatus status;
  int64_t revision = 0;  // rises with every change; from 1 anew after a start
};

struct DeskSettings {
  absl::Duration lease = absl::Milliseconds(kLeaseMs);
  absl::Duration return_time = absl::Milliseconds(kReturnMs);
  absl::Duration watch_pause = absl::Milliseconds(100);  // between two reports of progress alone
  int most_failures = kMostFailures;
  int64_t most_kept_print_bytes = kMostKeptPrintBytes;
  int64_t room_beside_prints = kRoomBesidePrintsBytes;
};

// Not thread-safe.
class Desk {
 public:
  // `term` is the journal's; `new_nonce` gives 16 bytes that nobody can guess.
  Desk(const DeskSettings& settings, int64_t term, std::function<std::string()> new_nonce);

  // Before everything else: the updates of the journal, in order. Then Begin, once.
  void Replay(const Update& update) { book_.Apply(update); }
  void Begin(absl::Duration now);

  // The client's calls. The order is planned and its sources are in the store; it is refused where it and the
  // orders before it need more than `free_bytes` and what kept prints hold, of which as many as are in the
  // way are forgotten. `forgotten` are jobs whose results turned out to be gone from the store.
  void Submit(const Order& order, std::vector<std::string> forgotten, int64_t free_bytes, absl::Duration now,
              Answer<SubmitResponse> answer);
  // The same room for an order whose sources are still to be sent, for which `free_bytes` are not counted: it
  // is free when the response is given. ResourceExhausted, with the figures.
  void MakeRoomFor(const Order& order, int64_t free_bytes, const SubmitResponse& response,
                   const Answer<SubmitResponse>& answer);
  void Status(const std::string& order, Answer<OrderStatus> answer);
  void List(Answer<ListResponse> answer);
  void Cancel(const std::string& order, Answer<OrderStatus> answer);
  void Pause(const std::string& order, Answer<OrderStatus> answer);
  void Resume(const std::string& order, Answer<OrderStatus> answer);
  void GetPackage(const std::string& order, Answer<Package> answer);
  void ListWorkers(Answer<ListWorkersResponse> answer);
  void Drain(const std::string& worker, Answer<WorkerStatus> answer);
  void WatchFrom(const std::string& order, int64_t seen, absl::Duration now, Answer<Seen> answer);

  // The worker's calls. `missing` are blobs of the results, or inputs said to be lost, that are not in the
  // store: the shell has looked.
  void Acquire(const AcquireRequest& request, absl::Duration now, Answer<AcquireResponse> answer);
  void Renew(const RenewRequest& request, absl::Duration now, Answer<RenewResponse> answer);
  void Complete(const CompleteRequest& request, const std::vector<Digest>& missing, absl::Duration now,
                Answer<CompleteResponse> answer);
  void Release(const ReleaseRequest& request, const std::vector<Digest>& missing, absl::Duration now,
               Answer<ReleaseResponse> answer);
  // The worker does not wait for the answer to this question any more.
  void StopWaiting(const Worker& worker, int64_t number);

  // A blob is gone from the store: what made it is rendered again; a source fails the songs that need it.
  void BlobLost(const Digest& digest);
  // A blob of this size finds no room. Whether kept prints give way to it: then there is some in a moment.
  bool MakeRoom(int64_t bytes, int64_t free_bytes);
  // Hands out nothing any more; what waits is answered with Unavailable.
  void StopLeasing();

  // Time passes: leases run out, questions get their empty answers, workers have rested, the oldest of too
  // many kept prints are forgotten. Due some times a second; nothing that a call leads to waits for it.
  void Tick(absl::Duration now, int64_t free_bytes);

  // What is to be made durable now; empty where nothing is, or where a batch is on its way.
  std::vector<Update> TakeUpdates(int64_t unix_ms);
  // The batch that was taken is durable, or `status` says why it is not: then nothing has changed.
  void Settle(const absl::Status& status, absl::Duration now);
  bool IsSettled() const { return queued_.empty() && in_flight_.empty(); }
  std::vector<std::function<void()>> TakeAnswers();
  // Gives an answer of the shell's own, among the others.
  template <typename Response>
  void Give(const Answer<Response>& answer, absl::StatusOr<Response> response) {
    answers_.push_back([answer, response = std::move(response)] { answer(response); });
  }
  // Blobs of prints that were forgotten, and that nothing on its way into the journal names.
  std::vector<Digest> TakeUnread();
  // What an operator must know, for the log.
  std::vector<std::string> TakeAlarms();
  // What happened, for the log: orders that came and ended, workers that came, leases that ran out.
  std::vector<std::string> TakeNotes();
  // Why the store takes nothing just now; empty where it does.
  void NoteStoreTrouble(const std::string& trouble) { store_trouble_ = trouble; }

  const OrderBook& book() const { return book_; }
  const LeaseTable& table() const { return table_; }
  int64_t stale_completions() const { return stale_completions_; }

 private:
  // An update on its way, and what follows when it is durable (or is not).
  struct Pending {
    Update update;
    std::function<void(const absl::Status&)> settle;
  };
  struct Waiting {
    AcquireRequest request;
    absl::Duration until;
    Answer<AcquireResponse> answer;
  };
  struct Watching {
    std::string order;
    int64_t seen;
    absl::Duration until;
    Answer<Seen> answer;
  };
  struct Revision {
    int64_t number = 1;
    bool has_progress = false;  // that no revision tells yet
    absl::Duration told;        // when the last revision was made
  };

  void Journal(Update update, std::function<void(const absl::Status&)> settle);
  void Change(Update update, const std::string& order, const Answer<OrderStatus>& answer);

  absl::StatusOr<WorkerEntry*> Hear(const Worker& worker, absl::Duration now);
  void Dispatch(absl::Duration now);
  AcquireResponse ResponseTo(const LeaseEntry& entry) const;
  bool StandsAgain(const HeldLease& held, const Worker& worker, absl::Duration now);
  void Accept(const CompleteRequest& request, LeaseEntry& entry, const Answer<CompleteResponse>& answer);
  void NoteDone(const CompleteRequest& request);
  // Answers a completion without a current lease.
  CompleteResponse::Verdict JudgeLate(const CompleteRequest& request);
  absl::Status CheckResults(const CompleteRequest& request) const;
  bool AreDone(const CompleteRequest& request) const;
  bool DiffersFromBook(const CompleteRequest& request) const;
  void Quarantine(const std::string& worker, const CompleteRequest& request);
  void Fail(const Lease& lease, const std::string& worker, const std::string& reason, bool is_final,
            bool source_at_fault, const Answer<ReleaseResponse>& answer);
  // Frees the jobs of leases that ended with their worker, and gives up those that this happens to again and
  // again.
  void FreeLostJobs(const std::vector<std::string>& job_keys);
  void EndLease(const Lease& lease);
  void DropUnneededLeases();
  // Forgets the oldest kept prints, as far as all of them are more than the bounds allow.
  void BoundKeptPrints(int64_t free_bytes);
  // Kept prints that may be forgotten: first those that are on their way out, then the oldest, last what the
  // plan reads. Not what an order on its way into the journal will read.
  std::vector<std::string> PrintsThatMayGo(const RenderPlan& plan) const;
  // How many of the first ones have to go for `bytes` to be free; nothing where all of them are not enough,
  // and `free_bytes` says what there would be.
  std::optional<size_t> PrintsInTheWay(const std::vector<std::string>& prints, int64_t bytes,
                                       int64_t& free_bytes) const;
  // Those that have to go for the order to fit.
  absl::StatusOr<std::vector<std::string>> PrintsToForgetFor(const Order& order, int64_t free_bytes) const;
  void ForgetPrints(const std::vector<std::string>& prints, std::function<void(const absl::Status&)> settle);
  void ForgetJobs(std::vector<std::string> job_keys);
  // Ends a lease whose inputs are gone, when that is on the record.
  std::string WithSourceNames(std::string reason, const std::string& order) const;
  void LoseInputs(LeaseEntry& entry, const std::vector<Digest>& lost, const Answer<ReleaseResponse>& answer);
  bool IsBeingHandedIn(const Digest& digest) const;
  const PlannedJob* FindJob(const std::string& job_key) const;

  void TouchJobs(const google::protobuf::RepeatedPtrField<std::string>& job_keys);
  void NoteUpdate(const Update& update);
  void NoteState(const BookedOrder& booked);
  void NoteChange(const std::string& order, absl::Duration now);
  void NoteProgress(const LeaseEntry& entry);
  void TellWatchers(absl::Duration now);
  void TellWatcher(const Watching& watching);
  static absl::Status NoSuchOrder(const std::string& order);
  OrderStatus StatusOfOrder(const BookedOrder& booked) const;
  std::string TroubleOf(const BookedOrder& booked) const;
  WorkerStatus StatusOfWorker(const WorkerEntry& worker) const;
  int64_t ReservedBytes() const;

  const DeskSettings settings_;
  const std::function<std::string()> new_nonce_;

  // Durable.
  OrderBook book_;

  // Soft.
  LeaseTable table_;
  Dispatcher dispatcher_;
  absl::Duration returned_ = -absl::InfiniteDuration();  // workers that were there before have come back
  std::deque<Waiting> waiting_;
  std::vector<Watching> watching_;
  std::map<std::string, Revision> revisions_;  // by order
  std::set<std::string> forgetting_;           // prints whose forgetting is on its way into the journal
  absl::Duration bounds_rest_until_ = -absl::InfiniteDuration();  // the journal's disk was full
  int64_t stale_completions_ = 0;
  bool is_stopping_ = false;
  absl::Duration now_;  // of the call under way
  std::string store_trouble_;
  absl::Status journal_trouble_;  // of the last batch

  // On the way out.
  std::deque<Pending> queued_;
  std::vector<Pending> in_flight_;
  std::vector<std::function<void()>> answers_;
  std::vector<Digest> unread_;
  std::vector<std::string> alarms_;
  std::vector<std::string> notes_;
  std::map<std::string, OrderStatus::State> noted_;  // by order
};

}  // namespace trackout
