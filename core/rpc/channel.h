// The way to a farm: a channel that comes back by itself within two seconds after the coordinator has.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace trackout {

// To the first of the comma-separated addresses (host:port) that answers within `patience`; Unavailable
// where none does, with the addresses. `purpose` keeps channels apart: blobs must not hold up small calls.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectToFarm(const std::string& addresses,
                                                             const std::string& purpose,
                                                             std::chrono::milliseconds patience);

// Before the first call: gRPC's own log lines are for its developers, and people get statuses. Where
// GRPC_VERBOSITY is set, it stays.
void QuietRpc();

// A deadline from now on.
void SetDeadline(grpc::ClientContext& context, std::chrono::milliseconds from_now);

}  // namespace trackout
