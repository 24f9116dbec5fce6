#include "worker/dsp/processors/gain_smoother.h"

#include <cassert>
#include <cmath>

namespace trackout::dsp {

void GainSmoother::Run(const SmootherMotion& motion, std::span<double> values) {
  assert(motion.attack.size() == values.size() && motion.release.size() == values.size());
  assert(motion.hold.size() == values.size());
  double value = value_;
  double below = below_frames_;
  for (size_t i = 0; i < values.size(); ++i) {
    const double way = values[i] - value;
    const bool is_below = way < 0;
    const bool is_held = is_below && below < motion.hold[i];
    below = is_below ? below + 1 : 0;
    const double part = is_below ? motion.release[i] : motion.attack[i];
    const double next = std::abs(way) < 1e-9 ? values[i] : value + part * way;
    value = is_held ? value : next;
    values[i] = value;
  }
  value_ = value;
  below_frames_ = below;
}

}  // namespace trackout::dsp
