// The peak of a signal between its samples, frame by frame, for a limiter.
//
// Two readings, and the higher of them counts:
// - Three points between each sample and the next, of a sinc of 64 samples under a Kaiser window. Through
// each point that is not lower than its neighbours goes the one sine that meets all three, and the peak is
// that sine's: with a, b, c a quarter of a sample apart, A^2 = b^2 + (a - c)^2 b^2 / (4 b^2 - (a + c)^2). It
// is exact for a sine of any frequency, so that nothing hides between the points.
// - The points of the true-peak meter (worker/dsp/meters/true_peak.h) at this rate, to what floats round.
//
// Points at 1/4 and 3/4 mirror each other: with s = x[n + 1 + t] + x[n - t] and d = x[n - t] - x[n + 1 + t],
// they are E + O and E - O of E = sum even[t] s and O = sum odd[t] d; that at 1/2 is sum half[t] s. Sums run
// from the far taps to the near ones.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "worker/dsp/meters/true_peak.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct PeakTaps {
  std::array<double, 32> even{};
  std::array<double, 32> odd{};
  std::array<double, 32> half{};
  Interpolator meter;
  // No peak is higher than the highest sample of its window times this.
  double bound = 1;
};

PeakTaps PeakTapsAt(int sample_rate);

// One thread at a time.
class PeakBetween {
 public:
  static constexpr size_t kDelay = 32;
  static constexpr size_t kMostFrames = 128;  // of a run

  PeakBetween(size_t channels, int sample_rate);

  // peaks[i]: the highest magnitude, over the channels, from frame i - kDelay up to the next; or 0 where it
  // is known to be at most `least`. Magnitudes are below 1e60.
  void Run(std::span<const std::span<double>> signal, double least, std::span<double> peaks);

 private:
  PeakTaps taps_;
  std::vector<std::vector<double>> planes_;  // the last samples, then those of a run, then room to read
};

}  // namespace trackout::dsp
