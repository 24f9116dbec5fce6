#include "worker/lease_loop.h"

#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/blobs/copy.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"
#include "worker/farm_trouble.h"
#include "worker/lease_work.h"
#include "worker/leases_in_hand.h"
#include "worker/render/bundle.h"
#include "worker/render/crew.h"

namespace trackout {
namespace {

// What is leased beyond the places: one fetches for the next render, one uploads what the last has made.
constexpr int kMoreHands = 2;
// A worker that asks ahead may have a place free a moment later, and should then say so.
constexpr int64_t kAheadWaitMs = 2'000;
// An answer with nothing in it that comes sooner than this was not waited for.
constexpr absl::Duration kShortWait = absl::Milliseconds(100);

absl::StatusOr<std::vector<JobResult>> Render(const AcquireResponse& work, FileStore& store,
                                              const RenderSettings& settings) {
  JobResults earlier;
  for (const JobResult& result : work.earlier()) earlier[result.job_key()] = result;
  std::vector<const PlannedJob*> jobs;
  for (const PlannedJob& job : work.jobs()) jobs.push_back(&job);
  if (!jobs.front()->job().has_sum_proof()) return RenderBundle(jobs, earlier, store, settings);
  std::vector<JobResult> results;
  for (const PlannedJob* job : jobs) {
    if (!job->job().has_sum_proof())
      return absl::InvalidArgumentError("a lease is of proofs or of renders, not of both");
    absl::StatusOr<JobResult> result = RenderProof(*job, earlier, store, settings);
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
  }
  return results;
}

}  // namespace

class LeaseLoop::Shell {
 public:
  Shell(const LeaseLoopSettings& settings, const std::string& incarnation, LeaseClient& client,
        BlobStore& farm, Cache& cache);
  ~Shell();

  absl::Status StartThreads();
  void Stop(absl::Duration grace);
  bool WaitUntilEnded(absl::Duration patience) { return leases_.WaitUntilNoHands(patience); }
  absl::Status status() const { return leases_.status(); }
  LeaseLoopTotals totals() const;

 private:
  using Held = LeaseInHand;

  // A hand's life.
  void RunHand();
  std::unique_ptr<Held> Acquire();
  std::unique_ptr<Held> Ask(const AcquireRequest& request);
  void Serve(Held& held);
  absl::Status Fetch(Held& held, Cache::Pins& inputs, std::vector<Digest>& lost);
  void RenderAndHandIn(Held& held, Cache::Pins inputs);
  ReleaseRequest WhyRenderFailed(Held& held, const Cache::Pins& inputs, const absl::Status& status);
  void HandIn(Held& held, const std::vector<JobResult>& results, const Cache::Pins& outputs);
  absl::StatusOr<CompleteResponse::Verdict> TryToHandIn(Held& held, const CompleteRequest& request,
                                                        const Cache::Pins& outputs);
  void Take(const Held& held, CompleteResponse::Verdict verdict);
  absl::Status Upload(Held& held, const Cache::Pins& outputs);
  void Release(Held& held, ReleaseRequest request);

  // The coordinator's wishes.
  void RenewLeases();
  void Drain();
  void EndIfReplaced(const absl::Status& status);

  const LeaseLoopSettings settings_;
  LeaseClient& client_;
  BlobStore& farm_;
  Cache& cache_;
  Worker worker_;

  std::atomic<int64_t> rendered_jobs_ = 0;
  std::atomic<int64_t> accepted_leases_ = 0;
  std::atomic<int64_t> uploaded_bytes_ = 0;
  std::atomic<int64_t> questions_ = 0;

  FarmTrouble trouble_;
  LeasesInHand leases_;
  Crew crew_;  // where there are fewer renders than places, the rest of the threads help with them
  std::vector<std::thread> threads_;
};

LeaseLoop::Shell::Shell(const LeaseLoopSettings& settings, const std::string& incarnation,
                        LeaseClient& client, BlobStore& farm, Cache& cache)
    : settings_(settings),
      client_(client),
      farm_(farm),
      cache_(cache),
      trouble_(settings.name),
      leases_(settings.name, settings.slots, settings.renew_every),
      crew_(settings.slots) {
  worker_.set_name(settings.name);
  worker_.set_incarnation(incarnation);
  worker_.set_slots(settings.slots);
  worker_.set_engine_version(settings.engine_version);
  worker_.set_build(settings.build);
}

LeaseLoop::Shell::~Shell() {
  Stop(absl::ZeroDuration());
  for (std::thread& thread : threads_) thread.join();
}

absl::Status LeaseLoop::Shell::StartThreads() {
  int hands_to_come = settings_.slots + kMoreHands;
  leases_.BeginHands(hands_to_come);
  try {
    threads_.emplace_back([this] { RenewLeases(); });
    threads_.emplace_back([this] { leases_.WatchTime(); });
    for (; hands_to_come > 0; --hands_to_come) threads_.emplace_back([this] { RunHand(); });
  } catch (const std::system_error& error) {
    leases_.EndHands(hands_to_come);
    return absl::ResourceExhaustedError(fmt::format("cannot start a worker's threads: {}", error.what()));
  }
  return absl::OkStatus();
}

void LeaseLoop::Shell::Stop(absl::Duration grace) {
  leases_.Stop(grace);
  client_.StopAcquiring();
}

LeaseLoopTotals LeaseLoop::Shell::totals() const {
  return {rendered_jobs_, accepted_leases_, cache_.fetched_bytes(), uploaded_bytes_};
}

// Asking for leases.

void LeaseLoop::Shell::RunHand() {
  while (const std::unique_ptr<Held> held = Acquire()) {
    Serve(*held);
    leases_.LetGo(*held);
  }
  leases_.EndHands(1);
}

// A question that was not answered is asked again under its number, so that its lease cannot get lost.
std::unique_ptr<LeaseInHand> LeaseLoop::Shell::Acquire() {
  while (const std::optional<AcquireRequest::Need> need = leases_.WaitForNeed()) {
    AcquireRequest request;
    *request.mutable_worker() = worker_;
    request.set_need(*need);
    request.set_wait_ms(*need == AcquireRequest::idle ? kLongestWaitMs : kAheadWaitMs);
    request.set_number(++questions_);
    std::unique_ptr<Held> held = Ask(request);
    if (held != nullptr) return held;
  }
  return nullptr;
}

// Until there is an answer, or no leases are taken any more. Nothing: the answer was nothing.
std::unique_ptr<LeaseInHand> LeaseLoop::Shell::Ask(const AcquireRequest& request) {
  Backoff backoff;
  while (true) {
    const absl::Duration asked_at = SinceBoot();
    absl::StatusOr<AcquireResponse> answer = client_.Acquire(request);
    trouble_.Note(answer.status());
    EndIfReplaced(answer.status());
    if (answer.ok() && answer->drain()) Drain();
    if (answer.ok() && answer->has_lease()) return leases_.Hold(*std::move(answer), asked_at, request.need());
    const bool was_short = SinceBoot() - asked_at < kShortWait;
    const bool is_taking =
        leases_.PauseWhileTaking(!answer.ok() || was_short ? backoff.Next() : absl::ZeroDuration());
    if (answer.ok() || !is_taking) {
      leases_.HoldNothing(request.need());
      return nullptr;
    }
  }
}

// One lease, all the way.

void LeaseLoop::Shell::Serve(Held& held) {
  if (const std::string why = WhyNotSupported(held.work, settings_.engine_version); !why.empty())
    return Release(held, Because(ReleaseRequest::not_supported, why));
  Cache::Pins inputs;
  std::vector<Digest> lost;
  if (const absl::Status fetched = Fetch(held, inputs, lost); !fetched.ok()) {
    ReleaseRequest why = BecauseOf(fetched, held.work);
    if (!lost.empty()) why.set_cause(ReleaseRequest::input_lost);
    why.mutable_lost()->Assign(lost.begin(), lost.end());
    return Release(held, std::move(why));
  }
  if (!leases_.TakePlace(held)) return Release(held, BecauseOf(absl::CancelledError(), held.work));
  RenderAndHandIn(held, std::move(inputs));
}

absl::Status LeaseLoop::Shell::Fetch(Held& held, Cache::Pins& inputs, std::vector<Digest>& lost) {
  const std::vector<Digest> wanted = InputsOf(held.work);
  Backoff backoff;
  bool is_told = false;
  while (true) {
    absl::StatusOr<Cache::Pins> fetched = cache_.Fetch(farm_, wanted, held.stop, lost);
    if (fetched.ok()) inputs = *std::move(fetched);
    if (!IsAway(fetched.status())) return fetched.status();
    if (!std::exchange(is_told, true)) {
      spdlog::warn("worker {}: {}: waits for its inputs: {}", settings_.name, held.name,
                   std::string(fetched.status().message()));
    }
    if (!leases_.PauseUnlessEnded(held, backoff.Next())) return absl::CancelledError("stopped");
  }
}

void LeaseLoop::Shell::RenderAndHandIn(Held& held, Cache::Pins inputs) {
  absl::StatusOr<std::vector<JobResult>> results;
  Cache::Pins outputs;
  const absl::Duration begin = SinceBoot();
  {
    Cache::Rendering rendering(cache_);
    Crew::Place place(crew_);
    results =
        Render(held.work, cache_.store(), {settings_.block_frames, held.stop, &held.frames_done, &crew_});
    if (results.ok()) outputs = rendering.Keep(OutputsOf(*results));
  }
  const double seconds = absl::ToDoubleSeconds(SinceBoot() - begin);
  if (!leases_.LeavePlace(held, results.ok() ? Held::Step::kFinished : Held::Step::kReleasing)) {
    return Release(held, WhyRenderFailed(held, inputs, results.status()));
  }
  inputs = Cache::Pins();
  rendered_jobs_ += held.work.jobs_size();
  const RenderJob& job = held.work.jobs(0).job();
  const double sound_seconds = static_cast<double>(job.frames()) / std::max(job.sample_rate(), 1);
  spdlog::info("worker {}: {}: rendered in {:.2f} s, {:.0f} x realtime", settings_.name, held.name, seconds,
               sound_seconds / std::max(seconds, 1e-3));
  HandIn(held, *results, outputs);
}

ReleaseRequest LeaseLoop::Shell::WhyRenderFailed(Held& held, const Cache::Pins& inputs,
                                                 const absl::Status& status) {
  if (status.ok()) return BecauseOf(absl::CancelledError(), held.work);  // ended too late
  if (absl::IsResourceExhausted(status)) cache_.DropUnpinned();
  // Nobody is to blame a source for a bad disk of this worker.
  if (absl::IsDataLoss(status) && cache_.FindDamage(inputs, held.stop)) {
    return BecauseOf(
        absl::InternalError(fmt::format("damaged in the worker's cache: {}", std::string(status.message()))),
        held.work);
  }
  return BecauseOf(status, held.work);
}

// However long the farm is away or its disk is full: neither is the job's fault.
void LeaseLoop::Shell::HandIn(Held& held, const std::vector<JobResult>& results, const Cache::Pins& outputs) {
  CompleteRequest request;
  *request.mutable_worker() = worker_;
  *request.mutable_lease() = held.work.lease();
  request.mutable_results()->Assign(results.begin(), results.end());
  Backoff backoff;
  Refusals refusals;
  bool is_wait_told = false;
  bool is_full_told = false;
  while (true) {
    const absl::StatusOr<CompleteResponse::Verdict> verdict = TryToHandIn(held, request, outputs);
    if (verdict.ok()) {
      if (is_full_told) spdlog::info("worker {}: {}: is handed in at last", settings_.name, held.name);
      return Take(held, *verdict);
    }
    const std::string why(verdict.status().message());
    const bool is_full = absl::IsResourceExhausted(verdict.status());
    if (is_full && !std::exchange(is_full_told, true)) {
      spdlog::warn("worker {}: {}: waits to be handed in: the farm's disk is full: {}", settings_.name,
                   held.name, why);
    } else if (!is_full && !std::exchange(is_wait_told, true)) {
      spdlog::warn("worker {}: {}: waits to be handed in: {}", settings_.name, held.name, why);
    }
    // Not found: the cache has lost it, and no try brings it back.
    if (refusals.AreEnough(verdict.status()) && !held.stop) {
      return Release(held, Because(ReleaseRequest::render_failed,
                                   fmt::format("{}: cannot be handed in: {}", NameOf(held.work), why)));
    }
    if (!leases_.PauseUnlessEnded(held,
                                  backoff.Next(is_full ? Backoff::kLongestWhileFull : Backoff::kLongest)))
      break;
  }
  Release(held, BecauseOf(absl::CancelledError(), held.work));
}

absl::StatusOr<CompleteResponse::Verdict> LeaseLoop::Shell::TryToHandIn(Held& held,
                                                                        const CompleteRequest& request,
                                                                        const Cache::Pins& outputs) {
  if (absl::Status uploaded = Upload(held, outputs); !uploaded.ok()) return uploaded;
  const absl::StatusOr<CompleteResponse> answer = client_.Complete(request);
  if (!answer.ok()) return answer.status();
  if (answer->verdict() != CompleteResponse::missing) return answer->verdict();
  return absl::FailedPreconditionError("the farm misses what was uploaded");
}

void LeaseLoop::Shell::Take(const Held& held, CompleteResponse::Verdict verdict) {
  const bool is_taken = verdict == CompleteResponse::accepted || verdict == CompleteResponse::duplicate;
  accepted_leases_ += is_taken;
  spdlog::log(is_taken ? spdlog::level::debug : spdlog::level::warn, "worker {}: {}: {}", settings_.name,
              held.name, CompleteResponse::Verdict_Name(verdict));
}

absl::Status LeaseLoop::Shell::Upload(Held& held, const Cache::Pins& outputs) {
  const absl::StatusOr<std::vector<MissingBlob>> missing = farm_.FindMissing(outputs.digests());
  if (!missing.ok()) return missing.status();
  for (const MissingBlob& blob : *missing) {
    const absl::Status copied = CopyBlob(cache_.store(), farm_, blob.digest(), held.stop, nullptr);
    if (!copied.ok()) return copied;
    uploaded_bytes_ += blob.digest().size_bytes();
  }
  return absl::OkStatus();
}

// Nothing is sent for a lease that is lost; one that ends with the worker has one try.
void LeaseLoop::Shell::Release(Held& held, ReleaseRequest request) {
  *request.mutable_worker() = worker_;
  *request.mutable_lease() = held.work.lease();
  Backoff backoff;
  for (bool is_last = false, is_told = false; !is_last;) {
    const LeaseInHand::End end = leases_.BeginRelease(held);
    if (end == LeaseInHand::End::kLost) return;
    is_last = end == LeaseInHand::End::kGivenBack;
    if (!std::exchange(is_told, true)) {
      spdlog::log(request.cause() == ReleaseRequest::given_back ? spdlog::level::info : spdlog::level::warn,
                  "worker {}: {}: {}: {}", settings_.name, held.name,
                  ReleaseRequest::Cause_Name(request.cause()), request.reason());
    }
    const absl::Status released = client_.Release(request).status();
    trouble_.Note(released);
    if (!IsAway(released)) return;
    leases_.PauseUnlessEnded(held, is_last ? absl::ZeroDuration() : backoff.Next());
  }
}

// The coordinator's wishes.

// Beside WatchTime in a thread of its own: a renewal that waits for an answer must not keep a lease alive.
void LeaseLoop::Shell::RenewLeases() {
  while (std::optional<RenewRequest> request = leases_.WaitForRenewal()) {
    *request->mutable_worker() = worker_;
    const absl::Duration sent_at = SinceBoot();
    const absl::StatusOr<RenewResponse> answer = client_.Renew(*request);
    trouble_.Note(answer.status());
    EndIfReplaced(answer.status());
    if (!answer.ok()) continue;
    leases_.TakeRenewal(*request, *answer, sent_at);
    if (answer->drain()) Drain();
  }
}

void LeaseLoop::Shell::Drain() {
  if (!leases_.TakeNoMore()) return;
  spdlog::info("worker {}: the farm drains it; it ends what it has", settings_.name);
  client_.StopAcquiring();
}

// The coordinator says so to a process after which another one of its name has been started. The name is that
// one's; to go on would only take leases from each other.
void LeaseLoop::Shell::EndIfReplaced(const absl::Status& status) {
  if (absl::IsFailedPrecondition(status) && leases_.LoseAll(status)) client_.StopAcquiring();
}

// The loop.

LeaseLoop::LeaseLoop(std::unique_ptr<Shell> shell) : shell_(std::move(shell)) {}

LeaseLoop::~LeaseLoop() = default;

absl::StatusOr<std::unique_ptr<LeaseLoop>> LeaseLoop::Start(const LeaseLoopSettings& settings,
                                                            LeaseClient& client, BlobStore& farm,
                                                            Cache& cache) {
  std::string incarnation(16, '\0');
  if (getrandom(incarnation.data(), incarnation.size(), 0) != static_cast<ssize_t>(incarnation.size()))
    return absl::InternalError("the system has no random numbers");
  auto shell = std::make_unique<Shell>(settings, incarnation, client, farm, cache);
  if (absl::Status started = shell->StartThreads(); !started.ok()) return started;
  return std::unique_ptr<LeaseLoop>(new LeaseLoop(std::move(shell)));
}

void LeaseLoop::Stop(absl::Duration grace) {
  shell_->Stop(grace);
}

bool LeaseLoop::WaitUntilEnded(absl::Duration patience) {
  return shell_->WaitUntilEnded(patience);
}

LeaseLoopTotals LeaseLoop::totals() const {
  return shell_->totals();
}

absl::Status LeaseLoop::status() const {
  return shell_->status();
}

}  // namespace trackout
