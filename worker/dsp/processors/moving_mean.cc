#include "worker/dsp/processors/moving_mean.h"

#include <cassert>

namespace trackout::dsp {
namespace {

constexpr int64_t kOne = int64_t{1} << 48;

}  // namespace

MovingMean::MovingMean(size_t length)
    : whole_(static_cast<double>(length) * static_cast<double>(kOne)),
      ring_(length, kOne),
      sum_(static_cast<int64_t>(length) * kOne) {
  assert(length >= 1 && length <= kMostLength);
}

void MovingMean::Run(std::span<double> values) {
  for (double& value : values) {
    const auto in = static_cast<int64_t>(value * static_cast<double>(kOne) + 0.5);
    sum_ += in - ring_[at_];
    ring_[at_] = in;
    at_ = at_ + 1 == ring_.size() ? 0 : at_ + 1;
    value = static_cast<double>(sum_) / whole_;
  }
}

}  // namespace trackout::dsp
