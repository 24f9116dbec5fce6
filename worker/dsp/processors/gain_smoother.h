// How a gain follows its static curve: the smooth branching smoother of Giannoulis, Massberg, Reiss (Digital
// Dynamic Range Compressor Design, JAES 60 (6), 2012, eq. 17), behind the gain computer, in dB, with a hold.
//
// y goes up to x by the attack and down to it by the release: y += part (x - y). After a step of x, 63 % (1 -
// 1/e) of the step in dB is gone after that time, 86 % after twice it. It goes down only when x has been
// below y for `hold`. Within 1e-9 it has arrived.
#pragma once

#include <span>

namespace trackout::dsp {

struct SmootherMotion {
  std::span<const double> attack;   // the part of the way in one frame (time_constant.h)
  std::span<const double> release;  // the same
  std::span<const double> hold;     // frames
};

// One thread at a time.
class GainSmoother {
 public:
  // In place.
  void Run(const SmootherMotion& motion, std::span<double> values);

 private:
  double value_ = 0;
  double below_frames_ = 0;  // since when x is below y
};

}  // namespace trackout::dsp
