// The codes of gRPC and Abseil are the same numbers; this turns one status into the other.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace trackout {

grpc::Status ToRpc(const absl::Status& status);
absl::Status FromRpc(const grpc::Status& status);

}  // namespace trackout
