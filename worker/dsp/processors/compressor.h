// Compressor.
#pragma once

#include <memory>

#include "worker/dsp/processors/detection.h"
#include "worker/dsp/processors/key_filter.h"
#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct CompressorSettings {
  Parameter threshold = -18;  // dB
  Parameter ratio = 2;        // 1 .. inf
  Parameter knee = 6;         // dB
  Parameter attack = 0.01;    // s
  Parameter release = 0.1;    // s
  Parameter hold = 0;         // s
  double lookahead = 0;       // s, at most 0.02: the latency
  Detection detection = Detection::kPeak;
  Parameter link = 100;  // percent
  Parameter makeup = 0;  // dB
  Parameter mix = 100;   // percent
  KeyFilterSettings key_filter = {};
};

std::unique_ptr<Processor> NewCompressor(CompressorSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
