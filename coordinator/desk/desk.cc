#include "coordinator/desk/desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "coordinator/desk/order_status.h"
#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

Desk::Desk(const DeskSettings& settings, int64_t term, std::function<std::string()> new_nonce)
    : settings_(settings), new_nonce_(std::move(new_nonce)), table_(term, settings.lease) {}

void Desk::Begin(absl::Duration now) {
  now_ = now;
  for (const auto& [sequence, booked] : book_.orders()) {
    noted_[booked->order.id()] = StateOf(*booked);
    if (booked->HasEnded()) continue;
    returned_ = now + settings_.return_time;
    for (int number = 1; number <= static_cast<int>(booked->songs.size()); ++number)
      dispatcher_.Touch({booked->order.id(), number});
  }
}

void Desk::Tick(absl::Duration now, int64_t free_bytes) {
  now_ = now;
  for (const LeaseEntry& expired : table_.Expire(now)) {
    notes_.push_back(fmt::format("worker {} is silent: its lease on order {}, song {} ran out",
                                 expired.worker, expired.order, expired.song));
    NoteProgress(expired);
    FreeLostJobs({expired.lease.job_keys().begin(), expired.lease.job_keys().end()});
  }
  std::deque<Waiting> still_waiting;
  for (Waiting& one : waiting_) {
    if (one.until <= now) {
      Give<AcquireResponse>(one.answer, AcquireResponse());
    } else {
      still_waiting.push_back(std::move(one));
    }
  }
  waiting_ = std::move(still_waiting);
  BoundKeptPrints(free_bytes);
  Dispatch(now);
  TellWatchers(now);
}

// Change.

void Desk::Journal(Update update, std::function<void(const absl::Status&)> settle) {
  queued_.push_back({std::move(update), std::move(settle)});
}

std::vector<Update> Desk::TakeUpdates(int64_t unix_ms) {
  std::vector<Update> updates;
  if (!in_flight_.empty()) return updates;
  for (Pending& pending : queued_) {
    pending.update.set_unix_ms(unix_ms);
    updates.push_back(pending.update);
    in_flight_.push_back(std::move(pending));
  }
  queued_.clear();
  return updates;
}

void Desk::Settle(const absl::Status& status, absl::Duration now) {
  now_ = now;
  journal_trouble_ = status;
  const std::vector<Pending> settled = std::exchange(in_flight_, {});
  std::set<std::string> orders;
  for (const Pending& pending : settled) {
    if (status.ok()) {
      for (const SongRef& song : book_.Apply(pending.update)) {
        dispatcher_.Touch(song);
        orders.insert(song.first);
      }
      NoteUpdate(pending.update);
    }
    pending.settle(status);
  }
  for (const std::string& order : orders) {
    NoteState(*book_.Find(order));
    NoteChange(order, now);
  }
  Dispatch(now);
  TellWatchers(now);
}

std::vector<std::function<void()>> Desk::TakeAnswers() {
  return std::exchange(answers_, {});
}

std::vector<Digest> Desk::TakeUnread() {
  // Silence and doubled tracks: another job may have made the same bytes, or hand them in just now.
  std::erase_if(unread_, [this](const Digest& digest) {
    return !book_.MakersOf(digest).empty() || IsBeingHandedIn(digest);
  });
  return std::exchange(unread_, {});
}

bool Desk::IsBeingHandedIn(const Digest& digest) const {
  const auto makes_it = [&](const Pending& pending) {
    for (const JobResult& result : pending.update.jobs_done().results()) {
      for (const Rendered& output : result.outputs()) {
        if (SameDigest(output.digest(), digest)) return true;
      }
    }
    return false;
  };
  return std::any_of(queued_.begin(), queued_.end(), makes_it) ||
         std::any_of(in_flight_.begin(), in_flight_.end(), makes_it);
}

std::vector<std::string> Desk::TakeNotes() {
  return std::exchange(notes_, {});
}

std::vector<std::string> Desk::TakeAlarms() {
  return std::exchange(alarms_, {});
}

const PlannedJob* Desk::FindJob(const std::string& job_key) const {
  const std::vector<SongRef>& songs = book_.WantedBy(job_key);
  return songs.empty() ? nullptr : book_.Find(songs.back().first)->jobs.at(job_key);
}

void Desk::ForgetJobs(std::vector<std::string> job_keys) {
  if (job_keys.empty()) return;
  Update update;
  for (std::string& key : job_keys) update.mutable_results_forgotten()->add_job_keys(std::move(key));
  Journal(std::move(update), [](const absl::Status&) {});
}

void Desk::BlobLost(const Digest& digest) {
  const std::vector<std::string> makers = book_.MakersOf(digest);
  if (!makers.empty()) {
    notes_.push_back(fmt::format("blob {} is gone or damaged: it is rendered again", Hex(digest)));
    ForgetJobs(makers);
    return;
  }
  // A source: nobody can make it again but who sent it.
  for (const auto& [sequence, booked] : book_.orders()) {
    if (booked->HasEnded()) continue;
    std::string path;
    for (const Source& source : booked->order.plan().sources()) {
      if (SameDigest(source.digest(), digest)) path = source.path();
    }
    if (path.empty()) continue;
    for (const auto& [key, job] : booked->jobs) {
      if (!book_.IsNeededByAny(key) || !Dispatcher::SourcesOf({{}, {job}, 0}).contains(digest.sha256()))
        continue;
      Update update;
      JobFailed& failed = *update.mutable_job_failed();
      failed.add_job_keys(key);
      failed.set_is_final(true);
      failed.set_reason(
          fmt::format("the source {} was damaged in the farm's store; submit the album again to send it anew",
                      Quoted(path)));
      Journal(std::move(update), [this](const absl::Status& status) {
        if (status.ok()) DropUnneededLeases();
      });
    }
  }
}

// The log.

void Desk::NoteUpdate(const Update& update) {
  if (update.has_order_accepted()) {
    const Order& order = update.order_accepted();
    notes_.push_back(fmt::format("order {}: accepted, {} in {} songs", order.id(),
                                 Quoted(order.album().album()), order.plan().manifest().songs_size()));
  } else if (update.has_job_failed()) {
    const JobFailed& failed = update.job_failed();
    notes_.push_back(fmt::format("{} jobs failed on worker {}{}: {}", failed.job_keys_size(), failed.worker(),
                                 failed.is_final() ? ", for good" : "", failed.reason()));
  }
}

void Desk::NoteState(const BookedOrder& booked) {
  const OrderStatus::State state = StateOf(booked);
  const auto [noted, is_new] = noted_.emplace(booked.order.id(), OrderStatus::running);
  if (noted->second == state) return;
  noted->second = state;
  notes_.push_back(fmt::format("order {}: {}", booked.order.id(), OrderStatus::State_Name(state)));
}

// Watchers.

void Desk::NoteChange(const std::string& order, absl::Duration now) {
  Revision& revision = revisions_[order];
  ++revision.number;
  revision.has_progress = false;
  revision.told = now;
}

void Desk::NoteProgress(const LeaseEntry& entry) {
  if (!entry.order.empty()) revisions_[entry.order].has_progress = true;
}

void Desk::TellWatcher(const Watching& watching) {
  Seen seen;
  seen.status = StatusOfOrder(*book_.Find(watching.order));
  seen.revision = revisions_[watching.order].number;
  Give<Seen>(watching.answer, std::move(seen));
}

void Desk::TellWatchers(absl::Duration now) {
  for (auto& [order, revision] : revisions_) {
    if (revision.has_progress && now - revision.told >= settings_.watch_pause) NoteChange(order, now);
  }
  std::vector<Watching> still_watching;
  for (Watching& one : watching_) {
    if (revisions_[one.order].number > one.seen || one.until <= now) {
      TellWatcher(one);
    } else {
      still_watching.push_back(std::move(one));
    }
  }
  watching_ = std::move(still_watching);
}

void Desk::WatchFrom(const std::string& order, int64_t seen, absl::Duration now, Answer<Seen> answer) {
  now_ = now;
  if (book_.Find(order) == nullptr) return Give<Seen>(answer, NoSuchOrder(order));
  if (is_stopping_) return Give<Seen>(answer, absl::UnavailableError("the coordinator is stopping"));
  Watching watching{order, seen, now + absl::Milliseconds(kLongestWaitMs), std::move(answer)};
  if (revisions_[order].number > seen) return TellWatcher(watching);
  watching_.push_back(std::move(watching));
}

void Desk::StopLeasing() {
  is_stopping_ = true;
  const absl::Status stopping = absl::UnavailableError("the coordinator is stopping");
  for (const Waiting& one : waiting_) Give<AcquireResponse>(one.answer, stopping);
  for (const Watching& one : watching_) Give<Seen>(one.answer, stopping);
  waiting_.clear();
  watching_.clear();
}

absl::Status Desk::NoSuchOrder(const std::string& order) {
  return absl::NotFoundError(
      fmt::format("the farm has no order {}; trackout list shows them", Quoted(order)));
}

}  // namespace trackout
