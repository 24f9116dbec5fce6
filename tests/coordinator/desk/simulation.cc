#include "tests/coordinator/desk/simulation.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "tests/coordinator/desk/simulated_farm.h"

namespace trackout::test {
namespace {

using absl::Milliseconds;
using absl::Seconds;

// An order must have ended this long after the last fault: six dead workers, each found after a lease, and
// the rests of failing ones, many times over.
constexpr absl::Duration kLongestHealing = absl::Minutes(30);
CheckerSettings SettingsOf(const DeskSettings& settings) {
  return {settings.lease, settings.return_time, settings.most_failures, settings.most_kept_print_bytes,
          settings.room_beside_prints};
}

DeskSettings SettingsFrom(uint64_t seed) {
  Random random(seed ^ 0x5eed);
  DeskSettings settings;
  settings.lease = Seconds(random.Between(3, 15));
  settings.return_time = settings.lease / 5;
  settings.most_kept_print_bytes = 1000 * random.Between(0, 6);  // a print has 1000
  settings.room_beside_prints = 1000;
  return settings;
}

}  // namespace

std::vector<Digest> BlobsOf(const std::vector<JobResult>& results) {
  std::vector<Digest> blobs;
  for (const JobResult& result : results) {
    for (const Rendered& output : result.outputs()) blobs.push_back(output.digest());
  }
  return blobs;
}

std::string NameOfLease(const Lease& lease) {
  std::string names;
  for (const std::string& key : lease.job_keys()) names += NameOf(key) + " ";
  return fmt::format("{}({:x})", names, lease.attempt());
}

Simulation::Simulation(uint64_t seed, Planted planted, Logging logging)
    : random_(seed),
      planted_(planted),
      logging_(logging),
      settings_(SettingsFrom(seed)),
      checker_(SettingsOf(settings_)) {
  checker_.SetStore(&blobs_);
}

Outcome Simulation::Run() {
  if (random_.Chance(700)) loss_per_mille_ = static_cast<int>(random_.Between(1, 60));
  if (random_.Chance(700)) late_per_mille_ = static_cast<int>(random_.Between(1, 40));
  faults_end_ = now_ + settings_.lease * random_.Between(3, 10);
  StartCoordinator();
  MakeOrders();
  MakeWorkers();
  PlanFaults();
  RunUntil(faults_end_, [] { return false; });
  Heal();
  const absl::Duration end = now_ + kLongestHealing;
  RunUntil(end, [this] {
    const auto ended = checker_.Orders();
    return desk_ != nullptr && desk_->IsSettled() &&
           std::all_of(ended.begin(), ended.end(), [this](auto& id) { return checker_.HasEnded(id); }) &&
           std::all_of(clients_.begin(), clients_.end(), [](const Client& one) { return one.is_over; });
  });
  LookAtTheEnd();
  outcome_.violation = checker_.violation();
  outcome_.counts = checker_.counts();
  return std::move(outcome_);
}

void Simulation::RunUntil(absl::Duration end, const std::function<bool()>& is_over) {
  while (!queue_.empty() && queue_.top().time <= end && !checker_.violation() && !is_over()) {
    const Happening next = std::move(const_cast<Happening&>(queue_.top()));
    queue_.pop();
    now_ = next.time;
    ++outcome_.events;
    next.happens();
  }
  if (!checker_.violation() && !is_over()) now_ = end;
}

// The coordinator.

void Simulation::StartCoordinator() {
  ++life_;
  ++term_;
  desk_ = std::make_unique<Desk>(settings_, term_, [this] {
    std::string nonce = fmt::format("n{}", ++nonces_);
    nonce.resize(16, '.');
    return nonce;
  });
  for (const Update& update : journal_) desk_->Replay(update);
  checker_.Started(journal_, now_);
  desk_->Begin(now_);
  Log("coordinator starts, term {}, {} updates", term_, journal_.size());
  After(tick_, [this, life = life_] { Tick(life); });
}

void Simulation::CrashCoordinator() {
  if (desk_ == nullptr) return;
  checker_.Count(Event::kCrash);
  if (stage_ == Stage::kTaken) checker_.Count(Event::kCrashBeforeDurable);
  if (stage_ == Stage::kDurable) checker_.Count(Event::kCrashAfterDurable);
  Log("coordinator crashes{}", stage_ == Stage::kTaken     ? ", a batch is lost"
                               : stage_ == Stage::kDurable ? ", a batch was durable"
                                                           : "");
  desk_.reset();
  ++life_;
  is_writing_ = false;
  stage_ = crash_at_ = Stage::kIdle;
  in_flight_orders_.clear();
  After(random_.Time(Milliseconds(100), Seconds(4)), [this] {
    if (desk_ == nullptr) StartCoordinator();
  });
}

void Simulation::Enter(const std::function<void(Desk&)>& call) {
  if (desk_ == nullptr) return;
  call(*desk_);
  const auto answers = desk_->TakeAnswers();
  for (const Digest& digest : desk_->TakeUnread()) {
    Log("store removes {}", NameOf(digest.sha256()));
    checker_.Removed(digest.sha256());
    blobs_.erase(digest.sha256());
  }
  for (const std::string& alarm : desk_->TakeAlarms()) Log("{}", alarm);
  if (!desk_->IsSettled() && !is_writing_) {
    is_writing_ = true;
    After(random_.Time(Milliseconds(0), Milliseconds(3)), [this, life = life_] { BeginWrite(life); });
  }
  for (const auto& answer : answers) answer();
}

void Simulation::Tick(int64_t life) {
  if (life != life_) return;
  Enter([this](Desk& desk) {
    desk.Tick(now_, planted_ == Planted::kHoarded ? int64_t{1} << 40 : FreeBytes());
    if (planted_ == Planted::kReadForgotten && random_.Chance(30)) ForgetWhatIsRead(desk);
    // After a batch that could not be written it rests.
    if (desk.IsSettled() && now_ > refused_at_ + Seconds(2)) checker_.CheckKeptPrints(FreeBytes());
  });
  After(tick_, [this, life] { Tick(life); });
}

void Simulation::BeginWrite(int64_t life) {
  if (life != life_) return;
  std::vector<Update> updates = desk_->TakeUpdates(absl::ToInt64Milliseconds(now_));
  stage_ = Stage::kTaken;
  if (crash_at_ == Stage::kTaken) return CrashCoordinator();
  const bool is_forged = planted_ == Planted::kUnjournaled && random_.Chance(30);
  const absl::Duration writes = now_ < disk_slow_until_ ? random_.Time(Seconds(1), Seconds(8))
                                                        : random_.Time(Milliseconds(1), Milliseconds(40));
  After(writes, [this, life, updates = std::move(updates), is_forged]() mutable {
    EndWrite(life, std::move(updates), is_forged);
  });
}

void Simulation::EndWrite(int64_t life, std::vector<Update> updates, bool is_forged) {
  if (life != life_) return;
  absl::Status status;
  if (now_ < disk_full_until_) {
    checker_.Count(Event::kDiskFull);
    refused_at_ = now_;
    status = absl::ResourceExhaustedError("the journal's disk is full");
  } else if (!is_forged) {
    stage_ = Stage::kDurable;
    for (Update& update : updates) {
      Log("journal: {}", update.ShortDebugString().substr(0, update.has_order_accepted() ? 60 : 600));
      journal_.push_back(std::move(update));
    }
    if (crash_at_ == Stage::kDurable) return CrashCoordinator();
  }
  After(random_.Time(Milliseconds(0), Milliseconds(5)), [this, life, status] { SettleWrite(life, status); });
}

void Simulation::SettleWrite(int64_t life, const absl::Status& status) {
  if (life != life_) return;
  is_writing_ = false;
  stage_ = Stage::kIdle;
  if (status.ok()) in_flight_orders_.clear();
  checker_.Settled(journal_);
  Enter([&](Desk& desk) { desk.Settle(status, now_); });
  checker_.SettleOver();
}

std::vector<Digest> Simulation::MissingOf(const std::vector<Digest>& digests) const {
  std::vector<Digest> missing;
  for (const Digest& digest : digests) {
    if (!blobs_.contains(digest.sha256())) missing.push_back(digest);
  }
  return missing;
}

void Simulation::ForgetWhatIsRead(Desk& desk) {
  for (const std::string& sha256 : blobs_) {
    Digest digest;
    digest.set_sha256(sha256);
    digest.set_size_bytes(1000);
    for (const std::string& maker : desk.book().MakersOf(digest)) {
      if (desk.book().IsReadByOpenSong(maker)) return desk.BlobLost(digest);
    }
  }
}

// Of a blob that is nobody's: what matters is who gives way to it.
void Simulation::UploadLarge() {
  const int64_t bytes = FreeBytes() + 1000 * random_.Between(1, 4);
  Enter([&](Desk& desk) {
    if (desk.MakeRoom(bytes, FreeBytes())) checker_.Count(Event::kRoomMade);
  });
}

// The completion, as if it were of the lease that has the jobs now.
CompleteRequest Simulation::Forge(const CompleteRequest& request) {
  const LeaseEntry* holder = desk_->table().HolderOf(request.lease().job_keys(0));
  if (holder == nullptr || holder->lease.nonce() == request.lease().nonce()) return request;
  const auto& wanted = holder->lease.job_keys();
  if (!std::equal(wanted.begin(), wanted.end(), request.lease().job_keys().begin(),
                  request.lease().job_keys().end()))
    return request;
  CompleteRequest forged = request;
  *forged.mutable_lease() = holder->lease;
  *forged.mutable_worker() = desk_->table().FindWorker(holder->worker)->card;
  return forged;
}

// The network.

// How long each copy of a message is under way; none where it is lost.
std::vector<absl::Duration> Simulation::Travel(const Peer& peer, absl::Duration cut_until) {
  if (now_ < cut_until) return {};
  const auto once = [this] {
    if (!HasFaults() || !random_.Chance(late_per_mille_))
      return random_.Time(absl::Microseconds(200), Milliseconds(20));
    checker_.Count(Event::kLate);
    return random_.Chance(100) ? random_.Time(Seconds(1), Seconds(60))
                               : random_.Time(Milliseconds(20), Seconds(3));
  };
  if (!HasFaults()) return {once()};
  if (random_.Chance(loss_per_mille_)) {
    checker_.Count(Event::kLost);
    Log("a message of {} is lost", peer.name);
    return {};
  }
  if (!random_.Chance(loss_per_mille_)) return {once()};
  checker_.Count(Event::kDoubled);
  return {once(), once()};
}

// Faults.

void Simulation::PlanFaults() {
  const int64_t faults = random_.Between(0, 12);
  for (int64_t i = 0; i < faults; ++i) At(random_.Time(now_, faults_end_), [this] { MakeFault(); });
}

void Simulation::MakeFault() {
  SimulatedWorker& worker =
      workers_[static_cast<size_t>(random_.Between(0, static_cast<int64_t>(workers_.size()) - 1))];
  const absl::Duration some_time = random_.Time(Seconds(1), 3 * settings_.lease);
  switch (random_.Between(0, 16)) {
    case 0:
      return CrashCoordinator();
    case 1:
      crash_at_ = Stage::kTaken;
      return;
    case 2:
    case 3:
      crash_at_ = Stage::kDurable;
      return;
    case 4:
      Log("the journal's disk is full");
      disk_full_until_ = now_ + some_time;
      return;
    case 5:
      disk_slow_until_ = now_ + some_time;
      return;
    case 6:
    case 7:
      return CrashWorker(worker, random_.Time(Milliseconds(500), 2 * settings_.lease));
    case 8:
    case 9:
      checker_.Count(Event::kFreeze);
      Log("{} is frozen", worker.peer.name);
      worker.peer.frozen_until = now_ + some_time;
      return;
    case 10:
    case 11: {
      checker_.Count(Event::kCut);
      const int64_t ways = random_.Between(1, 3);
      Log("{} is cut off ({})", worker.peer.name, ways);
      if ((ways & 1) != 0) worker.peer.cut_to = now_ + some_time;
      if ((ways & 2) != 0) worker.peer.cut_from = now_ + some_time;
      return;
    }
    case 12:
      return LoseBlob();
    case 13:
    case 14:
      scarce_bytes_ = 1000 * random_.Between(0, 25);
      Log("{} bytes are free in the store", scarce_bytes_);
      room_scarce_until_ = now_ + some_time;
      return;
    case 15:
      return UploadLarge();
    default:
      Enter([&](Desk& desk) {
        const std::string name = worker.peer.name;
        const size_t number = checker_.Called("drain");
        desk.Drain(name, [this, name, number](const absl::StatusOr<WorkerStatus>& status) {
          checker_.Answered(number);
          Log("drain {}", name);
          if (status.ok()) checker_.Drained(name);
        });
      });
  }
}

void Simulation::LoseBlob() {
  if (blobs_.empty()) return;
  auto lost = blobs_.begin();
  std::advance(lost, random_.Between(0, static_cast<int64_t>(blobs_.size()) - 1));
  const std::string sha256 = *lost;
  checker_.Count(Event::kBlobLost);
  checker_.LostAtRest(sha256);
  blobs_.erase(lost);
  Log("blob {} is lost", NameOf(sha256));
  if (random_.Chance(500)) return;  // nobody has noticed
  Digest digest;
  digest.set_sha256(sha256);
  Enter([&](Desk& desk) { desk.BlobLost(digest); });
}

void Simulation::Heal() {
  Log("faults end");
  is_healed_ = true;
  disk_full_until_ = disk_slow_until_ = room_scarce_until_ = absl::Duration();
  crash_at_ = Stage::kIdle;
  if (desk_ == nullptr) StartCoordinator();
  for (SimulatedWorker& worker : workers_) {
    worker.peer.cut_to = worker.peer.cut_from = absl::Duration();
    worker.is_liar = false;
    if (random_.Chance(500)) CrashWorker(worker, Seconds(1));  // others come back as they are
  }
  ResumePaused();
  SimulatedWorker& fresh = workers_.emplace_back();
  fresh.peer.name = "zoe";
  fresh.card = WorkerNamed("zoe", 1, 2);
  StartWorker(fresh);
  for (Client& client : clients_) {
    client.peer.cut_to = client.peer.cut_from = client.peer.frozen_until = absl::Duration();
    Steer(client, "resume", 0);
  }
}

void Simulation::LookAtTheEnd() {
  if (checker_.violation()) return;
  for (const std::string& id : checker_.Orders()) {
    if (!checker_.HasEnded(id)) checker_.Break("I5", fmt::format("order {} does not end", id));
  }
  for (const Client& client : clients_) {
    if (!client.is_over) checker_.Break("I5", fmt::format("client {} still waits", client.peer.name));
  }
  // No new calls; then every old one must have been answered.
  is_over_ = true;
  for (SimulatedWorker& worker : workers_) ++worker.peer.epoch, worker.is_up = false;
  for (Client& client : clients_) ++client.peer.epoch;
  RunUntil(now_ + 2 * Milliseconds(kLongestWaitMs) + Seconds(61), [] { return false; });
  if (!checker_.violation()) checker_.ExpectAllAnswered();
  // A last start finds everything again.
  if (desk_ != nullptr) CrashCoordinator();
  if (desk_ == nullptr) StartCoordinator();
  LookAtStatus();
}

void Simulation::LookAtStatus() {
  for (const std::string& id : checker_.acknowledged()) {
    Enter([&](Desk& desk) {
      desk.Status(id, [&](const absl::StatusOr<OrderStatus>& status) { checker_.Told(id, status); });
    });
  }
}

Outcome RunHistory(uint64_t seed, Planted planted, Logging logging) {
  Simulation simulation(seed, planted, logging);
  return simulation.Run();
}

}  // namespace trackout::test
