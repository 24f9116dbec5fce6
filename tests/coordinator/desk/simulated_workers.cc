// The workers of a simulated farm.
#include <algorithm>

#include "core/job_sources.h"
#include "fmt/format.h"
#include "tests/coordinator/desk/simulated_farm.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {

using absl::Milliseconds;
using absl::Seconds;

namespace {

bool HasMark(const Lease& lease, char mark) {
  return std::any_of(lease.job_keys().begin(), lease.job_keys().end(),
                     [mark](const std::string& key) { return key[0] == mark; });
}

}  // namespace

void Simulation::MakeWorkers() {
  const std::vector<std::string> names = {"ann", "bob", "cyd", "dan", "eve"};
  const int64_t count = random_.Between(1, 4);
  for (int64_t i = 0; i < count; ++i) {
    SimulatedWorker& worker = workers_.emplace_back();
    worker.peer.name = names[static_cast<size_t>(i)];
    const int version = random_.Chance(60) ? 2 : 1;
    worker.card = WorkerNamed(worker.peer.name, 1, static_cast<int>(random_.Between(1, 3)), version);
    worker.is_old = random_.Chance(150);
    worker.is_stubborn = random_.Chance(300);
    worker.is_liar = random_.Chance(15);
    if (worker.is_liar) checker_.CallLiar(worker.peer.name);
    At(random_.Time(now_, now_ + Seconds(5)), [this, &worker] { StartWorker(worker); });
  }
}

// For this process; later, where it is frozen then.
void Simulation::Later(Peer& peer, absl::Duration pause, std::function<void()> happens) {
  After(pause, [this, &peer, epoch = peer.epoch, happens = std::move(happens)] {
    if (peer.epoch != epoch) return;
    if (now_ >= peer.frozen_until) return happens();
    Later(peer, peer.frozen_until - now_, happens);
  });
}

void Simulation::StartWorker(SimulatedWorker& worker) {
  worker.is_up = true;
  worker.card =
      WorkerNamed(worker.peer.name, worker.incarnation, worker.card.slots(), worker.card.engine_version());
  worker.questions = 0;
  worker.asking_idle = worker.asking_ahead = 0;
  worker.renewed_at = now_;
  Log("{} starts", worker.peer.name);
  Later(worker.peer, settings_.lease / 4, [this, &worker] { Renew(worker); });
  Work(worker);
}

void Simulation::CrashWorker(SimulatedWorker& worker, absl::Duration pause) {
  if (!worker.is_up) return;
  checker_.Count(Event::kWorkerCrash);
  Log("{} crashes", worker.peer.name);
  worker.is_up = false;
  ++worker.peer.epoch;
  ++worker.incarnation;
  worker.peer.frozen_until = absl::Duration();
  worker.held.clear();
  After(pause, [this, &worker] {
    if (!worker.is_up && !is_over_) StartWorker(worker);
  });
}

bool Simulation::Holds(const SimulatedWorker& worker, const std::shared_ptr<Held>& held) const {
  return std::find(worker.held.begin(), worker.held.end(), held) != worker.held.end();
}

void Simulation::Work(SimulatedWorker& worker) {
  if (!worker.is_up) return;
  int busy = 0;
  for (const auto& held : worker.held) busy += held->is_rendering;
  for (const auto& held : std::vector(worker.held)) {
    if (busy >= worker.card.slots()) break;
    if (held->is_rendering || held->is_finished) continue;
    ++busy;
    Render(worker, held);
  }
  for (int free = worker.card.slots() - busy - worker.asking_idle; free > 0; --free) {
    ++worker.asking_idle;
    AskForWork(worker, AcquireRequest::idle, ++worker.questions);
  }
  if (busy == worker.card.slots() && worker.asking_ahead == 0 &&
      static_cast<int>(worker.held.size()) <= worker.card.slots()) {
    ++worker.asking_ahead;
    AskForWork(worker, AcquireRequest::ahead, ++worker.questions);
  }
}

void Simulation::AskForWork(SimulatedWorker& worker, AcquireRequest::Need need, int64_t number) {
  AcquireRequest request;
  *request.mutable_worker() = worker.card;
  request.set_number(number);
  request.set_need(need);
  request.set_wait_ms(need == AcquireRequest::ahead ? 2000 : random_.Between(5000, 25000));
  Ask<AcquireResponse>(
      worker.peer, fmt::format("{} acquires #{}", worker.peer.name, number),
      Milliseconds(request.wait_ms()) + Seconds(2),
      [this, request](Desk& desk, Answer<AcquireResponse> answer) {
        checker_.Heard(request.worker(), now_);
        desk.Acquire(request, now_, [this, request, answer](const absl::StatusOr<AcquireResponse>& response) {
          checker_.AcquireTold(request, response, now_);
          answer(response);
        });
      },
      [this, &worker, request](const absl::StatusOr<AcquireResponse>& response) {
        TakeWork(worker, request, response);
      });
}

void Simulation::TakeWork(SimulatedWorker& worker, const AcquireRequest& request,
                          const absl::StatusOr<AcquireResponse>& answer) {
  if (absl::IsFailedPrecondition(answer.status())) return CrashWorker(worker, Seconds(1));
  int& asking = request.need() == AcquireRequest::idle ? worker.asking_idle : worker.asking_ahead;
  if (!answer.ok()) {  // the same question again
    Later(worker.peer, random_.Time(Milliseconds(200), Seconds(1)),
          [this, &worker, request] { AskForWork(worker, request.need(), request.number()); });
    return;
  }
  --asking;
  if (answer->drain()) {
    if (worker.held.empty()) return CrashWorker(worker, random_.Time(Seconds(1), Seconds(20)));
    Later(worker.peer, Seconds(2), [this, &worker] { Work(worker); });
    return;
  }
  if (!answer->has_lease()) {
    Later(worker.peer, Milliseconds(200), [this, &worker] { Work(worker); });
    return;
  }
  auto held = std::make_shared<Held>();
  held->work = *answer;
  worker.renewed_at = std::max(worker.renewed_at, now_);
  worker.held.push_back(held);
  Work(worker);
}

void Simulation::Render(SimulatedWorker& worker, const std::shared_ptr<Held>& held) {
  held->is_rendering = true;
  const AcquireResponse& work = held->work;
  std::vector<Digest> inputs = BlobsOf({work.earlier().begin(), work.earlier().end()});
  for (const PlannedJob& job : work.jobs()) {
    for (const Digest* source : SourcesOf(job.job())) inputs.push_back(*source);
  }
  absl::Duration takes = random_.Time(Milliseconds(50), Seconds(3));
  if (random_.Chance(30)) takes = random_.Time(Milliseconds(50), 3 * settings_.lease);
  Later(worker.peer, Milliseconds(20), [this, &worker, held, inputs, takes] {
    if (!Holds(worker, held)) return;
    if (worker.is_old && HasMark(held->work.lease(), '%'))
      return GiveBack(worker, held, ReleaseRequest::not_supported);
    if (const auto lost = MissingOf(inputs); !lost.empty())
      return GiveBack(worker, held, ReleaseRequest::input_lost, lost);
    Later(worker.peer, takes, [this, &worker, held] { EndRender(worker, held); });
  });
}

void Simulation::EndRender(SimulatedWorker& worker, const std::shared_ptr<Held>& held) {
  if (!Holds(worker, held)) return;
  const Lease& lease = held->work.lease();
  if (HasMark(lease, '#')) return CrashWorker(worker, random_.Time(Milliseconds(500), Seconds(5)));
  if (HasMark(lease, '!')) return GiveBack(worker, held, ReleaseRequest::render_failed);
  if (HasFaults()) {
    const int64_t dice = random_.Between(0, 999);
    if (dice < 3) return GiveBack(worker, held, ReleaseRequest::source_at_fault);
    if (dice < 30) return GiveBack(worker, held, ReleaseRequest::render_failed);
    if (dice < 40) return GiveBack(worker, held, ReleaseRequest::disk_full);
    if (dice < 55) return GiveBack(worker, held, ReleaseRequest::given_back);
  }
  // A print that a job of the bundle has read may stay a buffer.
  std::set<std::string> inside;
  for (const PlannedJob& job : held->work.jobs()) inside.insert(job.needs().begin(), job.needs().end());
  const bool keeps_buffers = random_.Chance(700);
  for (const PlannedJob& job : held->work.jobs()) {
    if (keeps_buffers && inside.contains(job.key())) continue;
    const bool lies = worker.is_liar && random_.Chance(500);
    held->results.push_back(lies ? WrongResultOf(job) : ResultOf(job));
  }
  held->is_rendering = false;
  held->is_finished = true;
  if (!random_.Chance(30)) Upload(*held);
  HandIn(worker, held);
  Work(worker);
}

void Simulation::Upload(const Held& held) {
  for (const Digest& digest : BlobsOf(held.results)) blobs_.insert(digest.sha256());
}

void Simulation::HandIn(SimulatedWorker& worker, const std::shared_ptr<Held>& held) {
  if (!Holds(worker, held)) return;
  if (++held->tries > kMostTries) return Drop(worker, held);
  CompleteRequest request;
  *request.mutable_worker() = worker.card;
  *request.mutable_lease() = held->work.lease();
  request.mutable_results()->Assign(held->results.begin(), held->results.end());
  Ask<CompleteResponse>(
      worker.peer, fmt::format("{} completes {}", worker.peer.name, NameOfLease(request.lease())), Seconds(5),
      [this, request, order = held->work.order()](Desk& desk, Answer<CompleteResponse> answer) {
        const bool was_former = checker_.IsFormer(request.worker());
        const bool differed = checker_.Differs(request);
        checker_.Heard(request.worker(), now_);
        checker_.CompleteCame(request);
        in_flight_orders_.insert(order);
        const CompleteRequest told = planted_ == Planted::kStaleAccepted ? Forge(request) : request;
        desk.Complete(told, MissingOf(BlobsOf({request.results().begin(), request.results().end()})), now_,
                      [=, this](const absl::StatusOr<CompleteResponse>& response) {
                        checker_.CompleteTold(request, differed, was_former, response, now_);
                        answer(response);
                      });
      },
      [this, &worker, held](const absl::StatusOr<CompleteResponse>& response) {
        if (absl::IsFailedPrecondition(response.status())) return CrashWorker(worker, Seconds(1));
        if (response.ok() && worker.is_liar && response->verdict() == CompleteResponse::accepted) {
          // Hands it in once more, with other bytes.
          held->results.clear();
          for (const PlannedJob& job : held->work.jobs()) held->results.push_back(WrongResultOf(job));
          return HandIn(worker, held);
        }
        if (response.ok() && response->verdict() != CompleteResponse::missing) return Drop(worker, held);
        if (response.ok()) Upload(*held);
        Later(worker.peer, random_.Time(Milliseconds(100), Seconds(1)),
              [this, &worker, held] { HandIn(worker, held); });
      });
}

void Simulation::GiveBack(SimulatedWorker& worker, const std::shared_ptr<Held>& held,
                          ReleaseRequest::Cause cause, std::vector<Digest> lost) {
  ReleaseRequest request;
  *request.mutable_worker() = worker.card;
  *request.mutable_lease() = held->work.lease();
  request.set_cause(cause);
  request.set_reason(ReleaseRequest::Cause_Name(cause));
  request.mutable_lost()->Assign(lost.begin(), lost.end());
  held->is_rendering = false;
  held->is_finished = true;
  SendRelease(worker, held, request);
}

void Simulation::SendRelease(SimulatedWorker& worker, const std::shared_ptr<Held>& held,
                             const ReleaseRequest& request) {
  if (!Holds(worker, held)) return;
  if (++held->tries > kMostTries) return Drop(worker, held);
  Ask<ReleaseResponse>(
      worker.peer,
      fmt::format("{} releases {}: {}", worker.peer.name, NameOfLease(request.lease()), request.reason()),
      Seconds(5),
      [this, request](Desk& desk, Answer<ReleaseResponse> answer) {
        checker_.Heard(request.worker(), now_);
        checker_.ReleaseCame(request, now_);
        desk.Release(request, MissingOf({request.lost().begin(), request.lost().end()}), now_, answer);
      },
      [this, &worker, held, request](const absl::StatusOr<ReleaseResponse>& response) {
        if (absl::IsFailedPrecondition(response.status())) return CrashWorker(worker, Seconds(1));
        if (response.ok()) return Drop(worker, held);
        Later(worker.peer, random_.Time(Milliseconds(100), Seconds(1)),
              [this, &worker, held, request] { SendRelease(worker, held, request); });
      });
}

void Simulation::Drop(SimulatedWorker& worker, const std::shared_ptr<Held>& held) {
  std::erase(worker.held, held);
  Later(worker.peer, absl::ZeroDuration(), [this, &worker] { Work(worker); });
}

void Simulation::Renew(SimulatedWorker& worker) {
  Later(worker.peer, settings_.lease / 4, [this, &worker] { Renew(worker); });
  if (now_ - worker.renewed_at > settings_.lease * 2 / 3 && !worker.is_stubborn) {
    for (const auto& held : std::vector(worker.held)) {
      if (!held->is_finished) Drop(worker, held);
    }
  }
  if (worker.held.empty()) {
    worker.renewed_at = now_;
    return;
  }
  RenewRequest request;
  *request.mutable_worker() = worker.card;
  for (const auto& held : worker.held) {
    HeldLease& lease = *request.add_leases();
    *lease.mutable_lease() = held->work.lease();
    lease.set_steps_done(held->steps_done += 100);
  }
  Ask<RenewResponse>(
      worker.peer, fmt::format("{} renews", worker.peer.name), settings_.lease / 3,
      [this, request](Desk& desk, Answer<RenewResponse> answer) {
        checker_.Heard(request.worker(), now_);
        desk.Renew(request, now_, [this, request, answer](const absl::StatusOr<RenewResponse>& response) {
          checker_.RenewTold(request, response, now_);
          answer(response);
        });
      },
      [this, &worker, sent_at = now_](const absl::StatusOr<RenewResponse>& response) {
        if (absl::IsFailedPrecondition(response.status())) return CrashWorker(worker, Seconds(1));
        if (!response.ok()) return;
        worker.renewed_at = std::max(worker.renewed_at, sent_at);
        for (const std::string& nonce : response->lost_nonces()) {
          for (const auto& held : std::vector(worker.held)) {
            if (held->work.lease().nonce() == nonce && !held->is_finished) Drop(worker, held);
          }
        }
      });
}

}  // namespace trackout::test
