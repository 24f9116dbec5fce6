// Delay: echoes.
#pragma once

#include <memory>
#include <optional>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct DelaySettings {
  Parameter time = 0.25;                  // s, at most 10
  Parameter feedback = 30;                // percent, 0 .. 95
  std::optional<Parameter> low_cut = {};  // Hz, in the feedback's loop
  std::optional<Parameter> high_cut = {};
  bool ping_pong = false;  // of stereo
  Parameter mix = 100;     // percent
};

std::unique_ptr<Processor> NewDelay(DelaySettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
