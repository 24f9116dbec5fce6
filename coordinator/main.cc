// trackout-coordinator: the desk of a farm. Parses the command line, starts, waits for a signal.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "coordinator/coordinator.h"
#include "coordinator/data_folder.h"
#include "coordinator/server.h"
#include "core/rpc/channel.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"

namespace {

constexpr int kUsage = 2;

bool IsLoopback(const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  return host.starts_with("127.") || host == "localhost" || host == "[::1]";
}

int Fail(const std::string& message) {
  std::fprintf(stderr, "trackout-coordinator: %s\n", message.c_str());
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trackout;
  QuietRpc();
  CLI::App app("trackout-coordinator takes albums, hands their jobs to workers, and keeps what they render.");
  std::string address = "127.0.0.1:7070", folder;
  double lease_seconds = static_cast<double>(kLeaseMs) / 1000;
  bool is_insecure = false;
  app.option_defaults()->take_last();
  app.add_option("--listen", address, "host:port to listen on; port 0: any free one")->capture_default_str();
  app.add_option("--data", folder, "The folder of the journal and the blobs")->required();
  app.add_flag("--insecure", is_insecure, "Listen beyond this machine without encryption");
  app.add_option("--lease", lease_seconds, "Seconds after which a silent worker's jobs are given to others")
      ->check(CLI::Range(0.5, 3600.0))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (!IsLoopback(address) && !is_insecure)
    return Fail("--listen " + address + ": beyond this machine only with --insecure, in a network you trust");

  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: main alone takes them
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_color_mt("coordinator"));
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");

  auto data = DataFolder::Open(folder);
  if (!data.ok()) return Fail(std::string(data.status().message()));
  DeskSettings settings;
  settings.lease = absl::Seconds(lease_seconds);
  auto coordinator = Coordinator::Start(settings, (*data)->journal(), (*data)->store());
  if (!coordinator.ok()) return Fail(std::string(coordinator.status().message()));
  auto server = Server::Start(address, **coordinator, (*data)->store());
  if (!server.ok()) return Fail(std::string(server.status().message()));
  const std::string place = address.substr(0, address.rfind(':')) + ":" + std::to_string((*server)->port());
  std::printf("listening on %s\n", place.c_str());
  std::fflush(stdout);
  spdlog::info("listening on {}, data in {}", place, folder);
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping: {}", strsignal(signal));
  return 0;  // the server, then the coordinator, then the data, in the order of their destruction
}
