// The worker's lines to its farm, through gRPC: its four calls and the farm's blobs. A line goes to the first
// of the farm's addresses that answers; gRPC brings it back when that one has been away, and where there are
// other addresses, they are tried meanwhile.
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "core/rpc/channel.h"
#include "core/rpc/remote_store.h"
#include "core/rpc/status.h"
#include "proto/leases.grpc.pb.h"
#include "worker/lease_client.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;

// Beyond what an Acquire may wait.
constexpr milliseconds kAcquireSlack{5'000};
// For the other calls: they are small, and what waits longer is cut off.
constexpr milliseconds kPatience{10'000};
// The same, when the worker is about to end: a person waits for it.
constexpr milliseconds kLastPatience{3'000};
// For one address to answer. The loop behind asks again, for ever.
constexpr milliseconds kConnectPatience{1'000};

class RemoteLeaseClient : public LeaseClient {
 public:
  explicit RemoteLeaseClient(std::shared_ptr<grpc::Channel> channel)
      : stub_(Leases::NewStub(std::move(channel))) {}

  absl::StatusOr<AcquireResponse> Acquire(const AcquireRequest& request) override {
    grpc::ClientContext context;
    {
      const std::lock_guard lock(mutex_);
      if (is_stopped_) return absl::CancelledError("the worker takes no leases any more");
      acquiring_.insert(&context);
    }
    SetDeadline(context, milliseconds(request.wait_ms()) + kAcquireSlack);
    AcquireResponse response;
    const grpc::Status status = stub_->Acquire(&context, request, &response);
    const std::lock_guard lock(mutex_);
    acquiring_.erase(&context);
    if (!status.ok()) return FromRpc(status);
    return response;
  }

  absl::StatusOr<RenewResponse> Renew(const RenewRequest& request) override {
    return Call<RenewResponse>(&Leases::Stub::Renew, request);
  }
  absl::StatusOr<CompleteResponse> Complete(const CompleteRequest& request) override {
    return Call<CompleteResponse>(&Leases::Stub::Complete, request);
  }
  absl::StatusOr<ReleaseResponse> Release(const ReleaseRequest& request) override {
    return Call<ReleaseResponse>(&Leases::Stub::Release, request);
  }

  void StopAcquiring() override {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    for (grpc::ClientContext* context : acquiring_) context->TryCancel();
  }

 private:
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(grpc::Status (Leases::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                     Response*),
                                const Request& request) {
    grpc::ClientContext context;
    {
      const std::lock_guard lock(mutex_);
      SetDeadline(context, is_stopped_ ? kLastPatience : kPatience);
    }
    Response response;
    const grpc::Status status = ((*stub_).*method)(&context, request, &response);
    if (!status.ok()) return FromRpc(status);
    return response;
  }

  const std::unique_ptr<Leases::Stub> stub_;
  std::mutex mutex_;
  std::set<grpc::ClientContext*> acquiring_;  // guarded by mutex_, as below
  bool is_stopped_ = false;
};

// A channel to one of several addresses. Thread-safe.
class Line {
 public:
  Line(std::string addresses, std::string purpose)
      : addresses_(std::move(addresses)), purpose_(std::move(purpose)) {}

  // One that works, or that gRPC is about to bring back; Unavailable where none has worked yet.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Channel() {
    const std::lock_guard lock(mutex_);
    const bool has_others = addresses_.find(',') != std::string::npos;
    if (channel_ != nullptr && (!has_others || !IsDown())) return channel_;
    absl::StatusOr<std::shared_ptr<grpc::Channel>> channel =
        ConnectToFarm(addresses_, purpose_, kConnectPatience);
    if (channel.ok()) channel_ = *channel;
    return channel;
  }

 private:
  bool IsDown() const {
    const grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
    return state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN;
  }

  const std::string addresses_;
  const std::string purpose_;
  std::mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_;  // guarded by mutex_
};

// What speaks through a line, made anew when the line has another channel. What was made before stays: others
// may be in the middle of a call. A line changes its channel seldom, so there are few.
template <typename Peer>
class PeersOnLine {
 public:
  using Make = std::unique_ptr<Peer> (*)(std::shared_ptr<grpc::Channel>);

  PeersOnLine(const std::string& addresses, const std::string& purpose, Make make)
      : line_(addresses, purpose), make_(make) {}

  absl::StatusOr<Peer*> Now() {
    absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = line_.Channel();
    if (!channel.ok()) return channel.status();
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Peer>& peer = peers_[*channel];
    if (peer == nullptr) peer = make_(*channel);
    return peer.get();
  }

  template <typename Do>
  void ForEach(Do what) {
    const std::lock_guard lock(mutex_);
    for (const auto& [channel, peer] : peers_) what(*peer);
  }

 private:
  Line line_;
  const Make make_;
  std::mutex mutex_;
  std::map<std::shared_ptr<grpc::Channel>, std::unique_ptr<Peer>> peers_;  // guarded by mutex_
};

class LeasesOnLine : public LeaseClient {
 public:
  explicit LeasesOnLine(const std::string& addresses) : peers_(addresses, "leases", RemoteLeases) {}

  absl::StatusOr<AcquireResponse> Acquire(const AcquireRequest& request) override {
    const absl::StatusOr<LeaseClient*> peer = peers_.Now();
    if (is_stopped_) return absl::CancelledError("the worker takes no leases any more");
    if (!peer.ok()) return peer.status();
    return (*peer)->Acquire(request);
  }
  absl::StatusOr<RenewResponse> Renew(const RenewRequest& request) override {
    const absl::StatusOr<LeaseClient*> peer = peers_.Now();
    if (!peer.ok()) return peer.status();
    return (*peer)->Renew(request);
  }
  absl::StatusOr<CompleteResponse> Complete(const CompleteRequest& request) override {
    const absl::StatusOr<LeaseClient*> peer = peers_.Now();
    if (!peer.ok()) return peer.status();
    return (*peer)->Complete(request);
  }
  absl::StatusOr<ReleaseResponse> Release(const ReleaseRequest& request) override {
    const absl::StatusOr<LeaseClient*> peer = peers_.Now();
    if (!peer.ok()) return peer.status();
    return (*peer)->Release(request);
  }

  void StopAcquiring() override {
    is_stopped_ = true;
    peers_.ForEach([](LeaseClient& peer) { peer.StopAcquiring(); });
  }

 private:
  PeersOnLine<LeaseClient> peers_;
  std::atomic<bool> is_stopped_ = false;
};

class BlobsOnLine : public BlobStore {
 public:
  explicit BlobsOnLine(const std::string& addresses) : peers_(addresses, "blobs", RemoteStore) {}

  absl::StatusOr<std::vector<MissingBlob>> FindMissing(std::span<const Digest> digests) override {
    if (digests.empty()) return std::vector<MissingBlob>();
    const absl::StatusOr<BlobStore*> peer = peers_.Now();
    if (!peer.ok()) return peer.status();
    return (*peer)->FindMissing(digests);
  }
  absl::StatusOr<std::unique_ptr<BlobReader>> Open(const Digest& digest, int64_t offset) override {
    const absl::StatusOr<BlobStore*> peer = peers_.Now();
    if (!peer.ok()) return peer.status();
    return (*peer)->Open(digest, offset);
  }
  absl::StatusOr<std::unique_ptr<BlobWriter>> Put(const Digest& digest, int64_t offset) override {
    const absl::StatusOr<BlobStore*> peer = peers_.Now();
    if (!peer.ok()) return peer.status();
    return (*peer)->Put(digest, offset);
  }

 private:
  PeersOnLine<BlobStore> peers_;
};

}  // namespace

std::unique_ptr<LeaseClient> RemoteLeases(std::shared_ptr<grpc::Channel> channel) {
  return std::make_unique<RemoteLeaseClient>(std::move(channel));
}

std::unique_ptr<LeaseClient> LeasesAt(const std::string& addresses) {
  return std::make_unique<LeasesOnLine>(addresses);
}

std::unique_ptr<BlobStore> BlobsAt(const std::string& addresses) {
  return std::make_unique<BlobsOnLine>(addresses);
}

}  // namespace trackout
