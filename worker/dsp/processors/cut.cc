#include "worker/dsp/processors/cut.h"

#include <algorithm>
#include <utility>

#include "worker/dsp/curves.h"
#include "worker/dsp/functions.h"
#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {

Cut::Cut(Side side, Parameter frequency, int sample_rate)
    : side_(side), frequency_(std::move(frequency)), sample_rate_(sample_rate), still_(Of(Warped(0))) {}

double Cut::Warped(int64_t frame) const {
  const double hz = std::clamp(frequency_.At(frame), 1.0, 0.49 * sample_rate_);
  return Tan(2 * kHalfPi * hz / sample_rate_);
}

Cut::Coefficients Cut::Of(double g) {
  const double a1 = 1 / (1 + g * (g + kSqrt2));
  const double a2 = g * a1;
  return {a1, a2, g * a2};
}

void Cut::Filter(int64_t frame, std::span<double> samples, State& state) const {
  const int64_t tick = GridBefore(frame, kTickFrames);
  if (frame == tick) state = {Flushed(state.first), Flushed(state.second)};
  const bool moves = frequency_.moves();
  const double g = moves ? Warped(tick) : 0;
  const double slope = moves ? (Warped(tick + kTickFrames) - g) / kTickFrames : 0;
  const auto start = static_cast<double>(frame - tick);
  Coefficients at = still_;
  State s = state;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (moves) at = Of(g + (start + static_cast<double>(i)) * slope);
    const double x = samples[i];
    const double v3 = x - s.second;
    const double band = at.a1 * s.first + at.a2 * v3;
    const double low = s.second + (at.a2 * s.first + at.a3 * v3);
    s = {2 * band - s.first, 2 * low - s.second};
    samples[i] = side_ == Side::kHigh ? low : (x - kSqrt2 * band) - low;
  }
  state = s;
}

}  // namespace trackout::dsp
