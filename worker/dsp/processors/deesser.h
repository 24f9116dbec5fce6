// De-esser: a compressor of what lies above a frequency.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct DeesserSettings {
  Parameter frequency = 6500;  // Hz
  Parameter threshold = -30;   // dB
  Parameter ratio = 3;         // 1 .. inf
  Parameter range = 12;        // dB
};

std::unique_ptr<Processor> NewDeesser(DeesserSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
