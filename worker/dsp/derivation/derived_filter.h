// What was derived, as a processor: a gain, a long filter, a gain, late or early by whole frames.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// out[p] = after(p) * sum over k of taps[k] ahead(q) in[q], with q = p - offset_frames + before - k; p and q
// are frames of the song. Without a gain ahead it is 1.
struct DerivedFilter {
  std::vector<double> taps;  // as for LongFilter
  int64_t before = 0;
  int64_t offset_frames = 0;
  std::optional<GainCurve> ahead;
  GainCurve after;
  int64_t end_frame = std::numeric_limits<int64_t>::max();  // in[q] counts as silence from here on
};

// Any number of channels, each through the same. Latency: what block and offset ask for,
// max(0, taps + before - offset_frames).
std::unique_ptr<Processor> NewDerivedFilter(DerivedFilter filter);

}  // namespace trackout::dsp
