// How many jobs a farm hands out and takes back: a coordinator behind gRPC on the loopback, with simulated
// workers that complete at once what they acquire, so that nothing is measured but the farm.
//
//   bench_farm FOLDER [WORKERS] [ORDERS] [JOBS OF AN ORDER]          default: 200 100 100
//
// FOLDER is on the disk to measure. Four farms, one after the other, and a peer before and after each:
// - disk:    the journal is SQLite, as a coordinator has it; a completion counts when it is durable.
// - slow:    the same with a disk that takes kSlowSync more for each transaction, as one does that writes
//            through its cache; many machines in the cloud do not. The peer has the same disk.
// - memory:  the same without a disk.
// - calm:    the disk again, and workers that rest between jobs, kCalmRate in all: how long a farm takes
//            to answer that is not flooded. (Of one that is, Little's law gives the sum: 200 workers that
//            never rest wait 200 / rate for an acquire and a complete.)
// - journal: the peer. SQLite alone, through the same Journal, an update of the same size per
//            transaction, one thread. A farm is above it where it writes many completions with one sync.
//
// Every job is acquired and completed once, so assignments/s are completions/s. The time is that from the
// start of the workers, when all orders have been taken, to the last completion that was accepted. A latency
// of Acquire counts only while there is more work than workers. Workers and coordinator share the machine's
// cores; the CPU time is that of both.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "coordinator/coordinator.h"
#include "coordinator/data_folder.h"
#include "coordinator/journal/journal.h"
#include "coordinator/server.h"
#include "core/job_key.h"
#include "core/limits.h"
#include "core/rpc/channel.h"
#include "core/spec/spec_reader.h"
#include "fmt/format.h"
#include "grpcpp/grpcpp.h"
#include "proto/leases.grpc.pb.h"
#include "spdlog/spdlog.h"
#include "tests/bench/bench.h"
#include "tests/support/recorded_source.h"

namespace trackout {
namespace {

using bench::CpuSeconds;
using bench::Die;
using bench::OrDie;

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kChannels = 4;
constexpr int64_t kWaitMs = 2000;
constexpr double kCalmRate = 400;  // jobs per second, of all workers together
constexpr Seconds kPeerTime{1};
constexpr std::chrono::milliseconds kSlowSync{5};
constexpr const char* kSound = "sound";  // source of every track and output of every job

struct Load {
  int workers = 200;
  int orders = 100;
  int jobs = 100;   // of an order
  Seconds rest{0};  // of a worker, between two jobs

  int total() const { return orders * jobs; }
};

struct Measured {
  double per_second = 0;
  double cpu_us = 0;  // of a job, coordinator and workers
  std::vector<double> acquire_ms;
  std::vector<double> complete_ms;
};

void OrDie(const grpc::Status& status) {
  if (!status.ok()) Die(status.error_message());
}
double Milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// One song; each track on a bus of its own, and each with a gain that no other of any order has: a job of raw
// tracks per bus, none equal to another.
SubmitRequest OrderOf(int number, const Load& load) {
  std::string buses, tracks;
  for (int i = 0; i < load.jobs; ++i) {
    const int gain = number * load.jobs + i;
    buses += fmt::format("      - {{name: Bus {}}}\n", i + 1);
    tracks +=
        fmt::format("      - {{name: Track {0}, bus: Bus {0}, clips: [{{file: a.wav, gain: {1:.4f}}}]}}\n",
                    i + 1, -0.0001 * gain);
  }
  const Spec spec = ReadSpecText("album.yaml",
                                 "album: Bench\nartist: Nobody\ndeliver: [{tracks: {}}]\n"
                                 "songs:\n  - title: Song\n    buses:\n" +
                                     buses + "    tracks:\n" + tracks,
                                 Solo::kRefuse);
  if (!spec.findings.empty()) Die(Describe(spec.findings.front()));
  SubmitRequest request;
  request.set_order(fmt::format("benchorder{:06}", number));
  *request.mutable_album() = spec.album;
  request.set_spec_text(spec.text);
  request.set_bundling(BUNDLING_JOB);
  *request.add_sources() = test::RecordedSource("a.wav", kSound, 480);
  return request;
}

void SubmitAll(Coordinator& coordinator, const Load& load) {
  for (int number = 0; number < load.orders; ++number) {
    std::promise<void> is_taken;
    coordinator.Submit(OrderOf(number, load), [&](const absl::StatusOr<SubmitResponse>& answer) {
      OrDie(answer.status());
      if (!answer->has_status()) Die("the source is not in the store");
      if (answer->status().songs(0).jobs_total() != load.jobs) Die("there is not a job for each bus");
      is_taken.set_value();
    });
    is_taken.get_future().wait();
  }
}

// What the workers of a run have in common.
struct Race {
  explicit Race(const Load& its_load) : load(its_load), start(its_load.workers + 1) {}

  const Load load;
  std::latch start;
  std::atomic<int> assigned = 0;
  std::atomic<int> accepted = 0;
  std::atomic<bool> is_over = false;
};

class SimulatedWorker {
 public:
  SimulatedWorker(int number, const std::shared_ptr<grpc::Channel>& channel, Race& race)
      : race_(race), number_(number), leases_(Leases::NewStub(channel)) {
    card_.set_name(fmt::format("worker{:04}", number));
    card_.set_incarnation(fmt::format("{:016}", number));
    card_.set_slots(1);
    card_.set_engine_version(kEngineVersion);
  }

  void Run() {
    race_.start.arrive_and_wait();
    if (race_.load.rest.count() > 0)
      std::this_thread::sleep_for(race_.load.rest * number_ / race_.load.workers);
    AcquireResponse work;
    while (!race_.is_over) {
      if (!Acquire(work)) continue;
      Complete(work);
      if (race_.load.rest.count() > 0) std::this_thread::sleep_for(race_.load.rest);
    }
  }

  std::vector<double> acquire_ms;
  std::vector<double> complete_ms;

 private:
  bool Acquire(AcquireResponse& work) {
    AcquireRequest request;
    *request.mutable_worker() = card_;
    request.set_number(++questions_);
    request.set_wait_ms(kWaitMs);
    grpc::ClientContext context;
    const Clock::time_point begin = Clock::now();
    const grpc::Status status = leases_->Acquire(&context, request, &work);
    const Clock::time_point end = Clock::now();
    if (race_.is_over) return false;
    OrDie(status);
    if (!work.has_lease()) return false;
    if (race_.assigned.fetch_add(1) < race_.load.total() - race_.load.workers)
      acquire_ms.push_back(Milliseconds(end - begin));
    return true;
  }

  void Complete(const AcquireResponse& work) {
    CompleteRequest request;
    *request.mutable_worker() = card_;
    *request.mutable_lease() = work.lease();
    JobResult& result = *request.add_results();
    result.set_job_key(work.lease().job_keys(0));
    *result.add_outputs()->mutable_digest() = DigestOf(kSound);
    CompleteResponse response;
    grpc::ClientContext context;
    const Clock::time_point begin = Clock::now();
    OrDie(leases_->Complete(&context, request, &response));
    complete_ms.push_back(Milliseconds(Clock::now() - begin));
    if (response.verdict() != CompleteResponse::accepted)
      Die(fmt::format("a completion is {}", CompleteResponse::Verdict_Name(response.verdict())));
    if (race_.accepted.fetch_add(1) + 1 != race_.load.total()) return;
    race_.is_over = true;
    race_.is_over.notify_all();
  }

  Race& race_;
  const int number_;
  const std::unique_ptr<Leases::Stub> leases_;
  Worker card_;
  int64_t questions_ = 0;
};

void ExpectAllDone(Coordinator& coordinator, const Load& load) {
  coordinator.List({}, [&](const absl::StatusOr<ListResponse>& list) {
    OrDie(list.status());
    if (list->orders_size() != load.orders) Die("orders got lost");
    for (const OrderStatus& order : list->orders())
      if (order.state() != OrderStatus::done) Die(fmt::format("order {} is not done", order.order()));
  });
}

Measured RunFarm(const Load& load, Journal& journal, FileStore& store) {
  const std::unique_ptr<BlobWriter> writer = OrDie(store.Create());
  OrDie(writer->Append(std::as_bytes(std::span(std::string_view(kSound)))));
  OrDie(writer->Commit().status());
  const std::unique_ptr<Coordinator> coordinator = OrDie(Coordinator::Start({}, journal, store));
  SubmitAll(*coordinator, load);
  const std::unique_ptr<Server> server = OrDie(Server::Start("127.0.0.1:0", *coordinator, store));
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < kChannels; ++i) {
    channels.push_back(OrDie(ConnectToFarm(fmt::format("127.0.0.1:{}", server->port()),
                                           fmt::format("bench {}", i), std::chrono::seconds(10))));
  }
  Race race(load);
  std::vector<std::unique_ptr<SimulatedWorker>> workers;
  std::vector<std::thread> threads;
  for (int i = 0; i < load.workers; ++i) {
    workers.push_back(
        std::make_unique<SimulatedWorker>(i, channels[static_cast<size_t>(i % kChannels)], race));
    threads.emplace_back([&worker = *workers.back()] { worker.Run(); });
  }
  sync();  // what others have left to write is not ours
  const double cpu = CpuSeconds();
  race.start.arrive_and_wait();
  const Clock::time_point begin = Clock::now();
  race.is_over.wait(false);
  const Seconds time = Clock::now() - begin;
  Measured measured;
  measured.per_second = load.total() / time.count();
  measured.cpu_us = (CpuSeconds() - cpu) / load.total() * 1e6;
  coordinator->StopLeasing();  // who still waits for work need not
  for (std::thread& thread : threads) thread.join();
  ExpectAllDone(*coordinator, load);
  for (const auto& worker : workers) {
    measured.acquire_ms.insert(measured.acquire_ms.end(), worker->acquire_ms.begin(),
                               worker->acquire_ms.end());
    measured.complete_ms.insert(measured.complete_ms.end(), worker->complete_ms.begin(),
                                worker->complete_ms.end());
  }
  return measured;
}

// A journal on a disk that syncs late.
class LateJournal : public Journal {
 public:
  LateJournal(Journal& journal, std::chrono::milliseconds late) : journal_(journal), late_(late) {}

  absl::StatusOr<int64_t> BeginTerm() override { return journal_.BeginTerm(); }
  absl::Status Replay(const std::function<void(const Update&)>& apply) override {
    return journal_.Replay(apply);
  }
  absl::Status Append(std::span<const Update> updates) override {
    absl::Status appended = journal_.Append(updates);
    if (late_.count() > 0) std::this_thread::sleep_for(late_);
    return appended;
  }

 private:
  Journal& journal_;
  const std::chrono::milliseconds late_;
};

Measured RunOnDisk(const std::string& folder, const Load& load, std::chrono::milliseconds late) {
  std::filesystem::remove_all(folder);
  const std::unique_ptr<DataFolder> data = OrDie(DataFolder::Open(folder));
  LateJournal journal(data->journal(), late);
  return RunFarm(load, journal, data->store());
}

Measured RunInMemory(const std::string& folder, const Load& load) {
  std::filesystem::remove_all(folder);
  const std::unique_ptr<FileStore> store = OrDie(FileStore::Open(folder, Durability::kDurable));
  const std::unique_ptr<Journal> journal = MemoryJournal();
  return RunFarm(load, *journal, *store);
}

// Appends per second of an update such as a completion of ours leads to.
double RunJournal(const std::string& folder, std::chrono::milliseconds late) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::unique_ptr<Journal> prompt = OrDie(OpenSqliteJournal(folder + "/journal.sqlite"));
  LateJournal journal(*prompt, late);
  OrDie(journal.BeginTerm().status());
  Update update;
  update.set_unix_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count());
  JobsDone& done = *update.mutable_jobs_done();
  JobResult& result = *done.add_results();
  result.set_job_key(DigestOf(kSound).sha256());
  *result.add_outputs()->mutable_digest() = DigestOf(kSound);
  done.set_worker("worker0000");
  done.set_attempt((int64_t{1} << 32) + 5000);
  sync();
  int64_t count = 0;
  const Clock::time_point begin = Clock::now();
  while (Clock::now() - begin < kPeerTime) {
    OrDie(journal.Append({&update, 1}));
    ++count;
  }
  return static_cast<double>(count) / Seconds(Clock::now() - begin).count();
}

struct Percentiles {
  double p50 = 0, p99 = 0, most = 0;
};
Percentiles PercentilesOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t last = values.size() - 1;
  return {values[last / 2], values[last * 99 / 100], values[last]};
}

void Print(const std::string& name, const Measured& measured, double peer) {
  const Percentiles acquire = PercentilesOf(measured.acquire_ms);
  const Percentiles complete = PercentilesOf(measured.complete_ms);
  fmt::print("{:<8}{:>9.0f}{:>8.0f}{:>7.2f}{:>9.0f}{:>12.1f}{:>8.1f}{:>8.1f}{:>12.1f}{:>8.1f}{:>8.1f}\n",
             name, measured.per_second, peer, measured.per_second / peer, measured.cpu_us, acquire.p50,
             acquire.p99, acquire.most, complete.p50, complete.p99, complete.most);
  std::fflush(stdout);
}

void Run(const std::string& folder, const Load& load) {
  fmt::print("{} workers on {} channels, {} orders of {} jobs; calm: {:.0f} jobs/s asked for\n", load.workers,
             kChannels, load.orders, load.jobs, kCalmRate);
  fmt::print("{:<8}{:>9}{:>8}{:>7}{:>9}{:>28}{:>28}\n", "", "jobs/s", "journal", "ratio", "us cpu",
             "acquire ms p50, p99, max", "complete ms p50, p99, max");
  Load calm = load;
  calm.orders = std::max(1, load.orders / 5);
  calm.rest = Seconds(load.workers / kCalmRate);
  const auto measure = [&](const std::string& name, std::chrono::milliseconds late, const auto& farm) {
    const double before = RunJournal(folder + "/journal", late);
    const Measured measured = farm();
    Print(name, measured, (before + RunJournal(folder + "/journal", late)) / 2);
  };
  constexpr std::chrono::milliseconds kPrompt{0};
  measure("disk", kPrompt, [&] { return RunOnDisk(folder + "/farm", load, kPrompt); });
  measure("slow", kSlowSync, [&] { return RunOnDisk(folder + "/farm", load, kSlowSync); });
  measure("memory", kPrompt, [&] { return RunInMemory(folder + "/farm", load); });
  measure("calm", kPrompt, [&] { return RunOnDisk(folder + "/farm", calm, kPrompt); });
}

}  // namespace
}  // namespace trackout

int main(int count, char** words) {
  using namespace trackout;
  Load load;
  int* const numbers[] = {&load.workers, &load.orders, &load.jobs};
  for (int i = 2; i < count && i < 5; ++i) *numbers[i - 2] = std::atoi(words[i]);
  if (count < 2 || count > 5 || load.workers < 1 || load.orders < 1 || load.jobs < 1 ||
      load.jobs > kMostBuses) {
    fmt::print(stderr, "usage: bench_farm FOLDER [WORKERS] [ORDERS] [JOBS OF AN ORDER]\n");
    return 2;
  }
  QuietRpc();
  spdlog::set_level(spdlog::level::warn);  // 200 workers that come are no news here
  const std::string folder = fmt::format("{}/bench_farm.{}", words[1], getpid());
  Run(folder, load);
  std::filesystem::remove_all(folder);
}
