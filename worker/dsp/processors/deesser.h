// De-esser: a compressor of what lies above a frequency.
//
// y = x + (gain - 1) high(x), with high(x) by a linear-phase filter (high_band.h), so that nothing turns
// where the bands meet: half of the amplitude is above `frequency`, all of it from 1.6 kHz above on, nothing
// from 1.6 kHz below. Latency: the filter's 1.5 ms.
//
// The level is the peak of the high band over all channels, held for 2 ms; the curve that of the compressor
// with a knee of 6 dB, its reduction at most `range`; attack 1 ms, release 50 ms, as a compressor's. One gain
// for all channels. Where nothing is reduced, x comes out to the last bit.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct DeesserSettings {
  Parameter frequency = 6500;  // Hz, 1000 .. 20000, and at most 0.49 of the rate
  Parameter threshold = -30;   // dB, -80 .. 0
  Parameter ratio = 3;         // 1 .. inf
  Parameter range = 12;        // dB, 0 .. 60
};

std::unique_ptr<Processor> NewDeesser(DeesserSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
