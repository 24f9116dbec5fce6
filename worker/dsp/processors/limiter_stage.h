// One stage of the limiter: from the peaks of a signal to a gain that looks ahead, and the signal times it.
//
// What a peak is too high by, its excess (1 where it is not), is held for as long as the look-ahead and a
// little more to either side; its reciprocal is smoothed by three moving means that together reach over the
// look-ahead. While all of them see the held value the gain is at most what the peak needs, and even, so
// that the interpolator around the peak sees one gain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "worker/dsp/processors/fixed_delay.h"
#include "worker/dsp/processors/moving_mean.h"
#include "worker/dsp/processors/peak_between.h"
#include "worker/dsp/processors/sliding_maximum.h"

namespace trackout::dsp {

// One thread at a time.
class LimiterStage {
 public:
  static constexpr size_t kMostFrames = PeakBetween::kMostFrames;
  // Frames before a peak from which on, and behind it up to which, the gain is what it needs.
  static constexpr size_t kMargin = 8;

  // look_ahead: frames, at least 3.
  LimiterStage(size_t channels, int sample_rate, size_t look_ahead);

  // Frames by which what comes out is late.
  size_t latency() const { return delays_.front().frames(); }

  // Makes a gain of the held excess, in place.
  using Release = std::function<void(std::span<double>)>;

  // targets: what peaks may reach, of the frames that the peaks are of: those of `signal`, less
  // PeakBetween::kDelay. `signal` becomes late and is multiplied by the gains.
  void Run(std::span<const std::span<double>> signal, std::span<const double> targets, const Release& release,
           std::span<double> gains);

 private:
  PeakBetween peaks_;
  SlidingMaximum held_;
  std::vector<MovingMean> means_;
  std::vector<FixedDelay> delays_;  // of channels
};

}  // namespace trackout::dsp
