// Expander, downward; at a ratio of inf a gate.
//
// Below the threshold the reduction is (ratio - 1) (threshold - level) dB, at most `range`; from it on there
// is none. The level is the peak over all channels of the key, held for 10 ms (level_detector.h), so that a
// steady sine from 50 Hz on lies on the curve within 0.05 dB; what a compressor's header says of sines
// between samples holds here too. One gain for all channels.
//
// It opens by `attack` and closes by `release` when the level has been lower for 10 ms and then for `hold`:
// the times after which 1 - 1/e (63 %) of a step of the reduction in dB is gone (gain_smoother.h). It has no
// hysteresis: the 10 ms and `hold` keep a gate from chattering, and the curve stays what it is.
//
// It begins closed, as silence leaves it; at a ratio of 1 that stands still it does nothing.
#pragma once

#include <memory>

#include "worker/dsp/processors/key_filter.h"
#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct ExpanderSettings {
  Parameter threshold = -50;  // dB, -100 .. 0
  Parameter ratio = 2;        // 1 .. inf
  Parameter range = 60;       // dB, 0 .. 120
  Parameter attack = 0.001;   // s, 0 .. 1
  Parameter hold = 0.01;      // s, 0 .. 5
  Parameter release = 0.1;    // s, 0.001 .. 10
  double lookahead = 0;       // s, 0 .. 0.02: the latency
  KeyFilterSettings key_filter = {};
};

std::unique_ptr<Processor> NewExpander(ExpanderSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
