#include "worker/dsp/derivation/joint_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "worker/dsp/derivation/cross_spectrum.h"
#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/derivation/long_filter.h"

namespace trackout::dsp {
namespace {

// A step that gains less is the last.
constexpr double kLeastGainDb = 0.05;

// A change of the filter, and what it changes in the sound.
struct Direction {
  std::vector<double> taps;
  Planes heard;
};

std::vector<std::span<const double>> All(const Planes& planes) {
  return {planes.begin(), planes.end()};
}

Planes Filtered(const Excerpt& excerpt, std::span<const double> taps, int64_t before) {
  Planes heard = LongFilter(taps, before).Filter(excerpt.premaster);
  ClearMargins(excerpt, heard);
  return heard;
}

void AddScaledTo(const Direction& direction, double scale, std::vector<double>& taps, Planes& heard) {
  for (size_t k = 0; k < taps.size(); ++k) taps[k] += scale * direction.taps[k];
  for (size_t c = 0; c < heard.size(); ++c) {
    for (size_t n = 0; n < heard[c].size(); ++n) heard[c][n] += scale * direction.heard[c][n];
  }
}

double Product(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// The energy of what an odd function of `heard` explains of `missing`, constant in each of a few steps of
// level.
double CurveEnergy(const Planes& heard, const Planes& missing) {
  constexpr int kLevels = 16;
  double peak = 0;
  for (const std::vector<double>& plane : heard) {
    for (const double sample : plane) peak = std::max(peak, std::abs(sample));
  }
  if (!(peak > 0)) return 0;
  std::array<double, kLevels + 1> sums = {}, counts = {};
  for (size_t c = 0; c < heard.size(); ++c) {
    for (size_t n = 0; n < heard[c].size(); ++n) {
      const auto level = static_cast<size_t>(std::abs(heard[c][n]) / peak * kLevels);
      sums[level] += heard[c][n] < 0 ? -missing[c][n] : missing[c][n];
      counts[level] += 1;
    }
  }
  double energy = 0;
  for (size_t level = 0; level <= kLevels; ++level) {
    if (counts[level] > 0) energy += sums[level] * sums[level] / counts[level];
  }
  return energy;
}

class Search {
 public:
  Search(const Excerpt& excerpt, const FitShape& shape)
      : excerpt_(excerpt),
        shape_(shape),
        frames_(static_cast<int64_t>(excerpt.master[0].size())),
        fft_(2 * shape.taps),
        master_energy_(Energy(excerpt.master)),
        gains_(excerpt.master[0].size()) {}

  JointFit Run();

 private:
  void Begin();
  void FitGain(const GainFit& fit);
  double Missing(Planes& missing) const;
  void Step(const GainFit& fit);
  std::array<double, 2> Lengths(const GainFit& fit, size_t count) const;
  double OtherMix() const;

  const Excerpt& excerpt_;
  const FitShape shape_;
  const int64_t frames_;
  const Fft fft_;
  const double master_energy_;

  std::vector<double> taps_;
  Planes heard_;  // through the filter, without the gain
  std::vector<double> knots_, gains_;
  Planes missing_;
  Direction next_, last_;
};

// The filter alone.
void Search::Begin() {
  const CrossSpectrum spectrum = CompareInExcerpt(fft_, excerpt_, {}, excerpt_.master);
  taps_ = BestFilter(fft_, spectrum, shape_.taps, shape_.before);
  heard_ = Filtered(excerpt_, taps_, shape_.before);
  const double energy = Energy(heard_);
  const double scale = energy > 0 ? ProductSum(heard_, excerpt_.master) / energy : 0;
  for (double& tap : taps_) tap *= scale;
  for (std::vector<double>& plane : heard_) {
    for (double& sample : plane) sample *= scale;
  }
  std::fill(gains_.begin(), gains_.end(), 1);
  missing_ = heard_;
}

void Search::FitGain(const GainFit& fit) {
  knots_.assign(fit.knot_count(), 0);
  fit.Compare(0, All(heard_), All(excerpt_.master), knots_);
  fit.PullToOne(knots_);
  fit.Solve(knots_);
  Bound(knots_);
  GainCurve(0, frames_, fit.step(), knots_).Values(0, gains_);
}

// What gain and filter leave; returns its energy.
double Search::Missing(Planes& missing) const {
  for (size_t c = 0; c < missing.size(); ++c) {
    for (size_t n = 0; n < gains_.size(); ++n) {
      missing[c][n] = excerpt_.master[c][n] - gains_[n] * heard_[c][n];
    }
  }
  return Energy(missing);
}

// How far along next_ and last_: the least squares over both and over every knot, with the knots eliminated.
std::array<double, 2> Search::Lengths(const GainFit& fit, size_t count) const {
  const Direction* directions[] = {&next_, &last_};
  std::array<Planes, 2> moved;  // what a direction changes, with the gain
  std::array<std::vector<double>, 2> sides, solved;
  for (size_t i = 0; i < count; ++i) {
    moved[i] = directions[i]->heard;
    for (std::vector<double>& plane : moved[i]) {
      for (size_t n = 0; n < plane.size(); ++n) plane[n] *= gains_[n];
    }
    sides[i].assign(fit.knot_count(), 0);
    fit.Compare(0, All(heard_), All(moved[i]), sides[i]);
    solved[i] = sides[i];
    fit.Solve(solved[i]);
  }
  const double a = ProductSum(moved[0], moved[0]) - Product(sides[0], solved[0]);
  const double x = ProductSum(moved[0], missing_);
  if (!(a > 0)) return {0, 0};
  if (count == 2) {
    const double b = ProductSum(moved[0], moved[1]) - Product(sides[0], solved[1]);
    const double d = ProductSum(moved[1], moved[1]) - Product(sides[1], solved[1]);
    const double y = ProductSum(moved[1], missing_);
    const double determinant = a * d - b * b;
    if (d > 0 && determinant > 1e-9 * a * d) {
      return {(d * x - b * y) / determinant, (a * y - b * x) / determinant};
    }
  }
  return {x / a, 0};
}

void Search::Step(const GainFit& fit) {
  const CrossSpectrum spectrum = CompareInExcerpt(fft_, excerpt_, gains_, missing_);
  next_.taps = BestFilter(fft_, spectrum, shape_.taps, shape_.before);
  next_.heard = Filtered(excerpt_, next_.taps, shape_.before);
  const size_t count = last_.taps.empty() ? 1 : 2;
  const std::array<double, 2> lengths = Lengths(fit, count);
  for (double& tap : next_.taps) tap *= lengths[0];
  for (std::vector<double>& plane : next_.heard) {
    for (double& sample : plane) sample *= lengths[0];
  }
  if (count == 2) AddScaledTo(last_, lengths[1], next_.taps, next_.heard);
  std::swap(last_, next_);
  AddScaledTo(last_, 1, taps_, heard_);
}

double Search::OtherMix() const {
  GainFit fit(frames_, 4 * shape_.gain_step);
  fit.Hear(0, All(heard_));
  fit.Factor();
  Search slow(excerpt_, shape_);
  slow.heard_ = heard_;
  slow.missing_ = missing_;
  slow.FitGain(fit);
  const double energy = slow.Missing(slow.missing_);
  for (std::vector<double>& plane : slow.heard_) {
    for (size_t n = 0; n < plane.size(); ++n) plane[n] *= slow.gains_[n];
  }
  return EnergyDecibels(energy - CurveEnergy(slow.heard_, slow.missing_), master_energy_);
}

JointFit Search::Run() {
  Begin();
  JointFit best;
  best.still_db = EnergyDecibels(Missing(missing_), master_energy_);
  best.residual_db = std::numeric_limits<double>::infinity();
  for (int step = 0;; ++step) {
    GainFit fit(frames_, shape_.gain_step);
    fit.Hear(0, All(heard_));
    fit.Factor();
    FitGain(fit);
    const double residual_db = EnergyDecibels(Missing(missing_), master_energy_);
    const bool is_better = residual_db < best.residual_db - kLeastGainDb;
    if (residual_db < best.residual_db) {
      best.taps = taps_;
      best.knots = knots_;
      best.residual_db = residual_db;
    }
    if (!is_better || step == shape_.most_steps) break;
    Step(fit);
  }
  best.other_mix_db = OtherMix();
  return best;
}

}  // namespace

JointFit FitTogether(const Excerpt& excerpt, const FitShape& shape) {
  return Search(excerpt, shape).Run();
}

}  // namespace trackout::dsp
