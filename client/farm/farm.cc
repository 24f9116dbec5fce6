#include "client/farm/farm.h"

#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "core/rpc/channel.h"
#include "core/rpc/remote_store.h"
#include "core/rpc/status.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kConnectPatience{5'000};
// A coordinator that is restarted, on another machine if need be, is back by then.
constexpr milliseconds kFarmPatience{120'000};
// The longest call is a submit: it plans the album and waits for the journal's disk.
constexpr milliseconds kCallPatience{60'000};
constexpr milliseconds kBetweenTries{250};
constexpr milliseconds kStopLatency{50};

absl::Status CannotReach(const std::string& addresses, const std::string& what_else) {
  return absl::UnavailableError(
      fmt::format("cannot reach the farm at {}; {}", Printable(addresses), what_else));
}

OrderRequest Named(const std::string& order) {
  OrderRequest request;
  request.set_order(order);
  return request;
}

int MinutesOf(milliseconds time) {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(time).count());
}

}  // namespace

bool HasEnded(OrderStatus::State state) {
  return state == OrderStatus::done || state == OrderStatus::failed || state == OrderStatus::canceled;
}

Farm::Farm(std::string addresses, std::shared_ptr<grpc::Channel> channel, milliseconds patience,
           const std::atomic<bool>& stop)
    : addresses_(std::move(addresses)),
      stub_(Orders::NewStub(std::move(channel))),
      patience_(patience),
      stop_(stop) {}

absl::StatusOr<std::unique_ptr<Farm>> Farm::Connect(const std::string& addresses,
                                                    const std::atomic<bool>& stop) {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel =
      ConnectToFarm(addresses, "orders", kConnectPatience);
  if (absl::IsUnavailable(channel.status())) {
    return CannotReach(addresses, "start trackout-coordinator there, or name another with --farm");
  }
  if (!channel.ok()) return channel.status();
  return std::unique_ptr<Farm>(new Farm(addresses, *std::move(channel), kFarmPatience, stop));
}

std::unique_ptr<Farm> Farm::InProcess(std::shared_ptr<grpc::Channel> channel, const std::atomic<bool>& stop) {
  return std::unique_ptr<Farm>(new Farm("", std::move(channel), milliseconds{0}, stop));
}

absl::StatusOr<SubmitResponse> Farm::Submit(const SubmitRequest& request) {
  return Ask<SubmitRequest, SubmitResponse>(&Orders::Stub::AsyncSubmit, request);
}

absl::StatusOr<OrderStatus> Farm::Status(const std::string& order) {
  return Ask<OrderRequest, OrderStatus>(&Orders::Stub::AsyncStatus, Named(order));
}

absl::StatusOr<OrderStatus> Farm::Cancel(const std::string& order) {
  return Ask<OrderRequest, OrderStatus>(&Orders::Stub::AsyncCancel, Named(order));
}

absl::StatusOr<OrderStatus> Farm::Pause(const std::string& order) {
  return Ask<OrderRequest, OrderStatus>(&Orders::Stub::AsyncPause, Named(order));
}

absl::StatusOr<OrderStatus> Farm::Resume(const std::string& order) {
  return Ask<OrderRequest, OrderStatus>(&Orders::Stub::AsyncResume, Named(order));
}

absl::StatusOr<ListResponse> Farm::List() {
  return Ask<ListRequest, ListResponse>(&Orders::Stub::AsyncList, ListRequest());
}

absl::StatusOr<Package> Farm::GetPackage(const std::string& order) {
  return Ask<OrderRequest, Package>(&Orders::Stub::AsyncGetPackage, Named(order));
}

absl::StatusOr<ListWorkersResponse> Farm::ListWorkers() {
  return Ask<ListWorkersRequest, ListWorkersResponse>(&Orders::Stub::AsyncListWorkers, ListWorkersRequest());
}

absl::StatusOr<WorkerStatus> Farm::Drain(const std::string& worker) {
  DrainRequest request;
  request.set_worker(worker);
  return Ask<DrainRequest, WorkerStatus>(&Orders::Stub::AsyncDrain, request);
}

absl::StatusOr<OrderStatus> Farm::Watch(const std::string& order,
                                        const std::function<Onward(const OrderStatus&)>& seen) {
  OrderStatus last;
  const absl::Status watched = KeepTrying([&] { return WatchOnce(order, seen, last); });
  if (!watched.ok()) return watched;
  return last;
}

absl::Status Farm::WatchOnce(const std::string& order, const std::function<Onward(const OrderStatus&)>& seen,
                             OrderStatus& last) {
  grpc::ClientContext context;  // no deadline: a song may take as long as it takes
  grpc::CompletionQueue queue;
  const auto stream = stub_->AsyncWatch(&context, Named(order), &queue, nullptr);
  bool has_left = false;
  bool is_open = Await(queue, context);
  while (is_open) {
    OrderStatus status;
    stream->Read(&status, nullptr);
    is_open = Await(queue, context);
    if (!is_open || has_left) continue;
    Heard();
    last = std::move(status);
    has_left = seen(last) == Onward::kLeave;
    if (has_left) context.TryCancel();
  }
  grpc::Status ended;
  stream->Finish(&ended, nullptr);
  Await(queue, context);
  if (has_left || (ended.ok() && HasEnded(last.state()))) return absl::OkStatus();
  return ended.ok() ? absl::UnavailableError("the farm stopped telling") : FromRpc(ended);
}

absl::StatusOr<BlobStore*> Farm::Blobs() {
  if (blobs_ != nullptr) return blobs_.get();
  std::shared_ptr<grpc::Channel> channel;
  const absl::Status connected = KeepTrying([&] {
    absl::StatusOr<std::shared_ptr<grpc::Channel>> made =
        ConnectToFarm(addresses_, "blobs", kConnectPatience);
    if (made.ok()) channel = *std::move(made);
    return made.status();
  });
  if (!connected.ok()) return connected;
  blobs_ = RemoteStore(std::move(channel));
  return blobs_.get();
}

template <typename Request, typename Response>
absl::StatusOr<Response> Farm::Ask(Begin<Request, Response> begin, const Request& request) {
  Response response;
  const absl::Status answered = KeepTrying([&] {
    response.Clear();
    grpc::ClientContext context;
    SetDeadline(context, kCallPatience);
    grpc::CompletionQueue queue;
    grpc::Status ended;
    const auto call = (stub_.get()->*begin)(&context, request, &queue);
    call->Finish(&response, &ended, nullptr);
    Await(queue, context);
    return FromRpc(ended);
  });
  if (!answered.ok()) return answered;
  return response;
}

// Waits for the one operation that is under way; false where it found the call at its end.
bool Farm::Await(grpc::CompletionQueue& queue, grpc::ClientContext& context) const {
  void* tag = nullptr;
  bool is_ok = false;
  while (queue.AsyncNext(&tag, &is_ok, std::chrono::system_clock::now() + kStopLatency) ==
         grpc::CompletionQueue::TIMEOUT) {
    if (stop_) context.TryCancel();
  }
  return is_ok;
}

absl::Status Farm::KeepTrying(const std::function<absl::Status()>& call) {
  std::optional<steady_clock::time_point> away_since;
  int64_t heard_before = heard_;
  while (true) {
    const absl::Status status = call();
    if (stop_) return absl::CancelledError("stopped");
    if (!IsAway(status)) {
      Heard();
      return status;
    }
    const auto now = steady_clock::now();
    if (!away_since || heard_ != heard_before) away_since = now;
    heard_before = heard_;
    if (now - *away_since >= patience_) {
      if (addresses_.empty()) return status;
      return CannotReach(addresses_, fmt::format("it did not come back within {} minutes: {}",
                                                 MinutesOf(patience_), std::string(status.message())));
    }
    TellAway();
    if (!RestBetweenTries()) return absl::CancelledError("stopped");
  }
}

// A server that goes down may cancel what is under way.
bool Farm::IsAway(const absl::Status& status) const {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
}

bool Farm::RestBetweenTries() const {
  const auto until = steady_clock::now() + kBetweenTries;
  while (!stop_ && steady_clock::now() < until) std::this_thread::sleep_for(kStopLatency);
  return !stop_;
}

void Farm::Heard() {
  ++heard_;
  const std::lock_guard lock(mutex_);
  if (!is_away_) return;
  is_away_ = false;
  if (tell_) tell_("the farm is back");
}

void Farm::TellAway() {
  const std::lock_guard lock(mutex_);
  if (is_away_) return;
  is_away_ = true;
  const std::string line =
      fmt::format("the farm at {} is not reachable; waiting for it, for up to {} minutes",
                  Printable(addresses_), MinutesOf(patience_));
  if (tell_) {
    tell_(line);
  } else {
    std::fputs((line + "\n").c_str(), stderr);
  }
}

void Farm::SpeakBy(Tell tell) {
  const std::lock_guard lock(mutex_);
  tell_ = std::move(tell);
}

}  // namespace trackout
