// Saturator: a curve without memory, oversampled.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

enum class SaturatorCurve { kTanh, kSoft, kTube };

struct SaturatorSettings {
  Parameter drive = 0;  // dB, 0 .. 36
  SaturatorCurve curve = SaturatorCurve::kTanh;
  Parameter mix = 100;   // percent
  Parameter output = 0;  // dB
};

std::unique_ptr<Processor> NewSaturator(SaturatorSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
