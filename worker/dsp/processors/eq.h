// Equaliser: bands one behind the other.
#pragma once

#include <memory>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

enum class BandShape { kLowCut, kHighCut, kLowShelf, kHighShelf, kBell, kNotch, kTilt };

struct BandSettings {
  BandShape shape = BandShape::kBell;
  Parameter frequency = 1000;  // Hz, 10 .. 0.49 of the rate
  Parameter gain = 0;          // dB, -36 .. 36; of shelves, bell and tilt
  Parameter q = 0.7071;        // 0.05 .. 40; of cuts at 12 dB/oct alone
  int slope = 12;              // dB/oct of a cut: 6, 12, 18, 24, 36, 48; Butterworth but for 12
};

std::unique_ptr<Processor> NewEq(std::vector<BandSettings> bands, int channels, int sample_rate);

}  // namespace trackout::dsp
