#include "worker/dsp/derivation/gain_step.h"

#include <cassert>

namespace trackout::dsp {
namespace {

double Product(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

std::vector<double> BestKnots(const GainFit& fit, const Planes& heard, const Planes& master) {
  std::vector<double> knots(fit.knot_count());
  fit.Compare(0, All(heard), All(master), knots);
  fit.PullToOne(knots);
  fit.Solve(knots);
  Bound(knots);
  return knots;
}

void Miss(const Planes& master, std::span<const double> gains, const Planes& heard, Planes& missing) {
  for (size_t c = 0; c < master.size(); ++c) {
    for (size_t n = 0; n < gains.size(); ++n) missing[c][n] = master[c][n] - gains[n] * heard[c][n];
  }
}

std::array<double, 2> BestLengths(const GainFit& fit, const Planes& heard, std::span<const double> gains,
                                  const Planes& missing, std::span<const Planes* const> directions) {
  assert(directions.size() == 1 || directions.size() == 2);
  std::array<Planes, 2> moved;  // what a direction changes, behind the gain
  std::array<std::vector<double>, 2> sides, solved;
  for (size_t i = 0; i < directions.size(); ++i) {
    for (const std::vector<double>& plane : *directions[i]) {
      moved[i].emplace_back(plane.size());
      for (size_t n = 0; n < plane.size(); ++n) moved[i].back()[n] = plane[n] * gains[n];
    }
    sides[i].assign(fit.knot_count(), 0);
    fit.Compare(0, All(heard), All(moved[i]), sides[i]);
    solved[i] = sides[i];
    fit.Solve(solved[i]);
  }
  const double a = ProductSum(moved[0], moved[0]) - Product(sides[0], solved[0]);
  const double x = ProductSum(moved[0], missing);
  if (!(a > 0)) return {0, 0};
  if (directions.size() == 2) {
    const double b = ProductSum(moved[0], moved[1]) - Product(sides[0], solved[1]);
    const double d = ProductSum(moved[1], moved[1]) - Product(sides[1], solved[1]);
    const double y = ProductSum(moved[1], missing);
    const double determinant = a * d - b * b;
    // Else the two are one direction.
    if (d > 0 && determinant > 1e-9 * a * d) {
      return {(d * x - b * y) / determinant, (a * y - b * x) / determinant};
    }
  }
  return {x / a, 0};
}

}  // namespace trackout::dsp
