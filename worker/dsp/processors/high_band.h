// What of a signal lies above a frequency, in step with the signal itself: a linear-phase filter.
//
// The signal, less a low-pass: a sinc of `frequency` under a Blackman window that reaches 1.5 ms to either
// side, of sum 1. Half of the amplitude (-6 dB) is above the frequency; from 1.6 kHz below to 1.6 kHz above
// it goes from nothing (less than -60 dB) to all. A frequency that moves has filters at multiples of
// kTickFrames, and straight between two of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// One thread at a time.
class HighBand {
 public:
  static constexpr double kReach = 0.0015;  // seconds: the latency

  // `frequency` outlives it.
  HighBand(const Parameter& frequency, size_t channels, int sample_rate);

  static size_t LatencyAt(int sample_rate);

  // What goes into a channel, and what of it comes out, late: at most kTickFrames. `in` may be `late`.
  void Push(size_t channel, std::span<const double> in);
  std::span<const double> Late(size_t channel) const;
  // `frame`: that comes out; the frames lie in one tick.
  void High(size_t channel, int64_t frame, std::span<double> high);
  // After the last channel of a piece.
  void Advance();

 private:
  using Taps = std::vector<double>;  // [t]: at t frames from the middle

  void MakeTaps(double frequency, Taps& taps) const;
  void PrepareTick(int64_t frame);

  const Parameter* frequency_;
  int sample_rate_;
  size_t reach_;
  std::vector<double> window_;
  Taps taps_;       // at the grid frame
  Taps next_taps_;  // one tick later
  int64_t grid_frame_ = 0;
  bool is_made_ = false;
  std::vector<std::vector<double>> planes_;  // the last 2 reach_ samples, then those of a piece
  size_t count_ = 0;                         // of the piece
};

}  // namespace trackout::dsp
