// A gain ahead of the filter, for masters that were compressed before the eq: master ~ gain * (filter *
// (ahead * premaster)).
//
// What the gain behind the filter leaves shows, heard backwards through the filter, where the gain ahead is
// wrong. A slow gain can stand ahead or behind with nearly the same sound, so the search begins with a smooth
// copy of the gain that was found behind, and goes on by conjugate gradients, the gain behind following.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/derivation/excerpt.h"
#include "worker/dsp/derivation/long_filter.h"

namespace trackout::dsp {

// A mean of the knots around, each weighted by a bell (three boxes, each of 2 reach + 1 knots).
std::vector<double> SmoothKnots(std::vector<double> knots, int64_t reach);

struct AheadShape {
  std::vector<double> taps;
  int64_t before = 0;
  int64_t gain_step = 0;
  int steps = 0;
};

// Betters the knots of a gain ahead, over the excerpt; returns 10 log10(energy that is not explained /
// energy) with the gain behind that goes with it.
double FitAhead(const Excerpt& excerpt, const AheadShape& shape, std::vector<double>& knots);

}  // namespace trackout::dsp
