// Seconds as frames, and as time constants of one-pole smoothers.
#pragma once

#include <cstdint>
#include <span>

#include "worker/dsp/functions.h"

namespace trackout::dsp {

// Rounded to whole frames; seconds >= 0.
inline int64_t FramesIn(double seconds, double sample_rate) {
  return static_cast<int64_t>(seconds * sample_rate + 0.5);
}

// values *= factor
inline auto TimesBy(double factor) {
  return [factor](std::span<double> values) {
    for (double& value : values) value *= factor;
  };
}

// The part of the way that is gone in one frame, so that after `seconds` 1 - 1/e of it (63 %) is: 1 - e^(-1 /
// (seconds sample_rate)); all of it where `seconds` is 0.
inline double TimeConstant(double seconds, double sample_rate) {
  return seconds * sample_rate > 0 ? 1 - Exp(-1 / (seconds * sample_rate)) : 1;
}

// The same, in place.
inline auto TimeConstants(double sample_rate) {
  return [sample_rate](std::span<double> seconds) {
    double last = -1;
    double made = 1;
    for (double& value : seconds) {
      if (value != last) made = TimeConstant(last = value, sample_rate);
      value = made;
    }
  };
}

}  // namespace trackout::dsp
