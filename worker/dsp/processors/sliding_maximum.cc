#include "worker/dsp/processors/sliding_maximum.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace trackout::dsp {

SlidingMaximum::SlidingMaximum(size_t length, double first)
    : block_(length),
      rest_(length + 1, first),
      highest_(-std::numeric_limits<double>::infinity()),
      lowest_(highest_) {
  assert(length >= 1);
  rest_.back() = lowest_;
}

void SlidingMaximum::Run(std::span<double> values) {
  while (!values.empty()) {
    const size_t count = std::min(values.size(), block_.size() - at_);
    double highest = highest_;
    for (size_t i = 0; i < count; ++i) {
      block_[at_ + i] = values[i];
      highest = std::max(highest, values[i]);
      values[i] = std::max(highest, rest_[at_ + i + 1]);
    }
    highest_ = highest;
    at_ += count;
    values = values.subspan(count);
    if (at_ == block_.size()) EndBlock();
  }
}

void SlidingMaximum::EndBlock() {
  double highest = lowest_;
  for (size_t i = block_.size(); i-- > 0;) rest_[i] = highest = std::max(highest, block_[i]);
  highest_ = lowest_;
  at_ = 0;
}

}  // namespace trackout::dsp
