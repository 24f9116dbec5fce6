// Reverb, computed; and the unprocessed side of a time-based processor.
#pragma once

#include <memory>
#include <optional>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct ReverbSettings {
  Parameter decay = 1.8;                  // s: RT60, 0.1 .. 20
  Parameter predelay = 0.02;              // s, 0 .. 1
  Parameter damping = 6000;               // Hz
  std::optional<Parameter> low_cut = {};  // Hz
  Parameter width = 100;                  // percent, 0 .. 200
  Parameter mix = 100;                    // percent
};

std::unique_ptr<Processor> NewReverb(ReverbSettings settings, int channels, int sample_rate);

// What a processor with this mix leaves of the signal itself: times 1 - mix / 100.
std::unique_ptr<Processor> NewUnprocessedSide(Parameter mix);

}  // namespace trackout::dsp
