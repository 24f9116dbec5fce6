// The applier of a compressor, an expander, a limiter: the signal, late by the latency, times the control.
#pragma once

#include <cstddef>
#include <memory>

#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// The control has one double for each frame (`width` 1: all channels alike) or one for each channel.
std::unique_ptr<Applier> NewDelayedGain(size_t latency, size_t channels, size_t width);

}  // namespace trackout::dsp
