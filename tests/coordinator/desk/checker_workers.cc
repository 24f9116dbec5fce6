// What workers are told.
#include <algorithm>

#include "coordinator/desk/order_book.h"
#include "fmt/format.h"
#include "tests/coordinator/desk/checker.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {
namespace {

bool IsSet(const Lease& lease) {
  return !lease.job_keys().empty();
}

}  // namespace

bool Checker::IsFormer(const Worker& worker) const {
  const auto found = workers_.find(worker.name());
  if (found == workers_.end()) return false;
  const auto& former = found->second.former;
  return std::find(former.begin(), former.end(), worker.incarnation()) != former.end();
}

void Checker::Heard(const Worker& worker, absl::Duration now) {
  if (IsFormer(worker)) return Count(Event::kFormerRefused);
  KnownWorker& known = workers_[worker.name()];
  if (known.card.incarnation() != worker.incarnation()) {
    KnownWorker fresh;
    fresh.former = std::move(known.former);
    if (!known.card.incarnation().empty()) fresh.former.push_front(known.card.incarnation());
    if (fresh.former.size() > 8) fresh.former.pop_back();
    known = std::move(fresh);
    std::vector<std::string> ended;
    for (const auto& [nonce, live] : live_) {
      if (live.worker == worker.name()) ended.push_back(nonce);
    }
    for (const std::string& nonce : ended) EndLive(nonce);
  }
  known.card = worker;
  known.heard = now;
}

void Checker::EndLive(const std::string& nonce) {
  const auto found = live_.find(nonce);
  if (found == live_.end()) return;
  for (const std::string& key : found->second.lease.job_keys()) {
    const auto holder = live_by_job_.find(key);
    if (holder != live_by_job_.end() && holder->second == nonce) live_by_job_.erase(holder);
  }
  live_.erase(found);
}

// Leases of jobs that nobody needs any more may be ended.
void Checker::DropUnneeded() {
  std::vector<std::string> ended;
  for (const auto& [nonce, live] : live_) {
    const auto& keys = live.lease.job_keys();
    if (std::none_of(keys.begin(), keys.end(), [this](const std::string& key) { return IsNeededByAny(key); }))
      ended.push_back(nonce);
  }
  for (const std::string& nonce : ended) EndLive(nonce);
}

void Checker::AcquireTold(const AcquireRequest& request, const absl::StatusOr<AcquireResponse>& answer,
                          absl::Duration now) {
  if (!answer.ok() || !answer->has_lease()) return;
  const auto [known, is_new] = granted_.try_emplace(answer->lease().nonce());
  if (!is_new) {
    Count(Event::kSameGrantAgain);
    if (known->second.worker.incarnation() != request.worker().incarnation() ||
        known->second.number != request.number() || known->second.life != life_)
      Break("I4", fmt::format("a lease was handed out twice, to {}", request.worker().name()));
    return;
  }
  known->second = {answer->lease(), request.worker(), request.number(), life_};
  CheckGrant(request, *answer, now);
}

void Checker::CheckGrant(const AcquireRequest& request, const AcquireResponse& response, absl::Duration now) {
  const Lease& lease = response.lease();
  const std::string& name = request.worker().name();
  Count(request.need() == AcquireRequest::ahead ? Event::kGrantAhead : Event::kGrant);
  if (lease.job_keys_size() > 1) Count(Event::kGrantBundle);
  if (!IsSet(lease) || lease.nonce().size() != 16) Break("I4", "a lease of nothing");
  if (now < returned_) Break("I4", "a lease was granted before workers could come back");
  for (const std::string& key : lease.job_keys()) {
    if (int64_t& highest = highest_grant_[key]; lease.attempt() <= highest) {
      Break("I4", fmt::format("{}: attempt {:x} after {:x}", NameOf(key), lease.attempt(), highest));
    } else {
      highest = lease.attempt();
    }
    highest_seen_[key] = std::max(highest_seen_[key], lease.attempt());
    const auto holder = live_by_job_.find(key);
    if (holder != live_by_job_.end() && live_.at(holder->second).deadline > now)
      Break("I4", fmt::format("{} was granted to {}, and {} has it", NameOf(key), name,
                              live_.at(holder->second).worker));
  }
  const KnownWorker& worker = workers_[name];
  if (worker.is_quarantined || worker.is_draining ||
      worker.card.incarnation() != request.worker().incarnation())
    Break("workers", fmt::format("{} got a lease, and must not", name));
  for (const PlannedJob& job : response.jobs()) {
    if (job.job().engine_version() != request.worker().engine_version() || worker.refused.contains(job.key()))
      Break("workers", fmt::format("{} got {}, which it does not know", name, NameOf(job.key())));
  }
  CheckWork(response);
  CheckRetry(name, response, now);
  for (const std::string& key : lease.job_keys()) {
    if (const auto holder = live_by_job_.find(key); holder != live_by_job_.end())
      EndLive(std::string(holder->second));
  }
  live_[lease.nonce()] = {lease, name, now + settings_.lease};
  for (const std::string& key : lease.job_keys()) live_by_job_[key] = lease.nonce();
}

void Checker::CheckWork(const AcquireResponse& response) {
  const auto found = orders_.find(response.order());
  if (found == orders_.end()) return Break("durable", "a grant of an order that is not in the journal");
  const Booked& booked = found->second;
  if (booked.state != OrderStatus::running || canceled_.contains(response.order()))
    return Break("I11", fmt::format("a grant of order {}, which is {}", response.order(),
                                    OrderStatus::State_Name(booked.state)));
  const auto& keys = response.lease().job_keys();
  const std::set<std::string> inside(keys.begin(), keys.end());
  std::set<std::string> earlier;
  for (const JobResult& result : response.earlier()) {
    earlier.insert(result.job_key());
    if (!IsDone(result.job_key()) || !SameResult(results_.at(result.job_key()), result))
      Break("I10", fmt::format("{} is handed out as done", NameOf(result.job_key())));
  }
  for (int i = 0; i < keys.size(); ++i) {
    const auto job = booked.jobs.find(keys[i]);
    if (job == booked.jobs.end() || i >= response.jobs_size() || response.jobs(i).key() != keys[i])
      return Break("I10", fmt::format("{} is not a job of {}", NameOf(keys[i]), response.order()));
    if (!IsNeeded(booked, response.song(), *job->second))
      Break("I8", fmt::format("{} is handed out, and nobody needs it", NameOf(keys[i])));
    for (const std::string& need : job->second->needs()) {
      if (!inside.contains(need) && !(IsDone(need) && earlier.contains(need)))
        Break("I10", fmt::format("{} is handed out without {}", NameOf(keys[i]), NameOf(need)));
    }
  }
}

// A job that failed on a worker goes to another, where there is one.
void Checker::CheckRetry(const std::string& name, const AcquireResponse& response, absl::Duration now) {
  const auto has_failed = [&](const std::string& worker) {
    const auto& keys = response.lease().job_keys();
    return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
      const auto failed = failures_.find(key);
      return failed != failures_.end() &&
             std::find(failed->second.begin(), failed->second.end(), worker) != failed->second.end();
    });
  };
  if (!has_failed(name)) return;
  for (const auto& [other, known] : workers_) {
    const bool could =
        !known.is_draining && !known.is_quarantined && now - known.heard <= settings_.lease &&
        known.card.engine_version() == response.jobs(0).job().engine_version() &&
        std::none_of(response.jobs().begin(), response.jobs().end(),
                     [&](const PlannedJob& job) { return known.may_refuse.contains(job.key()); });
    if (could && !has_failed(other))
      Break("I13", fmt::format("{} is tried again on {}, and {} is there",
                               NameOf(response.lease().job_keys(0)), name, other));
  }
}

void Checker::RenewTold(const RenewRequest& request, const absl::StatusOr<RenewResponse>& answer,
                        absl::Duration now) {
  if (!answer.ok()) return;
  const auto& lost = answer->lost_nonces();
  for (const HeldLease& held : request.leases()) {
    const Lease& lease = held.lease();
    if (std::find(lost.begin(), lost.end(), lease.nonce()) != lost.end()) {
      EndLive(lease.nonce());
      continue;
    }
    for (const std::string& key : lease.job_keys()) {
      if (const auto seen = highest_seen_.find(key);
          seen != highest_seen_.end() && seen->second > lease.attempt())
        Break("I3",
              fmt::format("{} of {} is renewed, and was granted anew", NameOf(key), request.worker().name()));
    }
    NoteHeld(lease, request.worker().name(), now);
  }
}

// The coordinator says that the worker has the lease, granted or adopted.
void Checker::NoteHeld(const Lease& lease, const std::string& worker, absl::Duration now) {
  if (released_.contains(lease.nonce())) return;  // it ends when that is in the journal
  if (const auto live = live_.find(lease.nonce()); live != live_.end()) {
    live->second.deadline = now + settings_.lease;
    return;
  }
  Count(Event::kAdoption);
  if (granted_.at(lease.nonce()).life != life_) Count(Event::kAdoptionAcrossTerms);
  live_[lease.nonce()] = {lease, worker, now + settings_.lease};
  for (const std::string& key : lease.job_keys()) {
    if (highest_grant_[key] > lease.attempt()) Count(Event::kLateAdoption);
    highest_seen_[key] = lease.attempt();
    if (const auto holder = live_by_job_.find(key); holder != live_by_job_.end())
      EndLive(std::string(holder->second));
    live_by_job_[key] = lease.nonce();
  }
}

bool Checker::Differs(const CompleteRequest& request) const {
  return std::any_of(request.results().begin(), request.results().end(), [this](const JobResult& result) {
    const auto known = results_.find(result.job_key());
    return known != results_.end() && !SameResult(known->second, result);
  });
}

// It may have brought its lease back, over one of an earlier attempt.
void Checker::CompleteCame(const CompleteRequest& request) {
  if (IsFormer(request.worker())) return;
  for (const std::string& key : request.lease().job_keys()) {
    const auto holder = live_by_job_.find(key);
    if (holder != live_by_job_.end() && live_.at(holder->second).lease.attempt() < request.lease().attempt())
      EndLive(std::string(holder->second));
  }
}

void Checker::CompleteTold(const CompleteRequest& request, bool differed, bool was_former,
                           const absl::StatusOr<CompleteResponse>& answer, absl::Duration now) {
  const std::string& name = request.worker().name();
  if (was_former && !absl::IsFailedPrecondition(answer.status()))
    Break("workers", fmt::format("a process of {} that is no more handed something in", name));
  if (!answer.ok()) return;
  if (differed && answer->verdict() != CompleteResponse::alarm)
    Break("workers", fmt::format("{} handed in other bytes, and nobody minds", name));
  const auto is_done = [this](const JobResult& result) {
    const auto known = results_.find(result.job_key());
    return known != results_.end() && SameResult(known->second, result);
  };
  const bool all_done = std::all_of(request.results().begin(), request.results().end(), is_done);
  switch (answer->verdict()) {
    case CompleteResponse::missing:
      NoteHeld(request.lease(), name, now);
      return Count(Event::kMissing);
    case CompleteResponse::accepted:
      if (!all_done)
        Break("durable", fmt::format("results of {} were accepted and are not in the journal", name));
      return CheckAccepted(request);
    case CompleteResponse::duplicate:
      if (!all_done) Break("durable", fmt::format("results of {} are called done, and are not", name));
      EndLive(request.lease().nonce());
      return Count(Event::kDuplicate);
    case CompleteResponse::stale:
      if (all_done) Break("I3", fmt::format("results of {} are called stale, and are done", name));
      return Count(Event::kStale);
    case CompleteResponse::alarm: {
      if (!differed) Break("workers", fmt::format("an alarm about {}, whose bytes are right", name));
      workers_[name].is_quarantined = true;
      std::vector<std::string> ended;
      for (const auto& [nonce, live] : live_) {
        if (live.worker == name) ended.push_back(nonce);
      }
      for (const std::string& nonce : ended) EndLive(nonce);
      return Count(Event::kAlarm);
    }
    default:
      Break("workers", "a verdict that is none");
  }
}

void Checker::CheckAccepted(const CompleteRequest& request) {
  Count(Event::kAccepted);
  const Lease& lease = request.lease();
  const auto granted = granted_.find(lease.nonce());
  if (granted == granted_.end() || granted->second.lease.attempt() != lease.attempt() ||
      granted->second.worker.incarnation() != request.worker().incarnation())
    return Break("I3", fmt::format("{} handed in a lease that it never had", request.worker().name()));
  for (const std::string& key : lease.job_keys()) {
    const auto seen = highest_seen_.find(key);
    if (seen != highest_seen_.end() && seen->second > lease.attempt())
      Break("I3", fmt::format("{} of {}: attempt {:x} was accepted, {:x} is out", NameOf(key),
                              request.worker().name(), lease.attempt(), seen->second));
    if (highest_grant_[key] > lease.attempt()) Count(Event::kLateAdoption);
  }
  if (granted->second.life != life_ && !live_.contains(lease.nonce())) Count(Event::kAdoptionAcrossTerms);
  EndLive(lease.nonce());
}

void Checker::ReleaseCame(const ReleaseRequest& request, absl::Duration now) {
  if (IsFormer(request.worker())) return;
  if (request.cause() == ReleaseRequest::input_lost) {
    const auto& lost = request.lost();
    const bool at_rest = std::any_of(lost.begin(), lost.end(), [this](const Digest& digest) {
      return lost_at_rest_.contains(digest.sha256());
    });
    Count(at_rest ? Event::kInputLost : Event::kInputDropped);
  }
  const auto live = live_.find(request.lease().nonce());
  if (request.cause() == ReleaseRequest::not_supported) {
    Count(Event::kNotSupported);
    KnownWorker& worker = workers_[request.worker().name()];
    for (const std::string& key : request.lease().job_keys()) {
      worker.may_refuse.insert(key);
      if (live != live_.end() && live->second.deadline > now) worker.refused.insert(key);
    }
  }
  released_.insert(request.lease().nonce());
  EndLive(request.lease().nonce());
}

}  // namespace trackout::test
