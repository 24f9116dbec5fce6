// Sixteen delay lines that feed each other (J.-M. Jot, A. Chaigne, "Digital delay networks for designing
// artificial reverberators", AES 90, 1991): what leaves them is absorbed a little, mixed by a Hadamard matrix
// / 4, which keeps its energy, and goes in again with what is new.
//
// Lengths are different primes, so that echoes do not fall together, and spread over a ratio of 4.5. Each
// line absorbs as much as sound would lose on its way: gain * (1 - pole) / (1 - pole z^-1) with
//
//   gain = 10^(-3 seconds / decay), and at the damping another 10^(-3/4 seconds / decay),
//
// so that all that rings decays at one rate (RT60 = decay at low frequencies, 4/5 of it at the damping).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "worker/dsp/processors/delay_line.h"
#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {

inline constexpr size_t kLines = 16;
using LineTicks = std::array<Tick, kLines>;

// What the lines absorb.
struct Absorption {
  std::array<double, kLines> pole, gain;  // gain: that of the filter's input, gain * (1 - pole)
  // The energy that leaves all lines together for an impulse of 1 that goes in: m / (1 - m), where m is the
  // mean of the squared gains.
  double energy;
};

// out[i] += sum of lines[l][i] * gains[l], over l in order.
void AddLines(const LineTicks& lines, const std::array<double, kLines>& gains, size_t count, Tick& out);

// Thread-safe.
class LineLengths {
 public:
  // `size`: 1 is a mean of 30 ms. No line is shorter than a tick.
  LineLengths(double size, int sample_rate);

  int64_t operator[](size_t line) const { return frames_[line]; }
  Absorption AbsorptionFor(double decay, double damping) const;

 private:
  const int sample_rate_;
  std::array<int64_t, kLines> frames_;
};

// One thread at a time.
class FeedbackNetwork {
 public:
  explicit FeedbackNetwork(const LineLengths& lengths);

  // What is on its way in the lines, at about 3/8 of each, at the next frames, within one tick.
  void Overhear(size_t count, LineTicks& early) const;

  // Frames within one tick. `in`: what goes into each line. `mixed`: what the matrix makes of what leaves
  // them, before `in` is added; its rows are sums of all lines orthogonal to each other. Absorption goes
  // straight from that at the tick's start to that at its end.
  void Run(int64_t frame, size_t count, const Absorption& from, const Absorption& to, const LineTicks& in,
           LineTicks& mixed);

 private:
  void Absorb(int64_t frame, size_t count, const Absorption& from, const Absorption& to, LineTicks& values);

  const LineLengths& lengths_;
  std::vector<DelayLine> lines_;
  std::array<double, kLines> absorbed_{};  // each filter's last
  LineTicks again_;
};

}  // namespace trackout::dsp
