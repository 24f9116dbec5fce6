// A cut inside a time-based processor: 12 dB/oct, Butterworth, whose frequency may move.
//
// A state variable filter by the trapezoidal rule (A. Simper, Cytomic, "Solving the continuous SVF equations
// using trapezoidal integration", 2013): g = tan(pi f / rate), k = sqrt(2). It is stable however g moves; g
// is made at multiples of kTickFrames and moves straight between them.
#pragma once

#include <cstdint>
#include <span>

#include "worker/dsp/processors/parameter.h"

namespace trackout::dsp {

// Thread-safe.
class Cut {
 public:
  enum class Side { kLow, kHigh };  // what is cut: below or above the frequency

  struct State {
    double first = 0;
    double second = 0;
  };

  // `frequency` in Hz, held within 1 .. 0.49 of the rate.
  Cut(Side side, Parameter frequency, int sample_rate);

  // In place. `samples` begin at `frame` and do not pass a multiple of kTickFrames. State below 1e-30 becomes
  // 0 at those.
  void Filter(int64_t frame, std::span<double> samples, State& state) const;

 private:
  struct Coefficients {
    double a1, a2, a3;
  };
  static Coefficients Of(double g);
  double Warped(int64_t frame) const;

  const Side side_;
  const Parameter frequency_;
  const int sample_rate_;
  const Coefficients still_;  // of a frequency that does not move
};

}  // namespace trackout::dsp
