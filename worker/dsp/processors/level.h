// Gain and width: processors without memory.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct GainSettings {
  Parameter level = 0;  // dB; -inf is silence. A line that touches -inf is straight in amplitude
  bool inverted = false;
};

// Mid-side: M = (L + R) / 2, S = (L - R) / 2 times width / 100. Channels of wider layouts than stereo, and
// mono, stay as they are.
struct WidthSettings {
  Parameter width = 100;  // percent, 0 .. 200
};

std::unique_ptr<Processor> NewGain(GainSettings settings);
std::unique_ptr<Processor> NewWidth(WidthSettings settings, int channels);

}  // namespace trackout::dsp
