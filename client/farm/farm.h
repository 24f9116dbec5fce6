// The client's side of a farm: every call of the Orders service, the farm's blobs, and the patience that a
// farm deserves which goes away and comes back (a coordinator that is restarted): calls are then repeated
// until it is there again, which is why the service lets every call be sent twice.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "core/blobs/blob_store.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "proto/orders.grpc.pb.h"
#include "proto/orders.pb.h"

namespace trackout {

// What a watcher wants after it has seen a status.
enum class Onward { kGoOn, kLeave };

bool HasEnded(OrderStatus::State state);

// Thread-safe. Every call ends soon, with Cancelled, once `stop` is set; Unavailable means that the farm was
// waited for in vain.
class Farm {
 public:
  using Tell = std::function<void(const std::string& line)>;

  // To the first of the comma-separated addresses that answers; Unavailable where none does within 5 s.
  // `stop` outlives the farm, as everywhere here.
  static absl::StatusOr<std::unique_ptr<Farm>> Connect(const std::string& addresses,
                                                       const std::atomic<bool>& stop);
  // A farm in this process: its sound is at hand (Blobs() is not used), and it is never waited for.
  static std::unique_ptr<Farm> InProcess(std::shared_ptr<grpc::Channel> channel,
                                         const std::atomic<bool>& stop);

  absl::StatusOr<SubmitResponse> Submit(const SubmitRequest& request);
  absl::StatusOr<OrderStatus> Status(const std::string& order);
  absl::StatusOr<OrderStatus> Cancel(const std::string& order);
  absl::StatusOr<OrderStatus> Pause(const std::string& order);
  absl::StatusOr<OrderStatus> Resume(const std::string& order);
  absl::StatusOr<ListResponse> List();
  absl::StatusOr<Package> GetPackage(const std::string& order);
  absl::StatusOr<ListWorkersResponse> ListWorkers();
  absl::StatusOr<WorkerStatus> Drain(const std::string& worker);

  // Shows every status of the order to `seen`, until it has ended or `seen` leaves; the last one.
  absl::StatusOr<OrderStatus> Watch(const std::string& order,
                                    const std::function<Onward(const OrderStatus&)>& seen);

  // The farm's blobs, on a channel of their own: connected when first asked for, by one thread. The store
  // repeats nothing by itself; KeepTrying does.
  absl::StatusOr<BlobStore*> Blobs();

  // Calls until the answer is something else than that the farm is away, or the patience is over.
  absl::Status KeepTrying(const std::function<absl::Status()>& call);
  // The farm is there: something arrived in a call that is still under way.
  void Heard();

  // Who says that the farm is being waited for; nobody: stderr.
  void SpeakBy(Tell tell);

 private:
  Farm(std::string addresses, std::shared_ptr<grpc::Channel> channel, std::chrono::milliseconds patience,
       const std::atomic<bool>& stop);

  template <typename Request, typename Response>
  using Begin = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Orders::Stub::*)(
      grpc::ClientContext*, const Request&, grpc::CompletionQueue*);
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(Begin<Request, Response> begin, const Request& request);
  absl::Status WatchOnce(const std::string& order, const std::function<Onward(const OrderStatus&)>& seen,
                         OrderStatus& last);
  bool Await(grpc::CompletionQueue& queue, grpc::ClientContext& context) const;
  bool IsAway(const absl::Status& status) const;
  void TellAway();
  bool RestBetweenTries() const;

  const std::string addresses_;  // empty: in this process
  const std::unique_ptr<Orders::Stub> stub_;
  const std::chrono::milliseconds patience_;
  const std::atomic<bool>& stop_;

  std::atomic<int64_t> heard_ = 0;  // rises whenever the farm answers

  std::unique_ptr<BlobStore> blobs_;  // of the thread that asks for it

  std::mutex mutex_;
  Tell tell_;             // guarded by mutex_, as the next
  bool is_away_ = false;  // and it was said
};

}  // namespace trackout
