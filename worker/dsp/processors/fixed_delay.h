// What makes a signal late by whole frames: for latencies.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trackout::dsp {

// One thread at a time.
class FixedDelay {
 public:
  // Before the first value stands `first`.
  explicit FixedDelay(size_t frames, double first = 0) : ring_(frames, first) {}

  size_t frames() const { return ring_.size(); }
  // In place.
  void Run(std::span<double> values);

 private:
  std::vector<double> ring_;
  size_t at_ = 0;  // where the oldest value lies
};

}  // namespace trackout::dsp
