// What searches share whose last element is a gain that is found anew at each step: master ~ gain * heard.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/derivation/planes.h"

namespace trackout::dsp {

// The best knots, within bounds. `fit` has heard `heard`, and is factored.
std::vector<double> BestKnots(const GainFit& fit, const Planes& heard, const Planes& master);

// missing = master - gains * heard
void Miss(const Planes& master, std::span<const double> gains, const Planes& heard, Planes& missing);

// How far to go along one or two directions: heard + sum of length * direction, so that least is missing when
// the gain follows. Least squares over the lengths and all knots at once, with the knots eliminated (Schur
// complement; variable projection). `fit` as above.
std::array<double, 2> BestLengths(const GainFit& fit, const Planes& heard, std::span<const double> gains,
                                  const Planes& missing, std::span<const Planes* const> directions);

}  // namespace trackout::dsp
