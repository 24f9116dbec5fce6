#include "worker/farm_trouble.h"

#include <algorithm>

#include "spdlog/spdlog.h"

namespace trackout {
namespace {

// With the pauses between them about half a minute.
constexpr int kMostRefusals = 30;

}  // namespace

bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

absl::Duration Backoff::Next(absl::Duration longest) {
  const absl::Duration pause = std::min(next_, longest);
  next_ = pause * 2;
  return pause;
}

bool Refusals::AreEnough(const absl::Status& refusal) {
  if (IsAway(refusal) || absl::IsResourceExhausted(refusal)) return false;
  return ++count_ >= kMostRefusals || absl::IsNotFound(refusal);
}

void FarmTrouble::Note(const absl::Status& status) {
  if (absl::IsCancelled(status)) return;
  const State now = status.ok() ? State::kNone : IsAway(status) ? State::kAway : State::kRefusing;
  const State before = state_.exchange(now);
  if (before == now) return;
  const std::string why(status.message());
  switch (now) {
    case State::kNone:
      return spdlog::info("worker {}: the farm {}", worker_,
                          before == State::kAway ? "is back" : "refuses no more");
    case State::kAway:
      return spdlog::warn("worker {}: the farm is away: {}", worker_, why);
    case State::kRefusing:
      return spdlog::warn("worker {}: the farm refuses: {}", worker_, why);
  }
}

}  // namespace trackout
