// One call of gRPC's callback API, answered by the coordinator whenever it is.
#pragma once

#include "absl/status/statusor.h"
#include "core/rpc/status.h"
#include "grpcpp/grpcpp.h"

namespace trackout {

// `call` is given a function that takes the answer.
template <typename Response, typename Call>
grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, Response* response, const Call& call) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  call([reactor, response](absl::StatusOr<Response> answer) {
    if (answer.ok()) *response = *std::move(answer);
    reactor->Finish(ToRpc(answer.status()));
  });
  return reactor;
}

}  // namespace trackout
