// The worker's service: hands every call to the coordinator.
#pragma once

#include "coordinator/coordinator.h"
#include "grpcpp/grpcpp.h"
#include "proto/leases.grpc.pb.h"

namespace trackout {

// Thread-safe. Outlives the server that it is registered with.
class LeasesService : public Leases::CallbackService {
 public:
  explicit LeasesService(Coordinator& coordinator) : coordinator_(coordinator) {}

  // A worker that goes away while it waits is not given anything.
  grpc::ServerUnaryReactor* Acquire(grpc::CallbackServerContext* context, const AcquireRequest* request,
                                    AcquireResponse* response) override;
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context, const RenewRequest* request,
                                  RenewResponse* response) override;
  grpc::ServerUnaryReactor* Complete(grpc::CallbackServerContext* context, const CompleteRequest* request,
                                     CompleteResponse* response) override;
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context, const ReleaseRequest* request,
                                    ReleaseResponse* response) override;

 private:
  Coordinator& coordinator_;
};

}  // namespace trackout
