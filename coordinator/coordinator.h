// The shell around the desk: it has the lock, the clock and the threads, and does what the desk decides.
// Every call answers through its callback, exactly once, from any thread, with no lock held.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/desk/desk.h"
#include "coordinator/journal/journal.h"
#include "core/blobs/file_store.h"
#include "proto/leases.pb.h"
#include "proto/orders.pb.h"

namespace trackout {

// Thread-safe.
class Coordinator {
 public:
  // Replays the journal. `journal` and `store` outlive it.
  static absl::StatusOr<std::unique_ptr<Coordinator>> Start(const DeskSettings& settings, Journal& journal,
                                                            FileStore& store);
  // Stops.
  ~Coordinator();

  void Submit(SubmitRequest request, Answer<SubmitResponse> answer);
  void Status(const OrderRequest& request, Answer<OrderStatus> answer);
  void List(const ListRequest& request, Answer<ListResponse> answer);
  void Cancel(const OrderRequest& request, Answer<OrderStatus> answer);
  void Pause(const OrderRequest& request, Answer<OrderStatus> answer);
  void Resume(const OrderRequest& request, Answer<OrderStatus> answer);
  void GetPackage(const OrderRequest& request, Answer<Package> answer);
  void ListWorkers(const ListWorkersRequest& request, Answer<ListWorkersResponse> answer);
  void Drain(const DrainRequest& request, Answer<WorkerStatus> answer);
  // Answers when the order is past the revision `seen` (0: at once), or, with the same one, after a while.
  void WatchFrom(const std::string& order, int64_t seen, Answer<Seen> answer);

  void Acquire(const AcquireRequest& request, Answer<AcquireResponse> answer);
  // Nobody waits for the answer any more.
  void StopWaiting(const AcquireRequest& request);
  void Renew(const RenewRequest& request, Answer<RenewResponse> answer);
  void Complete(CompleteRequest request, Answer<CompleteResponse> answer);
  void Release(ReleaseRequest request, Answer<ReleaseResponse> answer);

  // A blob turned out to be damaged: what made it is rendered again.
  void BlobLost(const Digest& digest);

  // The store has no room for a blob of this size: whether kept prints give way to it, in a moment.
  bool MakeRoom(int64_t bytes);

  // Hands out nothing any more and answers what waits with Unavailable. Renewals and completions are still
  // taken, until it is destroyed.
  void StopLeasing();

 private:
  Coordinator(const DeskSettings& settings, int64_t term, Journal& journal, FileStore& store);

  void Enter(const std::function<void(Desk&, absl::Duration now)>& call);
  void WriteJournal();
  void WatchClock();
  std::vector<Digest> MissingOf(const std::set<Digest, DigestLess>& digests);
  bool IsKnown(const std::string& order);
  void SubmitPlanned(const Order& order, const Answer<SubmitResponse>& answer);
  std::vector<std::string> GoneResults(const Order& order);

  Journal& journal_;
  FileStore& store_;

  std::mutex mutex_;
  std::condition_variable changed_;
  Desk desk_;             // guarded by mutex_
  bool is_over_ = false;  // guarded by mutex_

  std::thread writer_;
  std::thread clock_;
};

}  // namespace trackout
