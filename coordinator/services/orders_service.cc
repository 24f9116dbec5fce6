#include "coordinator/services/orders_service.h"

#include <atomic>
#include <utility>

#include "coordinator/services/unary.h"

namespace trackout {
namespace {

// One watcher: asks for the next state when the last one was written, so a slow reader holds up nobody and
// nothing queues for it. It ends with the order, or when the reader is gone.
class WatchStream : public grpc::ServerWriteReactor<OrderStatus> {
 public:
  WatchStream(Coordinator& coordinator, std::string order)
      : coordinator_(coordinator), order_(std::move(order)) {
    Ask();
  }

  void OnWriteDone(bool ok) override {
    const bool goes_on = status_.state() == OrderStatus::running || status_.state() == OrderStatus::paused;
    if (!ok || !goes_on) {
      Finish(ok ? grpc::Status::OK : grpc::Status::CANCELLED);
    } else {
      Ask();
    }
  }
  void OnCancel() override { is_canceled_ = true; }
  void OnDone() override { delete this; }

 private:
  void Ask() {
    coordinator_.WatchFrom(order_, seen_, [this](absl::StatusOr<Seen> seen) {
      if (!seen.ok() || is_canceled_) {
        Finish(seen.ok() ? grpc::Status::CANCELLED : ToRpc(seen.status()));
      } else if (seen->revision == seen_) {
        Ask();
      } else {
        seen_ = seen->revision;
        status_ = std::move(seen->status);
        StartWrite(&status_);
      }
    });
  }

  Coordinator& coordinator_;
  const std::string order_;
  std::atomic<bool> is_canceled_ = false;
  int64_t seen_ = 0;
  OrderStatus status_;
};

}  // namespace

grpc::ServerUnaryReactor* OrdersService::Submit(grpc::CallbackServerContext* context,
                                                const SubmitRequest* request, SubmitResponse* response) {
  return Unary(context, response,
               [&](Answer<SubmitResponse> answer) { coordinator_.Submit(*request, std::move(answer)); });
}

grpc::ServerWriteReactor<OrderStatus>* OrdersService::Watch(grpc::CallbackServerContext*,
                                                            const OrderRequest* request) {
  return new WatchStream(coordinator_, request->order());  // deletes itself when it is done
}

grpc::ServerUnaryReactor* OrdersService::Status(grpc::CallbackServerContext* context,
                                                const OrderRequest* request, OrderStatus* response) {
  return Unary(context, response,
               [&](Answer<OrderStatus> answer) { coordinator_.Status(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* OrdersService::List(grpc::CallbackServerContext* context,
                                              const ListRequest* request, ListResponse* response) {
  return Unary(context, response,
               [&](Answer<ListResponse> answer) { coordinator_.List(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* OrdersService::Cancel(grpc::CallbackServerContext* context,
                                                const OrderRequest* request, OrderStatus* response) {
  return Unary(context, response,
               [&](Answer<OrderStatus> answer) { coordinator_.Cancel(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* OrdersService::Pause(grpc::CallbackServerContext* context,
                                               const OrderRequest* request, OrderStatus* response) {
  return Unary(context, response,
               [&](Answer<OrderStatus> answer) { coordinator_.Pause(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* OrdersService::Resume(grpc::CallbackServerContext* context,
                                                const OrderRequest* request, OrderStatus* response) {
  return Unary(context, response,
               [&](Answer<OrderStatus> answer) { coordinator_.Resume(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* OrdersService::GetPackage(grpc::CallbackServerContext* context,
                                                    const OrderRequest* request, Package* response) {
  return Unary(context, response,
               [&](Answer<Package> answer) { coordinator_.GetPackage(*request, std::move(answer)); });
}

grpc::ServerUnaryReactor* OrdersService::ListWorkers(grpc::CallbackServerContext* context,
                                                     const ListWorkersRequest* request,
                                                     ListWorkersResponse* response) {
  return Unary(context, response, [&](Answer<ListWorkersResponse> answer) {
    coordinator_.ListWorkers(*request, std::move(answer));
  });
}

grpc::ServerUnaryReactor* OrdersService::Drain(grpc::CallbackServerContext* context,
                                               const DrainRequest* request, WorkerStatus* response) {
  return Unary(context, response,
               [&](Answer<WorkerStatus> answer) { coordinator_.Drain(*request, std::move(answer)); });
}

}  // namespace trackout
