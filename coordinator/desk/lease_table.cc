#include "coordinator/desk/lease_table.h"

#include <algorithm>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr absl::Duration kFirstRest = absl::Seconds(1);
constexpr absl::Duration kLongestRest = absl::Seconds(60);
// A message may be late by a few starts of its worker, not by more.
constexpr size_t kFormerIncarnations = 8;

}  // namespace

absl::StatusOr<WorkerEntry*> LeaseTable::Hear(const Worker& worker, absl::Duration now,
                                              std::vector<std::string>& lost_jobs) {
  const auto found = workers_.find(worker.name());
  if (found == workers_.end()) {
    if (absl::Status room = MakeRoom(now); !room.ok()) return room;
    workers_[worker.name()].card = worker;
  } else if (found->second.card.incarnation() != worker.incarnation()) {
    const std::deque<std::string>& former = found->second.former;
    if (std::find(former.begin(), former.end(), worker.incarnation()) != former.end()) {
      return absl::FailedPreconditionError(
          fmt::format("a worker called {} has been started since; give each worker a name of its own",
                      Quoted(worker.name())));
    }
    StartAnew(found->second, worker, lost_jobs);
  }
  WorkerEntry& entry = workers_.at(worker.name());
  entry.heard = now;
  return &entry;
}

absl::Status LeaseTable::MakeRoom(absl::Duration now) {
  if (workers_.size() < static_cast<size_t>(kMostKnownWorkers)) return absl::OkStatus();
  const auto gone = std::find_if(workers_.begin(), workers_.end(), [&](const auto& one) {
    return one.second.nonces.empty() && now - one.second.heard > lease_;
  });
  if (gone == workers_.end()) return absl::ResourceExhaustedError("the farm has no room for more workers");
  workers_.erase(gone);
  return absl::OkStatus();
}

void LeaseTable::StartAnew(WorkerEntry& entry, const Worker& worker, std::vector<std::string>& lost_jobs) {
  WorkerEntry fresh;
  for (const std::string& nonce : std::set<std::string>(entry.nonces)) {
    const LeaseEntry held = entries_.at(nonce);
    if (held.is_committing) {  // what was handed in is handed in
      fresh.nonces.insert(nonce);
      continue;
    }
    for (const std::string& key : held.lease.job_keys()) {
      lost_jobs.push_back(key);
      ++histories_[key].lost_leases;
    }
    End(held.lease);
  }
  fresh.card = worker;
  fresh.former = std::move(entry.former);
  fresh.former.push_front(entry.card.incarnation());
  if (fresh.former.size() > kFormerIncarnations) fresh.former.pop_back();
  fresh.holds = std::move(entry.holds);  // its cache is on disk
  fresh.jobs_done = entry.jobs_done;
  fresh.failures = entry.failures;
  entry = std::move(fresh);
}

WorkerEntry* LeaseTable::FindWorker(const std::string& name) {
  const auto found = workers_.find(name);
  return found == workers_.end() ? nullptr : &found->second;
}

const WorkerEntry* LeaseTable::FindWorker(const std::string& name) const {
  const auto found = workers_.find(name);
  return found == workers_.end() ? nullptr : &found->second;
}

bool LeaseTable::IsLive(const WorkerEntry& worker, absl::Duration now) const {
  return !worker.is_draining && worker.quarantine.empty() && now - worker.heard <= lease_;
}

void LeaseTable::NoteFailure(WorkerEntry& worker, const std::string& reason, absl::Duration now) {
  ++worker.failures;
  worker.trouble = reason;
  absl::Duration rest = kFirstRest;
  for (int i = 0; i < worker.failures_in_row && rest < kLongestRest; ++i) rest *= 2;
  ++worker.failures_in_row;
  worker.rests_until = now + std::min(rest, kLongestRest);
}

const LeaseEntry& LeaseTable::Grant(const std::string& worker, int64_t number,
                                    std::vector<std::string> job_keys, const std::string& nonce,
                                    absl::Duration now) {
  LeaseEntry entry;
  entry.worker = worker;
  entry.incarnation = workers_.at(worker).card.incarnation();
  entry.number = number;
  entry.deadline = now + lease_;
  entry.lease.set_attempt(first_attempt_ + ++granted_);
  entry.lease.set_nonce(nonce);
  for (std::string& key : job_keys) {
    holder_[key] = nonce;
    History& history = histories_[key];
    history.attempt = entry.lease.attempt();
    history.is_over = false;
    entry.lease.add_job_keys(std::move(key));
  }
  workers_.at(worker).nonces.insert(nonce);
  deadlines_.emplace(entry.deadline, nonce);
  return entries_[nonce] = std::move(entry);
}

const LeaseEntry* LeaseTable::AnswerTo(const std::string& worker, int64_t number) const {
  const WorkerEntry* known = FindWorker(worker);
  if (known == nullptr) return nullptr;
  for (const std::string& nonce : known->nonces) {
    const LeaseEntry& entry = entries_.at(nonce);
    // A lease that a former incarnation is handing in may have the number too.
    if (entry.number == number && entry.incarnation == known->card.incarnation()) return &entry;
  }
  return nullptr;
}

LeaseEntry* LeaseTable::Find(const Lease& lease, const Worker& worker) {
  const auto found = entries_.find(lease.nonce());
  if (found == entries_.end()) return nullptr;
  LeaseEntry& entry = found->second;
  const auto& keys = entry.lease.job_keys();
  const bool is_its = entry.worker == worker.name() && entry.incarnation == worker.incarnation() &&
                      entry.lease.attempt() == lease.attempt() &&
                      std::equal(keys.begin(), keys.end(), lease.job_keys().begin(), lease.job_keys().end());
  return is_its ? &entry : nullptr;
}

bool LeaseTable::IsCurrent(const Lease& lease) const {
  if (lease.job_keys().empty() || lease.attempt() > first_attempt_ + granted_) return false;
  return std::all_of(lease.job_keys().begin(), lease.job_keys().end(), [&](const std::string& key) {
    const auto found = histories_.find(key);
    if (found == histories_.end()) {
      return lease.attempt() < first_attempt_;  // of this term it would have one
    }
    if (lease.attempt() != found->second.attempt) return lease.attempt() > found->second.attempt;
    return !found->second.is_over && !holder_.contains(key);
  });
}

LeaseEntry* LeaseTable::Adopt(const Lease& lease, const Worker& worker, absl::Duration now) {
  WorkerEntry* known = FindWorker(worker.name());
  if (known == nullptr || known->card.incarnation() != worker.incarnation()) return nullptr;
  if (entries_.contains(lease.nonce()) || lease.nonce().empty() || !IsCurrent(lease)) return nullptr;
  std::set<std::string> older;  // leases of earlier attempts, adopted before this one
  for (const std::string& key : lease.job_keys()) {
    if (const auto holder = holder_.find(key); holder != holder_.end()) older.insert(holder->second);
  }
  for (const std::string& nonce : older) {
    if (entries_.at(nonce).is_committing) return nullptr;
  }
  for (const std::string& nonce : older) TakeOut(nonce);
  LeaseEntry entry;
  entry.lease = lease;
  entry.worker = worker.name();
  entry.incarnation = worker.incarnation();
  entry.deadline = now + lease_;
  for (const std::string& key : lease.job_keys()) {
    holder_[key] = lease.nonce();
    History& history = histories_[key];
    history.attempt = lease.attempt();
    if (history.lost_leases > 0) --history.lost_leases;  // it was not lost after all
  }
  known->nonces.insert(lease.nonce());
  deadlines_.emplace(entry.deadline, lease.nonce());
  return &(entries_[lease.nonce()] = std::move(entry));
}

void LeaseTable::Renew(LeaseEntry& entry, int64_t steps_done, absl::Duration now) {
  deadlines_.erase({entry.deadline, entry.lease.nonce()});
  entry.deadline = now + lease_;
  entry.steps_done = std::max(entry.steps_done, steps_done);
  deadlines_.emplace(entry.deadline, entry.lease.nonce());
}

void LeaseTable::TakeOut(const std::string& nonce) {
  const auto found = entries_.find(nonce);
  if (found == entries_.end()) return;
  const LeaseEntry& entry = found->second;
  for (const std::string& key : entry.lease.job_keys()) {
    const auto holder = holder_.find(key);
    if (holder != holder_.end() && holder->second == nonce) holder_.erase(holder);
  }
  deadlines_.erase({entry.deadline, nonce});
  if (WorkerEntry* worker = FindWorker(entry.worker)) worker->nonces.erase(nonce);
  entries_.erase(found);
}

void LeaseTable::End(const Lease& lease) {
  for (const std::string& key : lease.job_keys()) {
    const auto found = histories_.find(key);
    if (found != histories_.end() && found->second.attempt == lease.attempt()) found->second.is_over = true;
  }
  TakeOut(std::string(lease.nonce()));
}

std::vector<LeaseEntry> LeaseTable::Expire(absl::Duration now) {
  std::vector<LeaseEntry> expired;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const LeaseEntry entry = entries_.at(deadlines_.begin()->second);
    if (entry.is_committing) {  // it is handed in; only the disk is slow
      Renew(entries_.at(entry.lease.nonce()), 0, now);
      continue;
    }
    for (const std::string& key : entry.lease.job_keys()) ++histories_[key].lost_leases;
    TakeOut(entry.lease.nonce());
    expired.push_back(entry);
  }
  return expired;
}

LeaseEntry* LeaseTable::HolderOf(const std::string& job_key) {
  const auto found = holder_.find(job_key);
  return found == holder_.end() ? nullptr : &entries_.at(found->second);
}

const LeaseEntry* LeaseTable::HolderOf(const std::string& job_key) const {
  const auto found = holder_.find(job_key);
  return found == holder_.end() ? nullptr : &entries_.at(found->second);
}

int LeaseTable::LostLeasesOf(const std::string& job_key) const {
  const auto found = histories_.find(job_key);
  return found == histories_.end() ? 0 : found->second.lost_leases;
}

void LeaseTable::NoteEnded(const std::string& job_key) {
  const auto found = histories_.find(job_key);
  if (found == histories_.end()) return;
  found->second.lost_leases = 0;
  if (!holder_.contains(job_key)) found->second.is_over = true;
}

}  // namespace trackout
