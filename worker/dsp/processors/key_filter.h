// What a detector hears of its key: filters for a side-chain.
#pragma once

#include <optional>

#include "worker/dsp/processors/parameter.h"

namespace trackout::dsp {

// 12 dB/oct, Butterworth; Hz; nullopt: none.
struct KeyFilterSettings {
  std::optional<Parameter> low_cut = {};
  std::optional<Parameter> high_cut = {};
};

}  // namespace trackout::dsp
