// How a master lies to its premaster: late or early, inverted or not.
#pragma once

#include <cstdint>

#include "worker/dsp/derivation/derivation.h"

namespace trackout::dsp {

// Either way; more than studios leave before a song.
inline constexpr int64_t kMostOffsetSeconds = 10;

struct Alignment {
  int64_t offset_frames = 0;  // the master's frame n is the premaster's n - offset_frames
  bool inverted = false;
  bool found = false;  // false: one of the two is silent
};

// Coarsely at about 6 kHz over the whole song, then to the frame on excerpts of it. False: a signal could not
// be read.
bool FindAlignment(const DerivationRequest& request, Alignment& alignment);

}  // namespace trackout::dsp
