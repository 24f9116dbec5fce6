// Expander; at a ratio of inf a gate.
#pragma once

#include <memory>

#include "worker/dsp/processors/key_filter.h"
#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct ExpanderSettings {
  Parameter threshold = -50;  // dB
  Parameter ratio = 2;        // 1 .. inf
  Parameter range = 60;       // dB
  Parameter attack = 0.001;   // s
  Parameter hold = 0.01;      // s
  Parameter release = 0.1;    // s
  double lookahead = 0;       // s, at most 0.02: the latency
  KeyFilterSettings key_filter = {};
};

std::unique_ptr<Processor> NewExpander(ExpanderSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
