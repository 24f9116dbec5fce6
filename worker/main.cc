// trackout-worker: renders for a farm. Parses the command line, starts the loop, waits.
//
// The cache's folder is the worker's alone: `lock` in it is held as long as the worker lives, and
// `worker-name` keeps the name that it had at its first start.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/rpc/channel.h"
#include "core/text.h"
#include "fmt/format.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"
#include "worker/dsp/isa.h"
#include "worker/lease_loop.h"

namespace {

using namespace trackout;

// The exit code, also for a folder that cannot be used, and for a name that another process has taken.
constexpr int kUsage = 2;
constexpr double kGigabyte = 1e9;

struct Options {
  std::string farm;
  std::string cache;
  double cache_gigabytes = 0;  // 0: as the disk has room
  int64_t grace_seconds = 20;
  LeaseLoopSettings loop;
};

std::atomic<int> signals = 0;
static_assert(std::atomic<int>::is_always_lock_free, "raised by a signal handler");

void OnSignal(int) {
  ++signals;
}

void PrepareProcess() {
  spdlog::set_default_logger(spdlog::stderr_color_mt("worker"));
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  // A song may have some hundred tracks, each a file of its own.
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  // A closed pipe or a bound on file sizes is an error of a write, not an end without clearing up.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  struct sigaction on_signal {};
  on_signal.sa_handler = OnSignal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &on_signal, nullptr);
}

// Whoever connects knows what an address is; whether somebody answers does not matter yet.
std::string WhatIsWrongWithAddresses(const std::string& addresses) {
  const absl::Status status = ConnectToFarm(addresses, "check", std::chrono::milliseconds(1)).status();
  return absl::IsInvalidArgument(status) ? std::string(status.message()) : "";
}

std::string WhatIsWrongWithName(const std::string& name) {
  const bool is_good = !name.empty() && name.size() <= kMostNameBytes && Printable(name) == name;
  return is_good ? "" : fmt::format("{} is no name for a worker", Quoted(name));
}

// Held until the process ends.
absl::Status LockFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return absl::FailedPreconditionError(fmt::format("--cache {}: {}", Quoted(folder), error.message()));
  const int lock = open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock < 0) {
    return absl::FailedPreconditionError(
        fmt::format("--cache {}: {}", Quoted(folder), std::generic_category().message(errno)));
  }
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("--cache {}: another worker uses this folder; give each its own", Quoted(folder)));
}

// The same after a restart, so that the farm knows it again.
absl::StatusOr<std::string> NameKeptIn(const std::string& folder) {
  const std::string path = folder + "/worker-name";
  std::string name;
  if (std::ifstream(path) >> name && WhatIsWrongWithName(name).empty()) return name;
  char host[256] = "worker";
  gethostname(host, sizeof host - 1);
  uint16_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number)
    return absl::InternalError("the system has no random numbers");
  name = fmt::format("{}-{:04x}", host, number);
  std::ofstream file(path, std::ios::trunc);
  if (!(file << name << '\n' << std::flush))
    return absl::FailedPreconditionError(fmt::format("cannot write {}", Quoted(path)));
  return name;
}

// Half of what is free is the cache's; the other half is for what is rendered, and for others.
int64_t BoundOf(const Options& options, const FileStore& store) {
  if (options.cache_gigabytes > 0)
    return std::max<int64_t>(1, static_cast<int64_t>(options.cache_gigabytes * kGigabyte));
  int64_t bytes = store.FreeBytes() / 2;
  for (const Digest& digest : store.Held()) bytes += digest.size_bytes();
  return std::max<int64_t>(1, bytes);
}

// Until the farm drains it or another takes its name, or a signal stops it; a second signal ends the grace.
void WaitForEnd(LeaseLoop& loop, const Options& options) {
  for (int heard = 0; !loop.WaitUntilEnded(absl::Milliseconds(100));) {
    if (heard == signals) continue;
    const absl::Duration grace =
        heard == 0 && signals == 1 ? absl::Seconds(options.grace_seconds) : absl::ZeroDuration();
    heard = signals;
    spdlog::info("worker {}: stops; renders under way have {} s", options.loop.name,
                 absl::ToInt64Seconds(grace));
    loop.Stop(grace);
  }
}

absl::Status Work(Options& options) {
  if (absl::Status locked = LockFolder(options.cache); !locked.ok()) return locked;
  absl::StatusOr<std::unique_ptr<FileStore>> store = FileStore::Open(options.cache, Durability::kCached);
  if (!store.ok()) return store.status();
  if (options.loop.name.empty()) {
    absl::StatusOr<std::string> name = NameKeptIn(options.cache);
    if (!name.ok()) return name.status();
    options.loop.name = *std::move(name);
  }
  const int64_t bound_bytes = BoundOf(options, **store);
  Cache cache(**store, bound_bytes);
  const std::unique_ptr<LeaseClient> leases = LeasesAt(options.farm);
  const std::unique_ptr<BlobStore> blobs = BlobsAt(options.farm);
  spdlog::info("worker {}: works for the farm at {}, {} renders at a time", options.loop.name, options.farm,
               options.loop.slots);
  spdlog::info("worker {}: cache {} is bound to {} and holds {}", options.loop.name, options.cache,
               SizeText(bound_bytes), SizeText(cache.held_bytes()));
  absl::StatusOr<std::unique_ptr<LeaseLoop>> loop = LeaseLoop::Start(options.loop, *leases, *blobs, cache);
  if (!loop.ok()) return loop.status();
  WaitForEnd(**loop, options);
  const LeaseLoopTotals totals = (*loop)->totals();
  spdlog::info("worker {}: has ended; {} jobs rendered, {} fetched, {} uploaded", options.loop.name,
               totals.rendered_jobs, SizeText(totals.fetched_bytes), SizeText(totals.uploaded_bytes));
  return (*loop)->status();
}

}  // namespace

int main(int argc, char** argv) {
  QuietRpc();
  CLI::App app("trackout-worker renders for the farm of a trackout-coordinator.");
  app.option_defaults()->take_last();
  Options options;
  options.loop.build = "trackout 0.1.0";
  options.loop.slots = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostWorkers);
  app.add_option("--farm", options.farm, "The coordinator's address, host:port; several with commas")
      ->envname("TRACKOUT_FARM")
      ->check(WhatIsWrongWithAddresses)
      ->required();
  app.add_option("--cache", options.cache, "A folder for what is fetched and rendered, this worker's alone")
      ->required();
  app.add_option("--slots", options.loop.slots, "Renders at a time (default: one for each core)")
      ->check(CLI::Range(1, kMostWorkers));
  app.add_option("--cache-size", options.cache_gigabytes,
                 "What the cache may hold, in GB (default: half of what the disk has free)")
      ->check(CLI::Range(1e-6, 1e9));
  app.add_option("--grace", options.grace_seconds,
                 "Seconds that renders have to end when the worker is stopped")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
  app.add_option("--name", options.loop.name, "The worker's name (default: kept in the cache's folder)")
      ->check(WhatIsWrongWithName);
  app.add_option("--block", options.loop.block_frames,
                 "Frames that are rendered at a time; the bytes are the same")
      ->check(CLI::Range(kFewestBlockFrames, kMostBlockFrames));
  std::vector<std::string> isas;
  for (const dsp::Isa isa : dsp::AvailableIsas()) isas.emplace_back(dsp::NameOf(isa));
  app.add_option_function<std::string>(
         "--isa", [](const std::string& name) { dsp::UseIsa(name); },
         "The instructions that render (default: the best of this machine); the bytes are the same")
      ->check(CLI::IsMember(isas));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  PrepareProcess();
  const absl::Status worked = Work(options);
  if (worked.ok()) return 0;
  fmt::print(stderr, "trackout-worker: {}\n", std::string(worked.message()));
  return kUsage;
}
