// The mean of the last N values, at each value, without drift.
//
// Values of 0 .. 1 are rounded to multiples of 2^-48; the sum is of whole numbers, so that what went in goes
// out again to the last bit, and a mean depends on its N values alone, wherever a run began. The mean of ones
// is exactly 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trackout::dsp {

// One thread at a time.
class MovingMean {
 public:
  static constexpr size_t kMostLength = size_t{1} << 14;  // the sum stays below 2^62

  // 1 <= length <= kMostLength. Before the first value stands 1.
  explicit MovingMean(size_t length);

  size_t length() const { return ring_.size(); }
  // In place; values are 0 .. 1.
  void Run(std::span<double> values);

 private:
  double whole_;  // the sum of ones
  std::vector<int64_t> ring_;
  int64_t sum_;
  size_t at_ = 0;  // where the oldest value lies
};

}  // namespace trackout::dsp
