#include "core/rpc/channel.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/limits.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace trackout {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A coordinator that does not answer a ping for this long after so long a silence is gone.
constexpr int kPingAfterMs = 10'000;
constexpr int kPingAnswerMs = 5'000;
// How long one address is waited for before the next has its turn.
constexpr milliseconds kTurn{200};

bool IsAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  const std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  const bool is_ipv6 = host.front() == '[' && host.back() == ']' && host.size() > 2;
  if (!is_ipv6 && host.find_first_of(" \t/:[]") != std::string::npos) return false;
  int number = 0;
  return port.find_first_not_of("0123456789") == std::string::npos && absl::SimpleAtoi(port, &number) &&
         number >= 1 && number <= 65535;
}

absl::StatusOr<std::vector<std::string>> ReadAddresses(const std::string& text) {
  std::vector<std::string> addresses = absl::StrSplit(text, ',');
  for (const std::string& address : addresses) {
    if (IsAddress(address)) continue;
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no address of a farm: it wants host:port, or host:port,host:port", address));
  }
  return addresses;
}

grpc::ChannelArguments ArgumentsFor(const std::string& purpose) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingAfterMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs / 4);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);  // how long one try may take
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetMaxReceiveMessageSize(kMostMessageBytes);
  arguments.SetMaxSendMessageSize(kMostMessageBytes);
  // Channels with the same arguments to the same address would share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetString("trackout.purpose", purpose);
  // A farm is in the house; a proxy for the web, which gRPC takes from the environment, does not lead there.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

gpr_timespec FromNow(milliseconds time) {
  // Of the clock that nobody sets.
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(time.count(), GPR_TIMESPAN));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectToFarm(const std::string& addresses,
                                                             const std::string& purpose,
                                                             milliseconds patience) {
  const absl::StatusOr<std::vector<std::string>> all = ReadAddresses(addresses);
  if (!all.ok()) return all.status();
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (const std::string& address : *all) {
    channels.push_back(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), ArgumentsFor(purpose)));
  }
  const Clock::time_point end = Clock::now() + patience;
  do {
    for (const auto& channel : channels) {
      const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
      if (channel->WaitForConnected(FromNow(std::clamp(left, milliseconds{1}, kTurn)))) return channel;
    }
  } while (Clock::now() < end);
  return absl::UnavailableError(
      fmt::format("no farm answers at {}: is its coordinator running, and is the address right?", addresses));
}

void QuietRpc() {
  setenv("GRPC_VERBOSITY", "NONE", 0);
}

void SetDeadline(grpc::ClientContext& context, milliseconds from_now) {
  context.set_deadline(FromNow(from_now));
}

}  // namespace trackout
