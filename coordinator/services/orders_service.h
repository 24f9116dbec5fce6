// The client's service: hands every call to the coordinator.
#pragma once

#include "coordinator/coordinator.h"
#include "grpcpp/grpcpp.h"
#include "proto/orders.grpc.pb.h"

namespace trackout {

// Thread-safe. Outlives the server that it is registered with.
class OrdersService : public Orders::CallbackService {
 public:
  explicit OrdersService(Coordinator& coordinator) : coordinator_(coordinator) {}

  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context, const SubmitRequest* request,
                                   SubmitResponse* response) override;
  grpc::ServerWriteReactor<OrderStatus>* Watch(grpc::CallbackServerContext* context,
                                               const OrderRequest* request) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context, const OrderRequest* request,
                                   OrderStatus* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context, const ListRequest* request,
                                 ListResponse* response) override;
  grpc::ServerUnaryReactor* Cancel(grpc::CallbackServerContext* context, const OrderRequest* request,
                                   OrderStatus* response) override;
  grpc::ServerUnaryReactor* Pause(grpc::CallbackServerContext* context, const OrderRequest* request,
                                  OrderStatus* response) override;
  grpc::ServerUnaryReactor* Resume(grpc::CallbackServerContext* context, const OrderRequest* request,
                                   OrderStatus* response) override;
  grpc::ServerUnaryReactor* GetPackage(grpc::CallbackServerContext* context, const OrderRequest* request,
                                       Package* response) override;
  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext* context,
                                        const ListWorkersRequest* request,
                                        ListWorkersResponse* response) override;
  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context, const DrainRequest* request,
                                  WorkerStatus* response) override;

 private:
  Coordinator& coordinator_;
};

}  // namespace trackout
