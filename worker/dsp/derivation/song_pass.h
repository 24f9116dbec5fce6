// The whole song once through a filter, block by block, beside its master.
#pragma once

#include <cstdint>
#include <functional>

#include "worker/dsp/derivation/derivation.h"
#include "worker/dsp/derivation/long_filter.h"

namespace trackout::dsp {

// `heard`: the premaster through the filter where the master's frames first, first + 1, ... are. first is a
// multiple of the filter's size, and ascends. Both are silent from KnownFrames on (excerpt.h). `take` may
// write to both.
using TakeBlock = std::function<void(int64_t first, Channels heard, Channels master)>;

// False: a signal could not be read.
bool HearSong(const DerivationRequest& request, int64_t offset_frames, const LongFilter& filter,
              const TakeBlock& take);

}  // namespace trackout::dsp
