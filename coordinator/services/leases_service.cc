#include "coordinator/services/leases_service.h"

#include <utility>

#include "coordinator/services/unary.h"

namespace trackout {
namespace {

// A question that waits. Where its worker is cut off, the coordinator takes it back, and so answers it.
class AcquireReactor : public grpc::ServerUnaryReactor {
 public:
  AcquireReactor(Coordinator& coordinator, grpc::CallbackServerContext* context,
                 const AcquireRequest& request, AcquireResponse* response)
      : coordinator_(coordinator), request_(request) {
    coordinator_.Acquire(request_, [this, context, response](absl::StatusOr<AcquireResponse> answer) {
      if (answer.ok() && answer->has_lease() && context->IsCancelled()) GiveBack(*answer);
      if (answer.ok()) *response = *std::move(answer);
      Finish(ToRpc(answer.status()));
    });
  }

  void OnCancel() override { coordinator_.StopWaiting(request_); }
  void OnDone() override { delete this; }

 private:
  // It was given to a worker that went away in the same moment.
  void GiveBack(const AcquireResponse& answer) {
    ReleaseRequest release;
    *release.mutable_worker() = request_.worker();
    *release.mutable_lease() = answer.lease();
    release.set_cause(ReleaseRequest::given_back);
    coordinator_.Release(release, [](const absl::StatusOr<ReleaseResponse>&) {});
  }

  Coordinator& coordinator_;
  const AcquireRequest request_;
};

}  // namespace

grpc::ServerUnaryReactor* LeasesService::Acquire(grpc::CallbackServerContext* context,
                                                 const AcquireRequest* request, AcquireResponse* response) {
  return new AcquireReactor(coordinator_, context, *request, response);  // deletes itself when it is done
}

grpc::ServerUnaryReactor* LeasesService::Renew(grpc::CallbackServerContext* context,
                                               const RenewRequest* request, RenewResponse* response) {
  return Unary(context, response,
               [&](Answer<RenewResponse> answer) { coordinator_.Renew(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* LeasesService::Complete(grpc::CallbackServerContext* context,
                                                  const CompleteRequest* request,
                                                  CompleteResponse* response) {
  return Unary(context, response,
               [&](Answer<CompleteResponse> answer) { coordinator_.Complete(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* LeasesService::Release(grpc::CallbackServerContext* context,
                                                 const ReleaseRequest* request, ReleaseResponse* response) {
  return Unary(context, response,
               [&](Answer<ReleaseResponse> answer) { coordinator_.Release(*request, std::move(answer)); });
}

}  // namespace trackout
