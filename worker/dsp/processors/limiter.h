// True-peak limiter.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct LimiterSettings {
  Parameter ceiling = -1;    // dBTP
  double lookahead = 0.005;  // s, 0.001 .. 0.02
  Parameter release = 0.1;   // s
  Parameter drive = 0;       // dB, before the limiter
};

std::unique_ptr<Processor> NewLimiter(LimiterSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
