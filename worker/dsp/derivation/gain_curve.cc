#include "worker/dsp/derivation/gain_curve.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace trackout::dsp {
namespace {

constexpr double kStiffness = 1e-6;
constexpr double kSlopeStiffness = 1e-7;
constexpr double kNextToNothing = 1e-8;

std::vector<std::array<double, 4>> SplineWeights(int64_t step) {
  std::vector<std::array<double, 4>> weights(static_cast<size_t>(step));
  for (size_t i = 0; i < weights.size(); ++i) {
    const double t = (static_cast<double>(i) + 0.5) / static_cast<double>(step);
    const double u = 1 - t;
    weights[i] = {u * u * u / 6, ((3 * t - 6) * t * t + 4) / 6, (((-3 * t + 3) * t + 3) * t + 1) / 6,
                  t * t * t / 6};
  }
  return weights;
}

}  // namespace

GainCurve::GainCurve(int64_t first_frame, int64_t frames, int64_t step, std::vector<double> knots)
    : first_frame_(first_frame),
      last_frame_(first_frame + std::max<int64_t>(frames, 1) - 1),
      step_(step),
      knots_(std::move(knots)),
      weights_(SplineWeights(step)) {
  assert(static_cast<int64_t>(knots_.size()) >= (last_frame_ - first_frame_) / step_ + 4);
}

void GainCurve::Values(int64_t frame, std::span<double> gains) const {
  int64_t at = frame - first_frame_;
  const int64_t last = last_frame_ - first_frame_;
  for (size_t i = 0; i < gains.size();) {
    // To the next grid point; before the first and behind the last frame, one by one.
    const int64_t inside = std::clamp<int64_t>(at, 0, last);
    const auto in_step = static_cast<size_t>(inside % step_);
    const double* knots = knots_.data() + inside / step_;
    size_t run = 1;
    if (at >= 0 && at < last) {
      run =
          std::min({gains.size() - i, static_cast<size_t>(step_) - in_step, static_cast<size_t>(last - at)});
    }
    for (size_t k = 0; k < run; ++k) {
      const std::array<double, 4>& weights = weights_[in_step + k];
      gains[i + k] =
          weights[0] * knots[0] + weights[1] * knots[1] + weights[2] * knots[2] + weights[3] * knots[3];
    }
    i += run;
    at += static_cast<int64_t>(run);
  }
}

GainFit::GainFit(int64_t frames, int64_t step)
    : step_(step),
      count_(static_cast<size_t>((std::max<int64_t>(frames, 1) - 1) / step) + 4),
      weights_(SplineWeights(step)),
      is_quiet_(count_),
      rows_(count_) {}

void GainFit::Hear(int64_t first, ConstChannels heard) {
  assert(first % step_ == 0);
  const size_t step = weights_.size();
  const size_t frames = heard.empty() ? 0 : heard[0].size();
  for (size_t begin = 0; begin < frames; begin += step) {
    const size_t cell = (static_cast<size_t>(first) + begin) / step;
    const size_t count = std::min(step, frames - begin);
    std::array<std::array<double, 4>, 4> sums = {};
    for (size_t i = 0; i < count; ++i) {
      double energy = 0;
      for (const std::span<const double> channel : heard) energy += channel[begin + i] * channel[begin + i];
      for (size_t a = 0; a < 4; ++a) {
        const double weighted = weights_[i][a] * energy;
        for (size_t b = a; b < 4; ++b) sums[a][b] += weighted * weights_[i][b];
      }
    }
    for (size_t a = 0; a < 4; ++a) {
      for (size_t b = a; b < 4; ++b) rows_[cell + a][b - a] += sums[a][b];
    }
  }
}

void GainFit::Compare(int64_t first, ConstChannels heard, ConstChannels wanted,
                      std::span<double> side) const {
  assert(first % step_ == 0 && side.size() == count_);
  const size_t step = weights_.size();
  const size_t frames = heard.empty() ? 0 : heard[0].size();
  for (size_t begin = 0; begin < frames; begin += step) {
    const size_t cell = (static_cast<size_t>(first) + begin) / step;
    const size_t count = std::min(step, frames - begin);
    std::array<double, 4> sums = {};
    for (size_t i = 0; i < count; ++i) {
      double product = 0;
      for (size_t c = 0; c < heard.size(); ++c) product += heard[c][begin + i] * wanted[c][begin + i];
      for (size_t a = 0; a < 4; ++a) sums[a] += weights_[i][a] * product;
    }
    for (size_t a = 0; a < 4; ++a) side[cell + a] += sums[a];
  }
}

void GainFit::LeaveOutQuiet(double least) {
  for (size_t i = 0; i < count_; ++i) is_quiet_[i] = rows_[i][0] < least;
  for (size_t i = 0; i < count_; ++i) {
    for (size_t a = 0; a < 4 && i + a < count_; ++a) {
      if (is_quiet_[i] || is_quiet_[i + a]) rows_[i][a] = 0;
    }
  }
}

void GainFit::Factor() {
  double trace = 0;
  for (const auto& row : rows_) trace += row[0];
  // Silence altogether: any energy will do.
  const double mean = trace > 0 ? trace / static_cast<double>(count_) : 1;
  const double bend = kStiffness * mean;
  const double slope = kSlopeStiffness * mean;
  pull_ = trace > 0 ? 0 : mean;
  LeaveOutQuiet(trace > 0 ? kNextToNothing * mean : 0);
  constexpr double kSecondDifference[] = {1, -2, 1};
  for (size_t i = 0; i + 2 < count_; ++i) {
    for (size_t a = 0; a < 3; ++a) {
      for (size_t b = a; b < 3; ++b) {
        rows_[i + a][b - a] += bend * kSecondDifference[a] * kSecondDifference[b];
      }
    }
  }
  for (size_t i = 0; i + 1 < count_; ++i) {
    rows_[i][0] += slope;
    rows_[i][1] -= slope;
    rows_[i + 1][0] += slope;
  }
  for (auto& row : rows_) row[0] += pull_;
  // L D L': rows_[i][0] becomes D, rows_[i][j] the L of knot i + j beside knot i.
  for (size_t i = 0; i < count_; ++i) {
    std::array<double, 4>& row = rows_[i];
    for (size_t a = 1; a < 4 && i + a < count_; ++a) {
      const double factor = row[a] / row[0];
      for (size_t b = a; b < 4 && i + b < count_; ++b) rows_[i + a][b - a] -= factor * row[b];
    }
    for (size_t a = 1; a < 4; ++a) row[a] = row[a] / row[0];
  }
}

void GainFit::Solve(std::span<double> side) const {
  for (size_t i = 0; i < count_; ++i) {
    if (is_quiet_[i]) side[i] = 0;
  }
  for (size_t i = 0; i < count_; ++i) {
    for (size_t a = 1; a < 4 && i + a < count_; ++a) side[i + a] -= rows_[i][a] * side[i];
  }
  for (size_t i = count_; i-- > 0;) {
    side[i] = side[i] / rows_[i][0];
    for (size_t a = 1; a < 4 && i + a < count_; ++a) side[i] -= rows_[i][a] * side[i + a];
  }
}

void GainFit::PullToOne(std::span<double> side) const {
  for (double& value : side) value += pull_;
}

void Bound(std::span<double> knots) {
  for (double& knot : knots) knot = std::clamp(knot, kLowestGain, kHighestGain);
}

}  // namespace trackout::dsp
