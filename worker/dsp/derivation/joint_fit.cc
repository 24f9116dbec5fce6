#include "worker/dsp/derivation/joint_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "worker/dsp/derivation/cross_spectrum.h"
#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/derivation/gain_step.h"
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

Planes Filtered(const Excerpt& excerpt, std::span<const double> taps, int64_t before) {
  Planes heard = LongFilter(taps, before).Filter(excerpt.premaster);
  ClearMargins(excerpt, heard);
  return heard;
}

void AddScaledTo(const Direction& direction, double scale, std::vector<double>& taps, Planes& heard) {
  for (size_t k = 0; k < taps.size(); ++k) taps[k] += scale * direction.taps[k];
  AddScaled(direction.heard, scale, heard);
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
  ScaleBy(scale, heard_);
  std::fill(gains_.begin(), gains_.end(), 1);
  missing_ = heard_;
}

void Search::FitGain(const GainFit& fit) {
  knots_ = BestKnots(fit, heard_, excerpt_.master);
  GainCurve(0, frames_, fit.step(), knots_).Values(0, gains_);
}

// What gain and filter leave; returns its energy.
double Search::Missing(Planes& missing) const {
  Miss(excerpt_.master, gains_, heard_, missing);
  return Energy(missing);
}

void Search::Step(const GainFit& fit) {
  const CrossSpectrum spectrum = CompareInExcerpt(fft_, excerpt_, gains_, missing_);
  next_.taps = BestFilter(fft_, spectrum, shape_.taps, shape_.before);
  next_.heard = Filtered(excerpt_, next_.taps, shape_.before);
  const size_t count = last_.taps.empty() ? 1 : 2;
  const Planes* directions[] = {&next_.heard, &last_.heard};
  const std::array<double, 2> lengths =
      BestLengths(fit, heard_, gains_, missing_, std::span(directions).first(count));
  for (double& tap : next_.taps) tap *= lengths[0];
  ScaleBy(lengths[0], next_.heard);
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
  MultiplyBy(slow.gains_, slow.heard_);
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
