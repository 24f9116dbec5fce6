// The proof that stems add up to a mix, measured on the files themselves: they are read back, summed sample
// by sample, and compared. Files whose samples lie plain are read as bytes, in large blocks; all others by
// libsndfile.
//
// Integers are summed as integers, so that 0 means 0. A sample at the end of its range may have been
// clipped; where one is, and the sum differs, the sample counts as an over and not against the bound.
//   Bound, integers: 0 steps; 1 step where the mix was dithered (TPDF, +-1 step, then rounded).
//   Bound, float: half a unit in the last place of every file, 2^-24 (|mix| + sum |stem|), and 2^-48 of each
//   stem that sounds there.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/manifest.pb.h"

namespace trackout {

enum class MixDither { kNone, kTpdf };

// All files must have one shape (rate, channels, frames, coding), else FailedPrecondition. At least one stem.
// Cancelled where `stop` is set. `threads` (at least 1) take stretches of the files side by side; the
// stretches are always the same, and added up in their order, so the figures do not depend on the number.
absl::StatusOr<Residual> MeasureSum(const std::string& mix, const std::vector<std::string>& stems,
                                    MixDither dither, const std::atomic<bool>& stop, int threads = 1);

// Writes the figures and the verdict into a proof: passed, passed_with_overs, failed.
void FillProof(const Residual& residual, Proof& proof);

// The figures alone, of stems that need not add up: there is nothing to judge, and no verdict.
void FillComparison(const Residual& residual, Proof& proof);

// Of a failed proof: by how much, and where it is worst.
std::string DescribeFailure(const Proof& proof);

}  // namespace trackout
