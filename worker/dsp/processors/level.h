// Gain and width: processors without memory or latency, for signals of any level (no detector).
//
// Each sample is one product (gain) or the sum of two (width), so that 0 dB and 100 percent change no bit.
// What moves is read at every frame. The processors are thread-safe; an applier serves one thread at a time.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct GainSettings {
  Parameter level = 0;  // dB, up to 60; -inf is silence. A line that touches -inf is straight in amplitude
  bool inverted = false;
};

// Mid-side: M = (L + R) / 2, S = (L - R) / 2 times width / 100. Thus, with w = width / 100,
//   L' = (1 + w)/2 L + (1 - w)/2 R,   R' = (1 - w)/2 L + (1 + w)/2 R.
// Channels of wider layouts than stereo, and mono, stay as they are.
struct WidthSettings {
  Parameter width = 100;  // percent, 0 (mono) .. 200
};

std::unique_ptr<Processor> NewGain(GainSettings settings);
std::unique_ptr<Processor> NewWidth(WidthSettings settings, int channels);

}  // namespace trackout::dsp
