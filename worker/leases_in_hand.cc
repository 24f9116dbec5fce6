#include "worker/leases_in_hand.h"

#include <time.h>

#include <utility>

#include "core/text.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"
#include "worker/lease_work.h"

namespace trackout {
namespace {

// What is rendered already has this long to be handed in when the worker's grace is over.
constexpr absl::Duration kLastHandIn = absl::Seconds(3);
// The longest wait for a change: a sleep of the machine does not count in it, so deadlines are looked at
// often.
constexpr absl::Duration kLongestLook = absl::Seconds(1);

}  // namespace

absl::Duration SinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

LeaseInHand::LeaseInHand(AcquireResponse answer, int64_t place_in_line)
    : work(std::move(answer)),
      name(fmt::format("order {}, song {} {}, {}", work.order(), work.song(), Quoted(work.title()),
                       NameOf(work))),
      age(place_in_line) {}

LeasesInHand::LeasesInHand(std::string worker, int slots, absl::Duration renew_every)
    : worker_(std::move(worker)), slots_(slots), renew_every_(renew_every), free_places_(slots) {}

template <typename Happened>
bool LeasesInHand::WaitFor(Lock& lock, absl::Duration patience, Happened happened) {
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(patience), happened);
}

// Hands.

void LeasesInHand::BeginHands(int count) {
  const std::lock_guard lock(mutex_);
  hands_ += count;
}

void LeasesInHand::EndHands(int count) {
  {
    const std::lock_guard lock(mutex_);
    hands_ -= count;
  }
  changed_.notify_all();
}

bool LeasesInHand::WaitUntilNoHands(absl::Duration patience) {
  Lock lock(mutex_);
  const absl::Duration until = SinceBoot() + patience;
  while (hands_ > 0 && SinceBoot() < until) {
    WaitFor(lock, std::min(until - SinceBoot(), kLongestLook), [this] { return hands_ == 0; });
  }
  return hands_ == 0;
}

// Asking.

std::optional<AcquireRequest::Need> LeasesInHand::WaitForNeed() {
  Lock lock(mutex_);
  for (; is_taking_; changed_.wait(lock)) {
    if (Busy() + asking_idle_ < slots_) {
      ++asking_idle_;
      return AcquireRequest::idle;
    }
    if (asking_idle_ == 0 && Busy() + asking_ahead_ <= slots_) {
      ++asking_ahead_;
      return AcquireRequest::ahead;
    }
  }
  return std::nullopt;
}

std::unique_ptr<LeaseInHand> LeasesInHand::Hold(AcquireResponse answer, absl::Duration asked_at,
                                                AcquireRequest::Need need) {
  std::unique_ptr<LeaseInHand> held;
  {
    const std::lock_guard lock(mutex_);
    --AskingFor(need);
    if (answer.lease_ms() > 0) lease_time_ = absl::Milliseconds(answer.lease_ms());
    held = std::make_unique<LeaseInHand>(std::move(answer), leases_++);
    // The coordinator may have waited longer than a lease lasts: such a one is renewed at once, and counts
    // from then.
    held->renewed_at = SinceBoot();
    if (held->renewed_at - asked_at < RenewEvery()) {
      held->renewed_at = asked_at;
    } else {
      renew_now_ = true;
    }
    held_.push_back(held.get());
    if (!status_.ok()) EndLease(*held, End::kLost);
    if (is_stopping_) EndLease(*held, End::kGivenBack);
  }
  changed_.notify_all();
  return held;
}

void LeasesInHand::HoldNothing(AcquireRequest::Need need) {
  {
    const std::lock_guard lock(mutex_);
    --AskingFor(need);
  }
  changed_.notify_all();
}

bool LeasesInHand::PauseWhileTaking(absl::Duration pause) {
  Lock lock(mutex_);
  return !WaitFor(lock, pause, [this] { return !is_taking_; });
}

void LeasesInHand::LetGo(const LeaseInHand& held) {
  {
    const std::lock_guard lock(mutex_);
    std::erase(held_, &held);
  }
  changed_.notify_all();
}

int LeasesInHand::Busy() const {
  return static_cast<int>(std::count_if(held_.begin(), held_.end(), [](const LeaseInHand* held) {
    return held->step == Step::kFetching || held->step == Step::kRendering;
  }));
}

int& LeasesInHand::AskingFor(AcquireRequest::Need need) {
  return need == AcquireRequest::idle ? asking_idle_ : asking_ahead_;
}

// Places.

bool LeasesInHand::TakePlace(LeaseInHand& held) {
  bool has_place;
  {
    Lock lock(mutex_);
    line_.insert(held.age);
    changed_.wait(lock, [&] { return held.stop || (free_places_ > 0 && *line_.begin() == held.age); });
    line_.erase(held.age);
    has_place = !held.stop;
    if (has_place) {
      --free_places_;
      held.step = Step::kRendering;
    }
  }
  changed_.notify_all();
  return has_place;
}

bool LeasesInHand::LeavePlace(LeaseInHand& held, Step step) {
  {
    const std::lock_guard lock(mutex_);
    ++free_places_;
    held.step = held.end == End::kNone ? step : Step::kReleasing;
    step = held.step;
  }
  changed_.notify_all();
  return step == Step::kFinished;
}

LeaseInHand::End LeasesInHand::BeginRelease(LeaseInHand& held) {
  End end;
  {
    const std::lock_guard lock(mutex_);
    held.step = Step::kReleasing;
    end = held.end;
  }
  changed_.notify_all();
  return end;
}

bool LeasesInHand::PauseUnlessEnded(const LeaseInHand& held, absl::Duration pause) {
  Lock lock(mutex_);
  return !WaitFor(lock, pause, [&held] { return held.stop.load(); });
}

// Time.

std::optional<RenewRequest> LeasesInHand::WaitForRenewal() {
  Lock lock(mutex_);
  while (hands_ > 0) {
    changed_.wait(lock, [this] { return hands_ == 0 || !held_.empty(); });
    WaitFor(lock, RenewEvery(), [this] { return hands_ == 0 || renew_now_; });
    renew_now_ = false;
    RenewRequest request;
    for (const LeaseInHand* held : held_) {
      if (held->end == End::kLost) continue;
      HeldLease& lease = *request.add_leases();
      *lease.mutable_lease() = held->work.lease();
      lease.set_steps_done(held->frames_done);
    }
    if (!request.leases().empty()) return request;
  }
  return std::nullopt;
}

void LeasesInHand::TakeRenewal(const RenewRequest& request, const RenewResponse& answer,
                               absl::Duration sent_at) {
  const std::set<std::string> lost(answer.lost_nonces().begin(), answer.lost_nonces().end());
  std::set<std::string> asked;
  for (const auto& lease : request.leases()) asked.insert(lease.lease().nonce());
  {
    const std::lock_guard lock(mutex_);
    if (answer.lease_ms() > 0) lease_time_ = absl::Milliseconds(answer.lease_ms());
    for (LeaseInHand* held : held_) {
      const std::string& nonce = held->work.lease().nonce();
      if (!asked.contains(nonce)) continue;
      if (!lost.contains(nonce)) {
        held->renewed_at = std::max(held->renewed_at, sent_at);
      } else if (held->step != Step::kFinished) {  // else the answer to its completion decides
        EndLease(*held, End::kLost);
      }
    }
  }
  changed_.notify_all();
}

void LeasesInHand::WatchTime() {
  Lock lock(mutex_);
  while (hands_ > 0) {
    const absl::Duration now = SinceBoot();
    absl::Duration next = now + (held_.empty() ? absl::Hours(1) : kLongestLook);
    for (LeaseInHand* held : held_) {
      const bool is_finished = held->step == Step::kFinished;
      const absl::Duration lost_at =
          is_finished ? absl::InfiniteDuration() : held->renewed_at + lease_time_ * 2 / 3;
      const absl::Duration stopped_at = is_finished ? stop_at_ + kLastHandIn : stop_at_;
      if (held->end != End::kNone) continue;
      if (now >= lost_at || now >= stopped_at) {
        EndLease(*held, now >= lost_at ? End::kLost : End::kGivenBack);
        changed_.notify_all();
      } else {
        next = std::min({next, lost_at, stopped_at});
      }
    }
    changed_.wait_for(lock, absl::ToChronoNanoseconds(next - now));
  }
}

void LeasesInHand::EndLease(LeaseInHand& held, End end) {
  if (held.end != End::kNone) return;
  held.end = end;
  held.stop = true;
  if (end == End::kLost) spdlog::warn("worker {}: {}: the lease is lost", worker_, held.name);
}

// The end.

bool LeasesInHand::TakeNoMore() {
  bool is_first;
  {
    const std::lock_guard lock(mutex_);
    is_first = std::exchange(is_taking_, false);
  }
  changed_.notify_all();
  return is_first;
}

void LeasesInHand::Stop(absl::Duration grace) {
  {
    const std::lock_guard lock(mutex_);
    is_taking_ = false;
    is_stopping_ = true;
    stop_at_ = std::min(stop_at_, SinceBoot() + grace);
    for (LeaseInHand* held : held_) {
      if (held->step == Step::kFetching) EndLease(*held, End::kGivenBack);
    }
  }
  changed_.notify_all();
}

bool LeasesInHand::LoseAll(const absl::Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (!status_.ok()) return false;
    status_ = why;
    is_taking_ = false;
    spdlog::error("worker {}: ends: {}", worker_, std::string(why.message()));
    for (LeaseInHand* held : held_) EndLease(*held, End::kLost);
  }
  changed_.notify_all();
  return true;
}

absl::Status LeasesInHand::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace trackout
