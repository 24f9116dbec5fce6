// The farm of simulation.h: one class, in three files: the coordinator, the network and the faults
// (simulation.cc), the clients (simulated_clients.cc), the workers (simulated_workers.cc).
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "coordinator/desk/desk.h"
#include "fmt/format.h"
#include "tests/coordinator/desk/checker.h"
#include "tests/coordinator/desk/random.h"
#include "tests/coordinator/desk/simulation.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {

// Of a call that is sent again.
inline constexpr int kMostTries = 30;

// A process with a network.
struct Peer {
  std::string name;
  int epoch = 0;  // rises when it crashes: what was meant for the process before does not arrive
  absl::Duration cut_to;
  absl::Duration cut_from;
  absl::Duration frozen_until;
};

// A lease in a worker's hands.
struct Held {
  AcquireResponse work;
  std::vector<JobResult> results;
  int64_t steps_done = 0;
  int tries = 0;  // to get rid of it
  bool is_rendering = false;
  bool is_finished = false;
};

std::vector<Digest> BlobsOf(const std::vector<JobResult>& results);
inline std::string InShort(const google::protobuf::Message& message) {
  return message.ShortDebugString().substr(0, 200);
}
inline std::string InShort(const Seen& seen) {
  return InShort(seen.status);
}
std::string NameOfLease(const Lease& lease);

struct SimulatedWorker {
  Peer peer;
  Worker card;
  int incarnation = 1;
  bool is_up = false;
  bool is_old = false;       // does not know newer kinds
  bool is_stubborn = false;  // renders on when its lease cannot be renewed
  bool is_liar = false;
  int64_t questions = 0;
  int asking_idle = 0;
  int asking_ahead = 0;
  absl::Duration renewed_at;
  std::vector<std::shared_ptr<Held>> held;
};

struct Client {
  Peer peer;
  Order order;
  bool is_accepted = false;
  bool is_over = false;
  int64_t seen = 0;
  int64_t seen_life = 0;
};

class Simulation {
 public:
  Simulation(uint64_t seed, Planted planted, Logging logging);
  Outcome Run();

 private:
  // The clock.
  void At(absl::Duration time, std::function<void()> happens) {
    queue_.push({time, ++scheduled_, std::move(happens)});
  }
  void After(absl::Duration pause, std::function<void()> happens) { At(now_ + pause, std::move(happens)); }
  void RunUntil(absl::Duration end, const std::function<bool()>& is_over);
  bool HasFaults() const { return !is_healed_; }
  template <typename... Args>
  void Log(fmt::format_string<Args...> format, Args&&... args) {
    if (logging_ == Logging::kVerbose)
      outcome_.log.push_back(fmt::format("{:9.3f} ", absl::ToDoubleSeconds(now_)) +
                             fmt::format(format, std::forward<Args>(args)...));
  }

  // The coordinator and its disk.
  void StartCoordinator();
  void CrashCoordinator();
  void Enter(const std::function<void(Desk&)>& call);
  void Tick(int64_t life);
  void BeginWrite(int64_t life);
  void EndWrite(int64_t life, std::vector<Update> updates, bool is_forged);
  void SettleWrite(int64_t life, const absl::Status& status);
  std::vector<Digest> MissingOf(const std::vector<Digest>& digests) const;
  int64_t FreeBytes() const { return now_ < room_scarce_until_ ? scarce_bytes_ : int64_t{1} << 40; }
  void ForgetWhatIsRead(Desk& desk);
  void UploadLarge();
  CompleteRequest Forge(const CompleteRequest& request);

  // The network.
  std::vector<absl::Duration> Travel(const Peer& peer, absl::Duration cut_until);
  template <typename Response>
  void Ask(Peer& peer, const std::string& what, absl::Duration patience,
           std::function<void(Desk&, Answer<Response>)> call, Answer<Response> then);
  template <typename Response>
  void Take(Peer& peer, int epoch, const std::shared_ptr<bool>& is_open, const Answer<Response>& then,
            const absl::StatusOr<Response>& response);

  // Clients.
  void MakeOrders();
  std::string Marked(const std::string& name, bool is_print);
  std::vector<SmallSong> MakeSongs(int album);
  void Submit(Client& client);
  void Watch(Client& client);
  void Collect(Client& client);
  void Steer(Client& client, const std::string& how, int tries);
  void ResumePaused();

  // Workers.
  void MakeWorkers();
  void Later(Peer& peer, absl::Duration pause, std::function<void()> happens);
  void StartWorker(SimulatedWorker& worker);
  void CrashWorker(SimulatedWorker& worker, absl::Duration pause);
  void Work(SimulatedWorker& worker);
  void AskForWork(SimulatedWorker& worker, AcquireRequest::Need need, int64_t number);
  void TakeWork(SimulatedWorker& worker, const AcquireRequest& request,
                const absl::StatusOr<AcquireResponse>& answer);
  void Render(SimulatedWorker& worker, const std::shared_ptr<Held>& held);
  void EndRender(SimulatedWorker& worker, const std::shared_ptr<Held>& held);
  void HandIn(SimulatedWorker& worker, const std::shared_ptr<Held>& held);
  void Upload(const Held& held);
  void GiveBack(SimulatedWorker& worker, const std::shared_ptr<Held>& held, ReleaseRequest::Cause cause,
                std::vector<Digest> lost = {});
  void SendRelease(SimulatedWorker& worker, const std::shared_ptr<Held>& held, const ReleaseRequest& request);
  void Drop(SimulatedWorker& worker, const std::shared_ptr<Held>& held);
  void Renew(SimulatedWorker& worker);
  bool Holds(const SimulatedWorker& worker, const std::shared_ptr<Held>& held) const;

  // Faults.
  void PlanFaults();
  void MakeFault();
  void LoseBlob();
  void Heal();
  void LookAtTheEnd();
  void LookAtStatus();

  struct Happening {
    absl::Duration time;
    int64_t number;
    std::function<void()> happens;
    bool operator<(const Happening& other) const {
      return std::tie(other.time, other.number) < std::tie(time, number);
    }
  };
  enum class Stage { kIdle, kTaken, kDurable };

  Random random_;
  const Planted planted_;
  const Logging logging_;
  DeskSettings settings_;
  Checker checker_;
  Outcome outcome_;

  absl::Duration now_ = absl::Seconds(1000);
  int64_t scheduled_ = 0;
  uint64_t marks_seed_ = 0;
  std::priority_queue<Happening> queue_;
  bool is_healed_ = false;
  bool is_over_ = false;
  absl::Duration faults_end_;
  int loss_per_mille_ = 0;
  int late_per_mille_ = 0;

  std::vector<Update> journal_;
  int64_t term_ = 0;
  int64_t life_ = 0;
  int64_t nonces_ = 0;
  std::unique_ptr<Desk> desk_;
  bool is_writing_ = false;
  Stage stage_ = Stage::kIdle;
  Stage crash_at_ = Stage::kIdle;  // the next time that a batch comes so far
  absl::Duration disk_full_until_;
  absl::Duration refused_at_;  // the last batch
  absl::Duration disk_slow_until_;
  absl::Duration room_scarce_until_;  // in the store
  int64_t scarce_bytes_ = 0;
  absl::Duration tick_ = absl::Milliseconds(250);
  std::set<std::string> blobs_;
  std::set<std::string> in_flight_orders_;  // with completions on their way into the journal

  std::deque<SimulatedWorker> workers_;
  std::deque<Client> clients_;
};

template <typename Response>
void Simulation::Take(Peer& peer, int epoch, const std::shared_ptr<bool>& is_open,
                      const Answer<Response>& then, const absl::StatusOr<Response>& response) {
  if (!*is_open || peer.epoch != epoch) return;
  if (now_ < peer.frozen_until) {
    At(peer.frozen_until, [=, this, &peer] { Take(peer, epoch, is_open, then, response); });
    return;
  }
  *is_open = false;
  then(response);
}

// Calls the coordinator; `then` runs once, with the answer or for want of one. The call may come in twice.
template <typename Response>
void Simulation::Ask(Peer& peer, const std::string& what, absl::Duration patience,
                     std::function<void(Desk&, Answer<Response>)> call, Answer<Response> then) {
  const auto is_open = std::make_shared<bool>(true);
  const int epoch = peer.epoch;
  const auto back = [this, &peer, epoch, is_open, then](const absl::StatusOr<Response>& response) {
    for (const absl::Duration pause : Travel(peer, peer.cut_from))
      After(pause, [=, this, &peer] { Take<Response>(peer, epoch, is_open, then, response); });
  };
  for (const absl::Duration pause : Travel(peer, peer.cut_to)) {
    After(pause, [this, what, call, back] {
      if (desk_ == nullptr) return back(absl::UnavailableError("nobody listens"));
      Log("<- {}", what);
      Enter([&](Desk& desk) {
        const size_t number = checker_.Called(what);
        call(desk, [this, number, back, what](const absl::StatusOr<Response>& response) {
          checker_.Answered(number);
          if (logging_ == Logging::kVerbose)
            Log("-> {}: {}", what,
                response.ok() ? InShort(*response) : std::string(response.status().message()));
          back(response);
        });
      });
    });
  }
  After(patience, [=, this, &peer] {
    Take<Response>(peer, epoch, is_open, then, absl::DeadlineExceededError("no answer"));
  });
}

}  // namespace trackout::test
