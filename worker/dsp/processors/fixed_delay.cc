#include "worker/dsp/processors/fixed_delay.h"

#include <algorithm>

namespace trackout::dsp {

void FixedDelay::Run(std::span<double> values) {
  while (!values.empty() && !ring_.empty()) {
    const size_t count = std::min(values.size(), ring_.size() - at_);
    std::ranges::swap_ranges(values.first(count), std::span(ring_).subspan(at_, count));
    values = values.subspan(count);
    at_ = at_ + count == ring_.size() ? 0 : at_ + count;
  }
}

}  // namespace trackout::dsp
