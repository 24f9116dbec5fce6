// A gain that moves smoothly, and how it is found: a cubic B-spline over knots of an even grid, fitted by
// least squares (P. Eilers, B. Marx, "Flexible Smoothing with B-splines and Penalties", 1996).
//
// Between two grid points the gain is (1-t)^3/6 k0 + (3t^3 - 6t^2 + 4)/6 k1 + (-3t^3 + 3t^2 + 3t + 1)/6 k2 +
// t^3/6 k3 of the four knots around: never outside of what the knots span, twice continuously
// differentiable. The grid's step bounds how fast it can move.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/derivation/planes.h"

namespace trackout::dsp {

inline constexpr double kLowestGain = 0.01;  // -40 dB
inline constexpr double kHighestGain = 16;   // 24 dB

// Thread-safe.
class GainCurve {
 public:
  // Grid points stand at first_frame + step * i; it holds before the first and after the last.
  GainCurve(int64_t first_frame, int64_t frames, int64_t step, std::vector<double> knots);

  // gains[i] is that at frame + i.
  void Values(int64_t frame, std::span<double> gains) const;

  std::span<const double> knots() const { return knots_; }

 private:
  int64_t first_frame_, last_frame_;
  int64_t step_;
  std::vector<double> knots_;
  std::vector<std::array<double, 4>> weights_;  // of the four knots, for each frame of a step
};

// The least squares of one gain for all channels: heard * gain ~ wanted, in two parts: the matrix from what
// is heard, then any number of right sides.
class GainFit {
 public:
  // For frames 0 .. frames - 1. The frames come in pieces that begin at multiples of step.
  GainFit(int64_t frames, int64_t step);
  int64_t step() const { return step_; }
  size_t knot_count() const { return count_; }

  // The matrix: energies of what is heard, for all frames once.
  void Hear(int64_t first, ConstChannels heard);
  // Adds what `heard` and `wanted` have in common at each knot to `side` (knot_count()).
  void Compare(int64_t first, ConstChannels heard, ConstChannels wanted, std::span<double> side) const;

  // After all was heard. What bends the curve costs a little, and so does, less, what slopes: in proportion
  // to the mean energy of what is heard, so that a thousandth in level below it music still decides alone.
  // Knots that hear next to nothing (80 dB below it) say nothing: the curve goes straight on between their
  // neighbours, and at the ends it holds the last gain that was heard.
  void Factor();
  // The knots for a side, in place; nothing is bounded. Of silence altogether, knots are 1 where PullToOne
  // has been added to the side, else 0.
  void Solve(std::span<double> side) const;
  void PullToOne(std::span<double> side) const;

 private:
  void LeaveOutQuiet(double least);

  const int64_t step_;
  const size_t count_;
  std::vector<std::array<double, 4>> weights_;
  std::vector<bool> is_quiet_;               // knots that say nothing
  std::vector<std::array<double, 4>> rows_;  // [i][j]: of knots i and i + j; after Factor: L D L'
  double pull_ = 0;
};

// Knots within the bounds of gains.
void Bound(std::span<double> knots);

}  // namespace trackout::dsp
