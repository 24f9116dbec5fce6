// A coordinator behind gRPC: its services on the callback API, with health and reflection.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/coordinator.h"
#include "core/blobs/file_store.h"
#include "grpcpp/channel.h"

namespace trackout {

// Thread-safe.
class Server {
 public:
  // Listens on `address` (host:port; port 0: a free one); empty: only in this process. `coordinator` and
  // `store` outlive it. FailedPrecondition where the address cannot be had.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& address, Coordinator& coordinator,
                                                       FileStore& store);
  // Health says "not serving", calls under way get their answers, then it ends; within two seconds.
  ~Server();

  int port() const;
  // To this server, not through the network.
  std::shared_ptr<grpc::Channel> InProcessChannel();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trackout
