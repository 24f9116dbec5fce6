#include "worker/dsp/derivation/ahead_fit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/derivation/gain_step.h"

namespace trackout::dsp {
namespace {

class AheadSearch {
 public:
  AheadSearch(const Excerpt& excerpt, const AheadShape& shape)
      : excerpt_(excerpt),
        step_(shape.gain_step),
        frames_(static_cast<int64_t>(excerpt.master[0].size())),
        filter_(shape.taps, shape.before),
        backwards_(LongFilter::Backwards(shape.taps, shape.before)),
        premaster_fit_(frames_, step_),
        gains_(excerpt.master[0].size()),
        missing_(excerpt.master) {
    premaster_fit_.Hear(0, All(excerpt.premaster));
    premaster_fit_.Factor();
  }

  double Run(int steps, std::vector<double>& knots);

 private:
  // What the filter makes of the premaster times a gain.
  Planes Heard(const std::vector<double>& knots) const {
    Planes planes = excerpt_.premaster;
    std::vector<double> gains(gains_.size());
    GainCurve(0, frames_, step_, knots).Values(0, gains);
    MultiplyBy(gains, planes);
    planes = filter_.Filter(planes);
    ClearMargins(excerpt_, planes);
    return planes;
  }

  // Where the gain ahead should go: as if the filter were none, which is near enough for a direction.
  std::vector<double> Descent() const {
    Planes planes = missing_;
    MultiplyBy(gains_, planes);
    planes = backwards_.Filter(planes);
    std::vector<double> knots(premaster_fit_.knot_count());
    premaster_fit_.Compare(0, All(excerpt_.premaster), All(planes), knots);
    premaster_fit_.Solve(knots);
    return knots;
  }

  const Excerpt& excerpt_;
  const int64_t step_;
  const int64_t frames_;
  const LongFilter filter_, backwards_;
  GainFit premaster_fit_;
  std::vector<double> gains_;
  Planes missing_;
};

void AddKnots(std::span<const double> from, double gain, std::span<double> to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += gain * from[i];
}

bool IsBounded(std::span<const double> knots) {
  return std::all_of(knots.begin(), knots.end(),
                     [](double knot) { return knot >= kLowestGain && knot <= kHighestGain; });
}

double AheadSearch::Run(int steps, std::vector<double>& knots) {
  std::vector<double> best = knots;
  std::vector<double> last_knots;
  Planes last_heard;
  const double master_energy = Energy(excerpt_.master);
  double least = master_energy;
  Planes heard = Heard(knots);
  for (int step = 0;; ++step) {
    GainFit fit(frames_, step_);
    fit.Hear(0, All(heard));
    fit.Factor();
    GainCurve(0, frames_, step_, BestKnots(fit, heard, excerpt_.master)).Values(0, gains_);
    Miss(excerpt_.master, gains_, heard, missing_);
    const double energy = Energy(missing_);
    if (energy < least) {
      least = energy;
      best = knots;
    }
    if (step == steps) break;
    std::vector<double> next_knots = Descent();
    Planes next_heard = Heard(next_knots);
    const size_t count = last_knots.empty() ? 1 : 2;
    const Planes* directions[] = {&next_heard, &last_heard};
    const std::array<double, 2> lengths =
        BestLengths(fit, heard, gains_, missing_, std::span(directions).first(count));
    for (double& knot : next_knots) knot *= lengths[0];
    ScaleBy(lengths[0], next_heard);
    if (count == 2) {
      AddKnots(last_knots, lengths[1], next_knots);
      AddScaled(last_heard, lengths[1], next_heard);
    }
    AddKnots(next_knots, 1, knots);
    AddScaled(next_heard, 1, heard);
    if (!IsBounded(knots)) {
      Bound(knots);
      heard = Heard(knots);
    }
    last_knots = std::move(next_knots);
    last_heard = std::move(next_heard);
  }
  knots = std::move(best);
  return EnergyDecibels(least, master_energy);
}

}  // namespace

std::vector<double> SmoothKnots(std::vector<double> knots, int64_t reach) {
  const auto count = static_cast<int64_t>(knots.size());
  std::vector<double> sums(knots.size() + 1);
  for (int box = 0; box < 3; ++box) {
    for (size_t i = 0; i < knots.size(); ++i) sums[i + 1] = sums[i] + knots[i];
    for (int64_t i = 0; i < count; ++i) {
      const int64_t from = std::max<int64_t>(0, i - reach);
      const int64_t to = std::min(count, i + reach + 1);
      knots[static_cast<size_t>(i)] =
          (sums[static_cast<size_t>(to)] - sums[static_cast<size_t>(from)]) / static_cast<double>(to - from);
    }
  }
  return knots;
}

double FitAhead(const Excerpt& excerpt, const AheadShape& shape, std::vector<double>& knots) {
  if (!(Energy(excerpt.master) > 0)) return 0;
  return AheadSearch(excerpt, shape).Run(shape.steps, knots);
}

}  // namespace trackout::dsp
