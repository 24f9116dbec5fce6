// A farm that is away or refuses: how that is told apart, logged, and waited out.
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace trackout {

// It does not answer. Any other error is a refusal.
bool IsAway(const absl::Status& status);

// The pauses between tries, each twice the one before.
class Backoff {
 public:
  // Short beside a lease, long beside what a try costs.
  static constexpr absl::Duration kShortest = absl::Milliseconds(200);
  static constexpr absl::Duration kLongest = absl::Seconds(1);
  // While the farm's disk is full: each try sends a piece of a blob, and a person has to make room.
  static constexpr absl::Duration kLongestWhileFull = absl::Seconds(4);

  absl::Duration Next(absl::Duration longest = kLongest);

 private:
  absl::Duration next_ = kShortest;
};

// The refusals of one thing that is handed in again and again. A farm that is away or whose disk is full
// takes it later, however long that lasts; any other refusal may pass, and has about half a minute to.
class Refusals {
 public:
  // Whether it is to be given up, now that it was also answered so. What is not found is at once.
  bool AreEnough(const absl::Status& refusal);

 private:
  int count_ = 0;
};

// Logs when the farm goes away or refuses, and when that is over; once each. Thread-safe.
class FarmTrouble {
 public:
  // `worker`: its name, for log lines.
  explicit FarmTrouble(std::string worker) : worker_(std::move(worker)) {}

  // How a call has ended. One that was cancelled says nothing.
  void Note(const absl::Status& status);

 private:
  enum class State { kNone, kAway, kRefusing };

  const std::string worker_;
  std::atomic<State> state_ = State::kNone;
};

}  // namespace trackout
