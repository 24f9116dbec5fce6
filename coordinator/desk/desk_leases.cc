// The worker's calls at the desk.
#include <algorithm>
#include <set>

#include "coordinator/desk/desk.h"
#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr size_t kMostIncarnationBytes = 64;

int OutputsOf(const RenderJob& job) {
  switch (job.work_case()) {
    case RenderJob::kPrint:
      return 1;
    case RenderJob::kTrackFiles:
      return job.track_files().tracks_size();
    case RenderJob::kFinish: {
      int outputs = job.finish().mix_files_size();
      for (const StemSet& set : job.finish().stem_sets()) outputs += set.stems_size();
      return outputs;
    }
    default:
      return 0;
  }
}

absl::Status WrongResults(const char* why) {
  return absl::InvalidArgumentError(fmt::format("the results are not those of the lease: {}", why));
}

bool IsOfWorker(const Worker& worker, const WorkerEntry& entry) {
  return worker.name() == entry.card.name() && worker.incarnation() == entry.card.incarnation();
}

}  // namespace

absl::StatusOr<WorkerEntry*> Desk::Hear(const Worker& worker, absl::Duration now) {
  now_ = now;
  if (worker.name().empty() || worker.name().size() > static_cast<size_t>(kMostNameBytes) ||
      Printable(worker.name()) != worker.name() || worker.incarnation().empty() ||
      worker.incarnation().size() > kMostIncarnationBytes)
    return absl::InvalidArgumentError("a worker without a name that can be read, or without an incarnation");
  std::vector<std::string> lost_jobs;
  const WorkerEntry* known = table_.FindWorker(worker.name());
  if (known == nullptr || known->card.incarnation() != worker.incarnation()) {
    notes_.push_back(fmt::format("worker {}: {}, {} slots, {}", worker.name(),
                                 known == nullptr ? "is here" : "was started again", worker.slots(),
                                 worker.build()));
  }
  absl::StatusOr<WorkerEntry*> entry = table_.Hear(worker, now, lost_jobs);
  if (!entry.ok()) {
    notes_.back() =
        fmt::format("worker {} is refused: {}", worker.name(), std::string(entry.status().message()));
    return entry;
  }
  if (!lost_jobs.empty()) {
    FreeLostJobs(lost_jobs);
    Dispatch(now);
  }
  return entry;
}

// Asking.

void Desk::Acquire(const AcquireRequest& request, absl::Duration now, Answer<AcquireResponse> answer) {
  if (is_stopping_) {
    return Give<AcquireResponse>(answer, absl::UnavailableError("the coordinator is stopping"));
  }
  absl::StatusOr<WorkerEntry*> worker = Hear(request.worker(), now);
  if (!worker.ok()) return Give<AcquireResponse>(answer, worker.status());
  StopWaiting(request.worker(), request.number());  // the same question again: the first answer got lost
  if (const LeaseEntry* entry = table_.AnswerTo(request.worker().name(), request.number()))
    return Give<AcquireResponse>(answer, ResponseTo(*entry));
  if ((*worker)->is_draining) {
    AcquireResponse response;
    response.set_drain(true);
    return Give<AcquireResponse>(answer, std::move(response));
  }
  if ((*worker)->nonces.size() >= static_cast<size_t>(kMostLeasesOfWorker)) {
    return Give<AcquireResponse>(answer, absl::ResourceExhaustedError("the worker has too many leases"));
  }
  if (waiting_.size() >= static_cast<size_t>(kMostKnownWorkers)) {
    return Give<AcquireResponse>(answer, absl::ResourceExhaustedError("too many workers wait"));
  }
  const int64_t wait_ms = std::clamp<int64_t>(request.wait_ms(), 0, kLongestWaitMs);
  waiting_.push_back({request, now + absl::Milliseconds(wait_ms), std::move(answer)});
  Dispatch(now);
}

void Desk::StopWaiting(const Worker& worker, int64_t number) {
  std::erase_if(waiting_, [&](const Waiting& one) {
    if (one.request.number() != number || one.request.worker().name() != worker.name() ||
        one.request.worker().incarnation() != worker.incarnation())
      return false;
    Give<AcquireResponse>(one.answer, AcquireResponse());
    return true;
  });
}

void Desk::Dispatch(absl::Duration now) {
  if (is_stopping_ || now < returned_) return;
  while (!waiting_.empty()) {
    std::vector<Asking> asking;
    for (const Waiting& one : waiting_) {
      asking.push_back({one.request.worker().name(), one.request.need()});
      WorkerEntry* worker = table_.FindWorker(one.request.worker().name());
      if (worker != nullptr && IsOfWorker(one.request.worker(), *worker)) worker->heard = now;  // it waits
    }
    const std::optional<Assignment> next = dispatcher_.Next(book_, table_, asking, now);
    if (!next) return;
    const auto waiting = waiting_.begin() + static_cast<std::ptrdiff_t>(next->asking);
    const AcquireRequest request = waiting->request;
    const Answer<AcquireResponse> answer = std::move(waiting->answer);
    waiting_.erase(waiting);
    WorkerEntry& worker = *table_.FindWorker(request.worker().name());
    if (!IsOfWorker(request.worker(), worker)) {  // a process that is no more
      Give<AcquireResponse>(answer, AcquireResponse());
      continue;
    }
    std::vector<std::string> keys;
    for (const PlannedJob* job : next->unit.jobs) keys.push_back(job->key());
    table_.Grant(worker.card.name(), request.number(), keys, new_nonce_(), now);
    LeaseEntry& entry = *table_.HolderOf(keys.front());
    std::tie(entry.order, entry.song) = next->unit.song;
    if (worker.holds.size() > static_cast<size_t>(kMostHeldSources)) worker.holds.clear();
    for (const std::string& source : Dispatcher::SourcesOf(next->unit)) worker.holds.insert(source);
    TouchJobs(entry.lease.job_keys());
    NoteProgress(entry);
    Give<AcquireResponse>(answer, ResponseTo(entry));
  }
}

AcquireResponse Desk::ResponseTo(const LeaseEntry& entry) const {
  AcquireResponse response;
  *response.mutable_lease() = entry.lease;
  response.set_lease_ms(absl::ToInt64Milliseconds(settings_.lease));
  response.set_order(entry.order);
  response.set_song(entry.song);
  const BookedOrder& booked = *book_.Find(entry.order);
  response.set_title(booked.order.plan().manifest().songs(entry.song - 1).title());
  std::set<std::string> inside(entry.lease.job_keys().begin(), entry.lease.job_keys().end());
  std::set<std::string> needs;
  for (const std::string& key : entry.lease.job_keys()) {
    const PlannedJob& job = *booked.jobs.at(key);
    *response.add_jobs() = job;
    for (const std::string& need : job.needs()) {
      if (!inside.contains(need)) needs.insert(need);
    }
  }
  for (const std::string& need : needs) {
    if (const JobResult* result = book_.ResultOf(need)) *response.add_earlier() = *result;
  }
  return response;
}

void Desk::TouchJobs(const google::protobuf::RepeatedPtrField<std::string>& job_keys) {
  for (const std::string& key : job_keys) {
    for (const SongRef& song : book_.WantedBy(key)) dispatcher_.Touch(song);
  }
}

// Holding.

void Desk::Renew(const RenewRequest& request, absl::Duration now, Answer<RenewResponse> answer) {
  absl::StatusOr<WorkerEntry*> worker = Hear(request.worker(), now);
  if (!worker.ok()) return Give<RenewResponse>(answer, worker.status());
  RenewResponse response;
  response.set_lease_ms(absl::ToInt64Milliseconds(settings_.lease));
  response.set_drain((*worker)->is_draining);
  for (const HeldLease& held : request.leases()) {
    if (LeaseEntry* entry = table_.Find(held.lease(), request.worker())) {
      if (held.steps_done() > entry->steps_done) NoteProgress(*entry);
      table_.Renew(*entry, held.steps_done(), now);
    } else if (!StandsAgain(held, request.worker(), now)) {
      response.add_lost_nonces(held.lease().nonce());
    }
  }
  Give<RenewResponse>(answer, std::move(response));
}

// A lease that is not in the table, taken in again where nobody else has its jobs.
bool Desk::StandsAgain(const HeldLease& held, const Worker& worker, absl::Duration now) {
  const auto& keys = held.lease().job_keys();
  if (std::none_of(keys.begin(), keys.end(),
                   [this](const std::string& key) { return book_.IsNeededByAny(key); }))
    return false;
  if (!table_.FindWorker(worker.name())->quarantine.empty()) return false;
  // Given back before a restart, and the worker has not heard that: its failure must not count twice.
  if (std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
        const std::vector<Failure>& failures = book_.FailuresOf(key);
        return std::any_of(failures.begin(), failures.end(),
                           [&](const Failure& failure) { return failure.attempt == held.lease().attempt(); });
      }))
    return false;
  LeaseEntry* entry = table_.Adopt(held.lease(), worker, now);
  if (entry == nullptr) return false;
  table_.Renew(*entry, held.steps_done(), now);
  for (const std::string& key : keys) {
    for (const SongRef& song : book_.WantedBy(key)) {
      if (!book_.Find(song.first)->HasEnded()) std::tie(entry->order, entry->song) = song;
    }
  }
  TouchJobs(keys);
  NoteProgress(*entry);
  return true;
}

void Desk::FreeLostJobs(const std::vector<std::string>& job_keys) {
  std::vector<std::string> given_up;
  for (const std::string& key : job_keys) {
    for (const SongRef& song : book_.WantedBy(key)) dispatcher_.Touch(song);
    if (table_.LostLeasesOf(key) >= kMostLostLeases && book_.IsNeededByAny(key)) given_up.push_back(key);
  }
  for (const std::string& key : given_up) {
    Lease lease;
    lease.add_job_keys(key);
    Fail(lease, "", fmt::format("{} workers in a row disappeared while they rendered it", kMostLostLeases),
         true, false, nullptr);
  }
}

void Desk::EndLease(const Lease& lease) {
  table_.End(lease);
  TouchJobs(lease.job_keys());
}

void Desk::DropUnneededLeases() {
  std::vector<Lease> unneeded;
  for (const auto& [nonce, entry] : table_.entries()) {
    const auto& keys = entry.lease.job_keys();
    if (!entry.is_committing && std::none_of(keys.begin(), keys.end(), [this](const std::string& key) {
          return book_.IsNeededByAny(key);
        }))
      unneeded.push_back(entry.lease);
  }
  for (const Lease& lease : unneeded) EndLease(lease);
}

// Handing in.

absl::Status Desk::CheckResults(const CompleteRequest& request) const {
  std::set<std::string> given;
  const auto& keys = request.lease().job_keys();
  for (const JobResult& result : request.results()) {
    if (std::find(keys.begin(), keys.end(), result.job_key()) == keys.end())
      return WrongResults("a job of another lease");
    if (!given.insert(result.job_key()).second) return WrongResults("a job twice");
    const PlannedJob* job = FindJob(result.job_key());
    if (job == nullptr) return WrongResults("a job that nobody ordered");
    if (result.outputs_size() != OutputsOf(job->job())) return WrongResults("more or fewer outputs");
    if (IsProof(*job) != result.has_residual()) return WrongResults("a measurement too much or too little");
    for (const Rendered& output : result.outputs()) {
      if (!IsValid(output.digest())) return WrongResults("a digest that is none");
    }
  }
  for (const std::string& key : keys) {
    const PlannedJob* job = FindJob(key);
    if (job != nullptr && !IsPrint(*job) && !given.contains(key)) return WrongResults("a job is missing");
  }
  // A print is left out only where a job of the bundle has read it.
  if (given.empty()) return WrongResults("there are none");
  return absl::OkStatus();
}

void Desk::Complete(const CompleteRequest& request, const std::vector<Digest>& missing, absl::Duration now,
                    Answer<CompleteResponse> answer) {
  absl::StatusOr<WorkerEntry*> worker = Hear(request.worker(), now);
  if (!worker.ok()) return Give<CompleteResponse>(answer, worker.status());
  if (absl::Status right = CheckResults(request); !right.ok()) return Give<CompleteResponse>(answer, right);
  CompleteResponse response;
  LeaseEntry* entry = table_.Find(request.lease(), request.worker());
  if (entry == nullptr && !AreDone(request)) {
    HeldLease held;
    *held.mutable_lease() = request.lease();
    if (StandsAgain(held, request.worker(), now)) entry = table_.Find(request.lease(), request.worker());
  }
  if (entry == nullptr) {
    response.set_verdict(JudgeLate(request));
    Give<CompleteResponse>(answer, std::move(response));
    return Dispatch(now);  // an alarm frees jobs
  }
  if (entry->is_committing) {
    return Give<CompleteResponse>(answer, absl::UnavailableError("it is being written; ask again"));
  }
  if (DiffersFromBook(request)) {
    Quarantine(request.worker().name(), request);
    response.set_verdict(CompleteResponse::alarm);
    Give<CompleteResponse>(answer, std::move(response));
    return Dispatch(now);
  }
  // Handed in before a restart, and adopted for a print that others still want.
  if (AreDone(request)) {
    EndLease(request.lease());
    response.set_verdict(CompleteResponse::duplicate);
    Give<CompleteResponse>(answer, std::move(response));
    return Dispatch(now);
  }
  table_.Renew(*entry, 0, now);
  if (!missing.empty()) {
    response.mutable_missing_blobs()->Assign(missing.begin(), missing.end());
    response.set_verdict(CompleteResponse::missing);
    return Give<CompleteResponse>(answer, std::move(response));
  }
  Accept(request, *entry, answer);
}

void Desk::Accept(const CompleteRequest& request, LeaseEntry& entry, const Answer<CompleteResponse>& answer) {
  entry.is_committing = true;
  Update update;
  JobsDone& done = *update.mutable_jobs_done();
  *done.mutable_results() = request.results();
  done.set_worker(request.worker().name());
  done.set_attempt(request.lease().attempt());
  Journal(std::move(update), [this, request, answer](const absl::Status& status) {
    if (!status.ok()) {
      if (LeaseEntry* held = table_.Find(request.lease(), request.worker())) held->is_committing = false;
      return Give<CompleteResponse>(answer, status);
    }
    NoteDone(request);
    CompleteResponse response;
    response.set_verdict(CompleteResponse::accepted);
    Give<CompleteResponse>(answer, std::move(response));
  });
}

void Desk::NoteDone(const CompleteRequest& request) {
  EndLease(request.lease());
  for (const std::string& key : request.lease().job_keys()) table_.NoteEnded(key);
  WorkerEntry* worker = table_.FindWorker(request.worker().name());
  if (worker == nullptr) return;
  worker->jobs_done += request.results_size();
  worker->failures_in_row = 0;
  worker->trouble.clear();
}

bool Desk::AreDone(const CompleteRequest& request) const {
  return std::all_of(request.results().begin(), request.results().end(),
                     [this](const JobResult& result) { return book_.IsDone(result.job_key()); });
}

bool Desk::DiffersFromBook(const CompleteRequest& request) const {
  return std::any_of(request.results().begin(), request.results().end(), [this](const JobResult& result) {
    const JobResult* known = book_.ResultOf(result.job_key());
    return known != nullptr && !SameResult(*known, result);
  });
}

CompleteResponse::Verdict Desk::JudgeLate(const CompleteRequest& request) {
  if (DiffersFromBook(request)) {
    Quarantine(request.worker().name(), request);
    return CompleteResponse::alarm;
  }
  if (AreDone(request)) return CompleteResponse::duplicate;
  ++stale_completions_;
  notes_.push_back(fmt::format("worker {}: a completion came too late and is dropped; {} so far",
                               request.worker().name(), stale_completions_));
  return CompleteResponse::stale;
}

void Desk::Quarantine(const std::string& worker, const CompleteRequest& request) {
  WorkerEntry& entry = *table_.FindWorker(worker);
  std::string job;
  for (const JobResult& result : request.results()) {
    const JobResult* known = book_.ResultOf(result.job_key());
    if (known != nullptr && !SameResult(*known, result)) job = Hex(result.job_key()).substr(0, 16);
  }
  entry.quarantine = fmt::format(
      "job {} has other bytes than another worker's: test this machine's memory and its build", job);
  alarms_.push_back(fmt::format("DETERMINISM ALARM: worker {}: {}", worker, entry.quarantine));
  for (const std::string& nonce : std::set<std::string>(entry.nonces)) {
    const LeaseEntry& held = table_.entries().at(nonce);
    if (!held.is_committing) EndLease(Lease(held.lease));
  }
}

// Giving back.

void Desk::Release(const ReleaseRequest& request, const std::vector<Digest>& missing, absl::Duration now,
                   Answer<ReleaseResponse> answer) {
  absl::StatusOr<WorkerEntry*> worker = Hear(request.worker(), now);
  if (!worker.ok()) return Give<ReleaseResponse>(answer, worker.status());
  LeaseEntry* entry = table_.Find(request.lease(), request.worker());
  if (entry == nullptr || entry->is_committing) return Give<ReleaseResponse>(answer, ReleaseResponse());
  NoteProgress(*entry);
  switch (request.cause()) {
    case ReleaseRequest::given_back:
      break;
    case ReleaseRequest::not_supported:
      for (const std::string& key : request.lease().job_keys()) (*worker)->refused.insert(key);
      (*worker)->trouble = request.reason();
      break;
    case ReleaseRequest::input_lost:
      if (!missing.empty()) return LoseInputs(*entry, missing, answer);
      table_.NoteFailure(**worker, request.reason(), now);  // it is there: look again later
      break;
    case ReleaseRequest::source_at_fault:
      entry->is_committing = true;  // nobody gets the job before the failure is on the record
      return Fail(request.lease(), request.worker().name(), WithSourceNames(request.reason(), entry->order),
                  true, true, answer);
    default: {  // render_failed, disk_full, and causes of newer workers
      table_.NoteFailure(**worker, request.reason(), now);
      int failures = 0;
      for (const std::string& key : request.lease().job_keys())
        failures = std::max(failures, static_cast<int>(book_.FailuresOf(key).size()) + 1);
      entry->is_committing = true;
      return Fail(request.lease(), request.worker().name(), request.reason(),
                  failures >= settings_.most_failures, false, answer);
    }
  }
  EndLease(request.lease());
  Give<ReleaseResponse>(answer, ReleaseResponse());
  Dispatch(now);
}

// A worker knows a source by its digest; people know it by its path.
std::string Desk::WithSourceNames(std::string reason, const std::string& order) const {
  const BookedOrder* booked = book_.Find(order);
  if (booked == nullptr) return reason;
  for (const Source& source : booked->order.plan().sources()) {
    const std::string hex = Hex(source.digest());
    const size_t at = reason.find(hex);
    if (at == std::string::npos) continue;
    const size_t blank = reason.rfind(' ', at);
    const size_t begin = blank == std::string::npos ? 0 : blank + 1;
    reason.replace(begin, at + hex.size() - begin, source.path());
  }
  return reason;
}

void Desk::LoseInputs(LeaseEntry& entry, const std::vector<Digest>& lost,
                      const Answer<ReleaseResponse>& answer) {
  const auto end = [this, lease = entry.lease, answer](const absl::Status& status) {
    EndLease(lease);
    Give<ReleaseResponse>(answer, status.ok() ? absl::StatusOr<ReleaseResponse>(ReleaseResponse()) : status);
  };
  const size_t before = queued_.size();
  for (const Digest& digest : lost) BlobLost(digest);
  if (queued_.size() == before) {  // known already
    end(absl::OkStatus());
    return Dispatch(now_);
  }
  entry.is_committing = true;  // else it would be handed out again at once, and again
  queued_.back().settle = [settle = std::move(queued_.back().settle), end](const absl::Status& status) {
    settle(status);
    end(status);
  };
}

void Desk::Fail(const Lease& lease, const std::string& worker, const std::string& reason, bool is_final,
                bool source_at_fault, const Answer<ReleaseResponse>& answer) {
  Update update;
  JobFailed& failed = *update.mutable_job_failed();
  *failed.mutable_job_keys() = lease.job_keys();
  failed.set_worker(worker);
  failed.set_attempt(lease.attempt());
  failed.set_reason(reason);
  failed.set_is_final(is_final);
  failed.set_source_at_fault(source_at_fault);
  Journal(std::move(update), [this, lease, is_final, answer](const absl::Status& status) {
    EndLease(lease);
    if (status.ok()) DropUnneededLeases();
    if (status.ok() && is_final) {
      for (const std::string& key : lease.job_keys()) table_.NoteEnded(key);
    }
    if (!answer) return;
    if (!status.ok()) return Give<ReleaseResponse>(answer, status);
    Give<ReleaseResponse>(answer, ReleaseResponse());
  });
}

}  // namespace trackout
