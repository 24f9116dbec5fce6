// One filter for the whole song and a fast gain behind it, found together: master ~ gain * (filter *
// premaster).
//
// Given the filter, the gain is a banded least squares, solved at once (gain_curve.h). Given the gain, what
// is still missing shows, against what was heard, in which direction the filter is wrong (BestFilter). Going
// there by turns takes long, for each hides the other's errors; so the step goes along that direction and
// along the last step, as conjugate gradients do, and both lengths are those that are best with the gain that
// would follow (variable projection: G. Golub, V. Pereyra, 1973). Ten steps do what a hundred turns would.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/dsp/derivation/excerpt.h"

namespace trackout::dsp {

struct FitShape {
  size_t taps = 0;  // a power of two
  int64_t before = 0;
  int64_t gain_step = 0;  // frames between the gain's knots
  int most_steps = 0;
};

struct JointFit {
  std::vector<double> taps;
  std::vector<double> knots;  // of the gain, over the excerpt
  // 10 log10(energy that is not explained / energy): with the filter alone; with the gain.
  double still_db = 0;
  double residual_db = 0;
  // The same with a gain that is four times as slow, which follows another mix less, and without what one
  // curve for the whole excerpt makes of the level of a sample: saturation and clipping distort by such a
  // curve, but what another mix has more or less does not depend on it.
  double other_mix_db = 0;
};

// Neither signal is silent.
JointFit FitTogether(const Excerpt& excerpt, const FitShape& shape);

}  // namespace trackout::dsp
