#include "worker/dsp/processors/limiter_stage.h"

#include <algorithm>
#include <cassert>

#include "worker/dsp/mix.h"

namespace trackout::dsp {

// The peak of frame i comes kDelay late. Its excess is in all values of the means, which reach back
// look_ahead - 1 frames, from look_ahead - 1 frames later on; that must be the gain of frame i - kMargin. It
// is held until it is still in all of them at the gain of frame i + 1 + kMargin: from a peak on that is the
// rest of the latency, the frame behind, and the margin.
LimiterStage::LimiterStage(size_t channels, int sample_rate, size_t look_ahead)
    : peaks_(channels, sample_rate),
      held_(look_ahead + 2 * kMargin + 1, 1.0),
      delays_(channels, FixedDelay(PeakBetween::kDelay + look_ahead - 1 + kMargin)) {
  assert(channels >= 1 && look_ahead >= 3);
  const size_t reach = look_ahead + 2;  // three means of a, b, c values reach over a + b + c - 2
  means_ = {MovingMean((reach + 2) / 3), MovingMean((reach + 1) / 3), MovingMean(reach / 3)};
}

void LimiterStage::Run(std::span<const std::span<double>> signal, std::span<const double> targets,
                       const Release& release, std::span<double> gains) {
  assert(signal.size() == delays_.size() && gains.size() == targets.size() && gains.size() <= kMostFrames);
  peaks_.Run(signal, *std::ranges::min_element(targets), gains);
  for (size_t i = 0; i < gains.size(); ++i) gains[i] = std::max(1.0, gains[i] / targets[i]);
  held_.Run(gains);
  release(gains);
  for (MovingMean& mean : means_) mean.Run(gains);
  for (size_t c = 0; c < signal.size(); ++c) {
    delays_[c].Run(signal[c]);
    ScaleBy(gains, signal[c]);
  }
}

}  // namespace trackout::dsp
