// A worker's four calls, as functions that wait for their answer: through gRPC (remote_leases.cc), or, in
// tests, straight into a desk.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/blobs/blob_store.h"
#include "proto/leases.pb.h"

namespace grpc {
class Channel;
}

namespace trackout {

// Thread-safe. Unavailable where the coordinator cannot be reached or does not answer in time; nothing is
// retried here.
class LeaseClient {
 public:
  virtual ~LeaseClient() = default;

  virtual absl::StatusOr<AcquireResponse> Acquire(const AcquireRequest& request) = 0;
  virtual absl::StatusOr<RenewResponse> Renew(const RenewRequest& request) = 0;
  virtual absl::StatusOr<CompleteResponse> Complete(const CompleteRequest& request) = 0;
  virtual absl::StatusOr<ReleaseResponse> Release(const ReleaseRequest& request) = 0;

  // Ends every Acquire that waits, and those to come, with Cancelled; the other calls still work, and have
  // less patience.
  virtual void StopAcquiring() = 0;
};

std::unique_ptr<LeaseClient> RemoteLeases(std::shared_ptr<grpc::Channel> channel);

// The farm at the first of these comma-separated addresses (host:port) that answers, or later at another one
// when that is away. The farm need not be there yet: until it is, every call is Unavailable.
std::unique_ptr<LeaseClient> LeasesAt(const std::string& addresses);
std::unique_ptr<BlobStore> BlobsAt(const std::string& addresses);

}  // namespace trackout
