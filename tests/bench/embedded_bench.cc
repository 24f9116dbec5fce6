// What the farm costs that is embedded in `trackout render`, beside a bare render of the same song in the
// same run: the song of bench_make_song, six stems and two mixes.
//
//   bench_embedded FOLDER [SECONDS] [ROUNDS]             default: 120 5
//
// - bare:     RenderBundle of the plan's jobs, then RenderProof, in one thread.
// - embedded: an EmbeddedFarm of one slot is started, takes the same order, renders, proves, gives the
// package,
//             and is destroyed.
//
// Rounds alternate, and which of the two begins; medians are printed, of the wall and of the CPU time. Each
// has a new store (kCached; opened, and the disk synced, outside of the time), and the sources are in the
// page cache after a round that is not counted. Both must make the same files: their digests are compared.
// bench_make_song stands beside this program. FOLDER must have room for the song and what is made of it: 8 MB
// for each second.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/prepared.h"
#include "client/farm/embedded_farm.h"
#include "coordinator/package/seal.h"
#include "core/digest.h"
#include "core/limits.h"
#include "core/order_id.h"
#include "core/rpc/channel.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"
#include "tests/bench/bench.h"
#include "worker/render/bundle.h"

namespace trackout {
namespace {

using bench::Die;
using bench::OrDie;

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

const std::atomic<bool> never = false;

Prepared MakeSong(const std::string& folder, int seconds) {
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("bench_make_song").string();
  const std::string command = fmt::format("'{}' '{}' --seconds {}", program, folder, seconds);
  if (std::system(command.c_str()) != 0) Die(command + " failed");
  AlbumOptions album;
  album.album = folder + "/album.yaml";
  Prepared prepared = OrDie(Prepare(album, Digests::kAll, never));
  if (HasErrors(prepared.findings)) Die(Describe(prepared.findings.front()));
  return prepared;
}

// Of the plan's files, in its order.
using Made = std::vector<std::string>;

Made RenderBare(const Prepared& prepared, FileStore& store) {
  std::vector<const PlannedJob*> bundle, proofs;
  for (const PlannedJob& job : prepared.plan.jobs())
    (job.job().has_sum_proof() ? proofs : bundle).push_back(&job);
  const RenderSettings settings{kBlockFrames, never};
  JobResults results;
  for (JobResult& result : OrDie(RenderBundle(bundle, {}, store, settings)))
    results[result.job_key()] = std::move(result);
  for (const PlannedJob* proof : proofs) OrDie(RenderProof(*proof, results, store, settings));
  Made made;
  for (const PlannedFile& file : prepared.plan.files())
    made.push_back(Hex(results.at(file.made_by().job_key()).outputs(file.made_by().output()).digest()));
  return made;
}

// Where an embedded render's time goes, of all rounds together.
struct Phases {
  double start_ms = 0;    // of the farm
  double order_ms = 0;    // from submitting to the last status
  double package_ms = 0;  // asking for it
  double end_ms = 0;      // of the farm
} phases;

Made RenderEmbedded(const Prepared& prepared, FileStore& store) {
  Clock::time_point last = Clock::now();
  const auto lap_ms = [&last] {
    const Clock::time_point before = std::exchange(last, Clock::now());
    return Milliseconds(last - before).count();
  };
  std::unique_ptr<EmbeddedFarm> farm = OrDie(EmbeddedFarm::Start({1, kBlockFrames}, store, never));
  phases.start_ms += lap_ms();
  SubmitRequest request = RequestOf(prepared, BUNDLING_SONG);
  request.set_order(DerivedOrderId(request, 1));
  if (!OrDie(farm->client().Submit(request)).has_status()) Die("a source is missing");
  const OrderStatus ended =
      OrDie(farm->client().Watch(request.order(), [](const OrderStatus&) { return Onward::kGoOn; }));
  if (ended.state() != OrderStatus::done) Die("the order is not done: " + ended.ShortDebugString());
  phases.order_ms += lap_ms();
  const Package package = OrDie(farm->client().GetPackage(request.order()));
  Made made;
  for (const File& file : package.manifest().files()) made.push_back(Hex(BlobOf(file)));
  phases.package_ms += lap_ms();
  farm = nullptr;
  phases.end_ms += lap_ms();
  return made;
}

struct Cost {
  double wall_ms = 0;
  double cpu_ms = 0;
};

double CpuMs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) * 1e-3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

using Render = std::function<Made(const Prepared&, FileStore&)>;

Cost Measure(const Render& render, const Prepared& prepared, const std::string& folder, Made& made) {
  std::filesystem::remove_all(folder);
  const std::unique_ptr<FileStore> store = OrDie(FileStore::Open(folder, Durability::kCached));
  AdoptSources(prepared.ingested, *store);
  sync();
  const double cpu = CpuMs();
  const Clock::time_point begin = Clock::now();
  made = render(prepared, *store);
  const Milliseconds wall = Clock::now() - begin;
  return {wall.count(), CpuMs() - cpu};
}

double Median(std::vector<Cost> costs, double Cost::*which) {
  std::sort(costs.begin(), costs.end(), [&](const Cost& a, const Cost& b) { return a.*which < b.*which; });
  return costs[(costs.size() - 1) / 2].*which;
}

void Print(const std::string& name, const std::vector<Cost>& costs, const std::vector<Cost>& bare) {
  const double wall = Median(costs, &Cost::wall_ms), cpu = Median(costs, &Cost::cpu_ms);
  const auto [least, most] = std::minmax_element(
      costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.wall_ms < b.wall_ms; });
  fmt::print("{:<10}{:>10.0f}{:>10.0f}{:>10.0f}{:>10.0f}{:>+11.1f}{:>+11.1f}\n", name, wall, least->wall_ms,
             most->wall_ms, cpu, (wall / Median(bare, &Cost::wall_ms) - 1) * 100,
             (cpu / Median(bare, &Cost::cpu_ms) - 1) * 100);
}

void Run(const std::string& folder, int seconds, int rounds) {
  const Prepared prepared = MakeSong(folder + "/song", seconds);
  const Render renders[2] = {RenderBare, RenderEmbedded};
  std::vector<Cost> costs[2];
  Made made, expected;
  Measure(RenderBare, prepared, folder + "/made", expected);
  for (int i = 0; i < 2 * rounds; ++i) {
    const int which = (i + i / 2) % 2;  // bare, embedded, embedded, bare, ...
    costs[which].push_back(Measure(renders[which], prepared, folder + "/made", made));
    if (made != expected) Die("bare and embedded have not made the same files");
  }
  fmt::print("24 tracks of {} s, the same {} files; {} rounds\n", seconds, expected.size(), rounds);
  fmt::print("{:<10}{:>10}{:>10}{:>10}{:>10}{:>11}{:>11}\n", "", "wall ms", "min", "max", "cpu ms",
             "% of wall", "% of cpu");
  Print("bare", costs[0], costs[0]);
  Print("embedded", costs[1], costs[0]);
  fmt::print("embedded, means: start {:.1f} ms, order {:.1f} ms, package {:.1f} ms, end {:.1f} ms\n",
             phases.start_ms / rounds, phases.order_ms / rounds, phases.package_ms / rounds,
             phases.end_ms / rounds);
}

}  // namespace
}  // namespace trackout

int main(int count, char** words) {
  const int seconds = count > 2 ? std::atoi(words[2]) : 120, rounds = count > 3 ? std::atoi(words[3]) : 5;
  if (count < 2 || seconds < 1 || rounds < 1) {
    fmt::print(stderr, "usage: bench_embedded FOLDER [SECONDS] [ROUNDS]\n");
    return 2;
  }
  trackout::QuietRpc();
  spdlog::set_level(spdlog::level::warn);
  const std::string folder = fmt::format("{}/bench_embedded.{}", words[1], getpid());
  trackout::Run(folder, seconds, rounds);
  std::filesystem::remove_all(folder);
}
