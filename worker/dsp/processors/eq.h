// Equaliser: bands one behind the other, the same for all channels. No latency, no detector.
//
// Bell, shelves, notch and cuts at 12 dB/oct have the responses of R. Bristow-Johnson's "Cookbook formulae
// for audio EQ biquad filter coefficients" (bilinear, q as Q in all shapes), cuts of other slopes are
// Butterworth filters (-3.01 dB at the frequency) through the same transform; a tilt is of first order,
// -gain/2 at 0 Hz, 0 dB at the frequency, +gain/2 at the top (filter_section.h, where the filter itself is).
//
// Parameters that move: the filters are designed at every multiple of 32 frames and their coefficients go
// straight from one to the next, which stays stable at any speed. So a step takes 32 frames.
#pragma once

#include <memory>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

enum class BandShape { kLowCut, kHighCut, kLowShelf, kHighShelf, kBell, kNotch, kTilt };

struct BandSettings {
  BandShape shape = BandShape::kBell;
  Parameter frequency = 1000;  // Hz, 10 .. 0.49 of the rate; beyond it is taken as the nearest of these
  Parameter gain = 0;          // dB, -36 .. 36; of shelves, bell and tilt
  Parameter q = 0.7071;        // 0.05 .. 40; of bell, shelves, notch, and of cuts at 12 dB/oct alone
  int slope = 12;              // dB/oct of a cut: 6, 12, 18, 24, 36, 48; Butterworth but for 12
};

// Thread-safe, as all processors.
std::unique_ptr<Processor> NewEq(std::vector<BandSettings> bands, int channels, int sample_rate);

}  // namespace trackout::dsp
