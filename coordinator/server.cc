#include "coordinator/server.h"

#include <chrono>

#include "coordinator/services/blobs_service.h"
#include "coordinator/services/leases_service.h"
#include "coordinator/services/orders_service.h"
#include "core/limits.h"
#include "fmt/format.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"

namespace trackout {
namespace {

// Peers ping every ten seconds (core/rpc/channel.cc); a server that allows it less often hangs up.
constexpr int kShortestPingMs = 5'000;
constexpr int kPingAfterMs = 10'000;
constexpr int kPingAnswerMs = 5'000;
constexpr auto kShutdown = std::chrono::milliseconds(1'500);

void SetArguments(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kShortestPingMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingAfterMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // two coordinators never share a port
  builder.SetMaxReceiveMessageSize(kMostMessageBytes);
  builder.SetMaxSendMessageSize(kMostMessageBytes);
}

}  // namespace

struct Server::State {
  State(Coordinator& desk, FileStore& store)
      : coordinator(desk),
        orders(desk),
        leases(desk),
        blobs(
            store, [&desk](const Digest& digest) { desk.BlobLost(digest); },
            [&desk](int64_t bytes) { return desk.MakeRoom(bytes); }) {}

  Coordinator& coordinator;
  OrdersService orders;
  LeasesService leases;
  BlobsService blobs;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& address, Coordinator& coordinator,
                                                      FileStore& store) {
  auto state = std::make_unique<State>(coordinator, store);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetArguments(builder);
  if (!address.empty()) builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &state->port);
  builder.RegisterService(&state->orders);
  builder.RegisterService(&state->leases);
  builder.RegisterService(&state->blobs);
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || (!address.empty() && state->port == 0)) {
    return absl::FailedPreconditionError(
        fmt::format("cannot listen on {}: it is taken, or not this machine's", address));
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  if (grpc::HealthCheckServiceInterface* health = state_->server->GetHealthCheckService())
    health->SetServingStatus(false);
  state_->coordinator.StopLeasing();
  state_->server->Shutdown(std::chrono::system_clock::now() + kShutdown);
}

int Server::port() const {
  return state_->port;
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMostMessageBytes);
  arguments.SetMaxSendMessageSize(kMostMessageBytes);
  return state_->server->InProcessChannel(arguments);
}

}  // namespace trackout
