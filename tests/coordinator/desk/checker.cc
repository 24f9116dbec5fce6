// What the journal says, and what clients are told.
#include "tests/coordinator/desk/checker.h"

#include <algorithm>

#include "coordinator/desk/order_book.h"
#include "core/digest.h"
#include "fmt/format.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {
namespace {

constexpr std::array kNames = {
    "crash",
    "crash before durable",
    "crash after durable",
    "disk full",
    "worker crash",
    "freeze",
    "cut",
    "lost message",
    "doubled message",
    "late message",
    "grant",
    "grant ahead",
    "grant of a bundle",
    "same grant again",
    "adoption",
    "adoption across terms",
    "late adoption",
    "accepted",
    "duplicate",
    "stale",
    "missing",
    "alarm",
    "former refused",
    "cancel",
    "cancel racing",
    "pause",
    "submitted twice",
    "other album",
    "job failed",
    "song failed",
    "blob lost",
    "order reopened",
    "print dropped",
    "print found",
    "room made",
    "input lost",
    "input dropped",
    "not supported",
    "drain",
    "order done",
    "order failed",
    "package",
};
static_assert(kNames.size() == static_cast<size_t>(Event::kCount));

}  // namespace

const char* NameOf(Event event) {
  return kNames[static_cast<size_t>(event)];
}

void Checker::Break(const std::string& invariant, const std::string& what) {
  if (!violation_) violation_ = Violation{invariant, what};
}

// The journal.

void Checker::Started(const std::vector<Update>& journal, absl::Duration now) {
  ++life_;
  highest_seen_.clear();
  released_.clear();
  live_.clear();
  live_by_job_.clear();
  workers_.clear();
  first_call_ += calls_.size();
  calls_.clear();
  Read(journal);
  returned_ = -absl::InfiniteDuration();
  for (const auto& [id, booked] : orders_) {
    if (!HasEnded(id)) returned_ = now + settings_.return_time;
  }
  for (const std::string& id : acknowledged_) {
    if (!orders_.contains(id)) Break("I1", fmt::format("order {} is not in the journal", id));
  }
}

void Checker::Settled(const std::vector<Update>& journal) {
  for (auto& [id, booked] : orders_) booked.states_of_batch = {booked.state};
  Read(journal);
  is_settling_ = true;
}

void Checker::Read(const std::vector<Update>& journal) {
  for (; read_ < journal.size(); ++read_) {
    Apply(journal[read_]);
    DropUnneeded();  // one by one: the next update may want the same jobs again
  }
}

void Checker::Apply(const Update& update) {
  switch (update.change_case()) {
    case Update::kOrderAccepted:
      Accept(update.order_accepted());
      break;
    case Update::kJobsDone:
      ApplyDone(update.jobs_done());
      break;
    case Update::kJobFailed:
      ApplyFailed(update.job_failed());
      break;
    case Update::kResultsForgotten:
      ApplyForgotten(update.results_forgotten());
      break;
    case Update::kOrderCanceled:
      if (!HasEnded(update.order_canceled())) orders_.at(update.order_canceled()).is_canceled = true;
      break;
    case Update::kOrderPaused:
      if (!HasEnded(update.order_paused())) orders_.at(update.order_paused()).is_paused = true;
      break;
    case Update::kOrderResumed:
      if (!HasEnded(update.order_resumed())) orders_.at(update.order_resumed()).is_paused = false;
      break;
    case Update::CHANGE_NOT_SET:
      Break("durable", "an empty update in the journal");
  }
  LookAgain(update);
}

// What has become of every order; none may change after its end but by a lost blob.
void Checker::LookAgain(const Update& update) {
  for (auto& [id, booked] : orders_) {
    const OrderStatus::State state = Judge(booked);
    if (state == booked.state) continue;
    const bool had_ended = booked.state >= OrderStatus::done;
    if (had_ended && (booked.state == OrderStatus::canceled || !update.has_results_forgotten()))
      Break("I2", fmt::format("order {} was {} and is {}", id, OrderStatus::State_Name(booked.state),
                              OrderStatus::State_Name(state)));
    if (had_ended) Count(Event::kReopened);
    if (state == OrderStatus::done) Count(Event::kOrderDone);
    if (state == OrderStatus::failed) Count(Event::kOrderFailed);
    booked.state = state;
    booked.states_of_batch.insert(state);
  }
}

void Checker::Accept(const Order& order) {
  if (orders_.contains(order.id())) return;
  for (const PlannedJob& job : order.plan().jobs()) {
    if (IsNeededByAny(job.key())) continue;
    failures_.erase(job.key());  // attempts anew
    failed_attempts_.erase(job.key());
  }
  const bool finds_print =
      std::any_of(order.plan().jobs().begin(), order.plan().jobs().end(), [this](const PlannedJob& job) {
        return job.job().has_print() && IsDone(job.key()) && !IsRead(job.key());
      });
  Booked& booked = orders_[order.id()];
  booked.order = order;
  booked.songs.resize(static_cast<size_t>(order.plan().manifest().songs_size()));
  for (const PlannedJob& job : booked.order.plan().jobs()) {
    booked.jobs[job.key()] = &job;
    for (const int song : job.songs()) booked.songs[static_cast<size_t>(song - 1)].jobs.push_back(&job);
  }
  if (finds_print && Judge(booked) != OrderStatus::done) Count(Event::kPrintFound);
}

void Checker::ApplyDone(const JobsDone& done) {
  bool is_news = false;
  for (const JobResult& result : done.results()) {
    const std::string& key = result.job_key();
    const std::string name = NameOf(key);
    if (const auto seen = highest_seen_.find(key);
        seen != highest_seen_.end() && seen->second > done.attempt())
      Break("I3", fmt::format("{} of {}: attempt {:x} is in the journal, {:x} was out", name, done.worker(),
                              done.attempt(), seen->second));
    // The rest of a bundle may have been lost meanwhile: what is there is handed in with it.
    const auto [known, is_first] = results_.emplace(key, result);
    is_news = is_news || is_first;
    if (!is_first && !SameResult(known->second, result)) Break("I2", fmt::format("{} has two results", name));
    for (int i = 0; i < result.outputs_size(); ++i) {
      const std::string& sha256 = result.outputs(i).digest().sha256();
      if (!blobs_->contains(sha256) && !lost_at_rest_.contains(sha256))
        Break("I6", fmt::format("output {} of {} was accepted and is not in the store", i, name));
      const auto [before, is_new] = digests_[key].emplace(i, sha256);
      if (liars_.empty() && !is_new && before->second != sha256)
        Break("I7", fmt::format("output {} of {} has two digests", i, name));
    }
    if (liars_.empty()) {
      for (const auto& [id, booked] : orders_) {
        const auto job = booked.jobs.find(key);
        if (job != booked.jobs.end() && !SameResult(ResultOf(*job->second), result))
          Break("I6", fmt::format("{} has a result that is not its own", name));
      }
    }
  }
  if (!is_news) Break("I2", fmt::format("{} handed in what is done, and it was accepted", done.worker()));
}

void Checker::ApplyFailed(const JobFailed& failed) {
  Count(Event::kJobFailed);
  // A bundle fails as a whole, and a song fails where the whole bundle was its own: other jobs are shared.
  bool has_budget = failed.worker().empty();
  std::vector<std::string> open;
  for (const std::string& key : failed.job_keys()) {
    if (!failed.worker().empty()) {  // else: a source was lost, workers disappeared
      failures_[key].push_back(failed.worker());
      if (!failed_attempts_[key].insert(failed.attempt()).second)
        Break("I13", fmt::format("attempt {:x} of {} failed twice", failed.attempt(), NameOf(key)));
      int songs = 0;  // each of them has its tries
      for (const auto& [id, booked] : orders_) {
        const auto job = booked.jobs.find(key);
        if (job != booked.jobs.end()) songs += job->second->songs_size();
      }
      has_budget = has_budget || static_cast<int>(failures_[key].size()) <= settings_.most_failures * songs;
    }
    if (!IsDone(key)) open.push_back(key);
  }
  if (!has_budget && IsNeededByAny(failed.job_keys(0)))
    Break("I13", fmt::format("{} failed {} times", NameOf(failed.job_keys(0)),
                             failures_[failed.job_keys(0)].size()));
  if (!failed.is_final() || open.empty()) return;
  for (auto& [id, booked] : orders_) {
    if (booked.state >= OrderStatus::done) continue;
    for (size_t i = 0; i < booked.songs.size(); ++i) {
      const auto wants = [&, number = static_cast<int>(i) + 1](const std::string& key) {
        const auto job = booked.jobs.find(key);
        return job != booked.jobs.end() && std::find(job->second->songs().begin(), job->second->songs().end(),
                                                     number) != job->second->songs().end();
      };
      if (!IsOpen(booked, static_cast<int>(i) + 1) || !std::all_of(open.begin(), open.end(), wants)) continue;
      booked.songs[i].is_failed = true;
      Count(Event::kSongFailed);
    }
  }
}

void Checker::ApplyForgotten(const ResultsForgotten& forgotten) {
  for (const std::string& key : forgotten.job_keys()) {
    const auto result = results_.find(key);
    if (result == results_.end()) continue;
    const PlannedJob* job = nullptr;
    for (const auto& [id, booked] : orders_) {
      if (const auto found = booked.jobs.find(key); found != booked.jobs.end()) job = found->second;
    }
    const bool was_lost = std::any_of(
        result->second.outputs().begin(), result->second.outputs().end(),
        [this](const Rendered& output) { return lost_at_rest_.contains(output.digest().sha256()); });
    if (!was_lost && job != nullptr && !job->job().has_print())
      Break("I2", fmt::format("{} was forgotten, and its files are there", NameOf(key)));
    if (!was_lost && IsRead(key)) Break("I9", fmt::format("{} was forgotten, and is read", NameOf(key)));
    if (!was_lost) Count(Event::kPrintDropped);
    results_.erase(result);
  }
}

bool Checker::IsSongDone(const Song& song) const {
  return !song.is_failed && std::all_of(song.jobs.begin(), song.jobs.end(), [this](const PlannedJob* job) {
    return job->job().has_print() || IsDone(job->key());
  });
}

bool Checker::IsOpen(const Booked& booked, int number) const {
  const Song& song = booked.songs[static_cast<size_t>(number - 1)];
  return !song.is_failed && !IsSongDone(song);
}

OrderStatus::State Checker::Judge(const Booked& booked) const {
  if (booked.is_canceled) return OrderStatus::canceled;
  bool has_failed = false;
  for (size_t i = 0; i < booked.songs.size(); ++i) {
    if (IsOpen(booked, static_cast<int>(i) + 1))
      return booked.is_paused ? OrderStatus::paused : OrderStatus::running;
    has_failed = has_failed || booked.songs[i].is_failed;
  }
  return has_failed ? OrderStatus::failed : OrderStatus::done;
}

bool Checker::IsNeeded(const Booked& booked, int number, const PlannedJob& job) const {
  if (booked.state >= OrderStatus::done || IsDone(job.key()) || !IsOpen(booked, number)) return false;
  if (!job.job().has_print()) return true;
  for (const auto& [key, reader] : booked.jobs) {
    if (IsDone(key) ||
        std::find(reader->needs().begin(), reader->needs().end(), job.key()) == reader->needs().end())
      continue;
    for (const int song : reader->songs()) {
      if (IsOpen(booked, song)) return true;
    }
  }
  return false;
}

bool Checker::IsNeededByAny(const std::string& key) const {
  for (const auto& [id, booked] : orders_) {
    const auto job = booked.jobs.find(key);
    if (job == booked.jobs.end()) continue;
    for (const int number : job->second->songs()) {
      if (IsNeeded(booked, number, *job->second)) return true;
    }
  }
  return false;
}

// Whether a job that is not done, of an open song of an order that has not ended, reads the print.
bool Checker::IsRead(const std::string& print) const {
  for (const auto& [id, booked] : orders_) {
    if (booked.state >= OrderStatus::done) continue;
    for (const auto& [key, job] : booked.jobs) {
      if (IsDone(key) || std::find(job->needs().begin(), job->needs().end(), print) == job->needs().end())
        continue;
      for (const int song : job->songs()) {
        if (IsOpen(booked, song)) return true;
      }
    }
  }
  return false;
}

void Checker::CheckKeptPrints(int64_t free_bytes) {
  int64_t kept = 0;
  for (const auto& [id, booked] : orders_) {
    for (const auto& [key, job] : booked.jobs) {
      const bool is_first = std::none_of(orders_.begin(), orders_.find(id),
                                         [&](const auto& other) { return other.second.jobs.contains(key); });
      if (!is_first || !job->job().has_print() || !IsDone(key) || IsRead(key)) continue;
      kept += results_.at(key).outputs(0).digest().size_bytes();
    }
  }
  if (kept > settings_.most_kept_print_bytes ||
      (kept > 0 && free_bytes < 3 * kept + settings_.room_beside_prints))
    Break("I9", fmt::format("prints of {} bytes are kept, and {} are free", kept, free_bytes));
}

void Checker::Removed(const std::string& sha256) {
  for (const auto& [key, result] : results_) {
    for (const Rendered& output : result.outputs()) {
      if (output.digest().sha256() == sha256)
        Break("I9", fmt::format("a blob of {} was removed, and it is done", NameOf(key)));
    }
  }
}

std::optional<OrderStatus::State> Checker::StateOf(const std::string& order) const {
  const auto found = orders_.find(order);
  if (found == orders_.end()) return std::nullopt;
  return found->second.state;
}

bool Checker::HasEnded(const std::string& order) const {
  const auto found = orders_.find(order);
  return found == orders_.end() || found->second.state >= OrderStatus::done;
}

std::vector<std::string> Checker::Orders() const {
  std::vector<std::string> ids;
  for (const auto& [id, booked] : orders_) ids.push_back(id);
  return ids;
}

// Calls.

size_t Checker::Called(const std::string& what) {
  calls_.emplace_back(what, 0);
  return first_call_ + calls_.size() - 1;
}

void Checker::Answered(size_t call) {
  if (call < first_call_) return Break("answers", "a coordinator that is no more has answered");
  auto& [what, answers] = calls_[call - first_call_];
  if (++answers > 1) Break("answers", fmt::format("{} was answered twice", what));
}

void Checker::ExpectAllAnswered() {
  for (const auto& [what, answers] : calls_) {
    if (answers == 0) Break("answers", fmt::format("{} was never answered", what));
  }
}

// Clients.

void Checker::CheckStatus(const OrderStatus& status) {
  const auto state = StateOf(status.order());
  if (!state)
    return Break("durable", fmt::format("order {} was told of and is not in the journal", status.order()));
  // Several updates in one batch: an answer tells what followed from its own.
  const Booked& booked = orders_.at(status.order());
  if (is_settling_ && booked.states_of_batch.contains(status.state())) return;
  if (*state != status.state())
    return Break("durable",
                 fmt::format("order {} is said to be {}, the journal says {}", status.order(),
                             OrderStatus::State_Name(status.state()), OrderStatus::State_Name(*state)));
  if (booked.is_canceled) return;  // its songs keep the state that they had
  for (const SongStatus& told : status.songs()) {
    const Song& song = booked.songs[static_cast<size_t>(told.number() - 1)];
    if ((told.state() == SongStatus::done) != IsSongDone(song) ||
        (told.state() == SongStatus::failed) != song.is_failed)
      Break("durable", fmt::format("song {} of {} is said to be {}", told.number(), status.order(),
                                   SongStatus::State_Name(told.state())));
  }
}

void Checker::Submitted(const Order& order, const absl::StatusOr<SubmitResponse>& answer) {
  const auto found = orders_.find(order.id());
  const bool is_other =
      found != orders_.end() && found->second.order.request_sha256() != order.request_sha256();
  if (absl::IsAlreadyExists(answer.status())) {
    Count(Event::kOtherAlbum);
    if (!is_other) Break("I1", fmt::format("order {} was refused as another album, and is not", order.id()));
  }
  if (!answer.ok()) return;
  if (found == orders_.end())
    return Break("durable", fmt::format("order {} was accepted and is not in the journal", order.id()));
  if (is_other) Break("I1", fmt::format("order {} was accepted, and is another album", order.id()));
  if (!acknowledged_.insert(order.id()).second) Count(Event::kSubmitTwice);
  CheckStatus(answer->status());
}

void Checker::Told(const std::string& order, const absl::StatusOr<OrderStatus>& answer) {
  if (absl::IsNotFound(answer.status()) && acknowledged_.contains(order))
    Break("I1", fmt::format("order {} is not there any more", order));
  if (answer.ok()) CheckStatus(*answer);
  if (answer.ok() && canceled_.contains(order) && answer->state() != OrderStatus::canceled)
    Break("I11",
          fmt::format("order {} was canceled and is {}", order, OrderStatus::State_Name(answer->state())));
}

void Checker::CancelTold(const std::string& order, const absl::StatusOr<OrderStatus>& answer) {
  Told(order, answer);
  if (!answer.ok()) return;
  if (answer->state() == OrderStatus::canceled) {
    Count(Event::kCancel);
    canceled_.insert(order);
  } else if (answer->state() < OrderStatus::done) {
    Break("I11", fmt::format("order {} was canceled and goes on", order));
  }
}

void Checker::PackageTold(const std::string& order, const absl::StatusOr<Package>& answer) {
  if (absl::IsNotFound(answer.status()) && acknowledged_.contains(order))
    Break("I1", fmt::format("order {} is not there any more", order));
  if (!answer.ok()) return;
  Count(Event::kPackage);
  const auto state = StateOf(order);
  if (state != OrderStatus::done)
    return Break("durable", fmt::format("a package of {}, which is not done", order));
  const RenderPlan& plan = orders_.at(order).order.plan();
  for (int i = 0; i < plan.files_size(); ++i) {
    const JobOutput& made_by = plan.files(i).made_by();
    const JobResult& result = results_.at(made_by.job_key());
    if (answer->manifest().files(i).sha256() != Hex(result.outputs(made_by.output()).digest()))
      Break("I6", fmt::format("file {} of {} is not what was rendered", i, order));
  }
}

void Checker::Drained(const std::string& worker) {
  Count(Event::kDrain);
  workers_[worker].is_draining = true;
}

}  // namespace trackout::test
