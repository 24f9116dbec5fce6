// Stretches of both signals in memory, one behind the other, spread evenly over the song: what the filter of
// a whole song is found from.
//
// Each stretch begins and ends with a margin in which the premaster is there to be heard by a long filter,
// but the master counts for nothing (it is silent, and so is made what is compared with it).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/derivation/cross_spectrum.h"
#include "worker/dsp/derivation/derivation.h"
#include "worker/dsp/derivation/planes.h"

namespace trackout::dsp {

// How many frames of the master count, from frame 0 on: those whose premaster is known.
int64_t KnownFrames(const DerivationRequest& request, int64_t offset_frames);

struct Excerpt {
  Planes premaster;
  Planes master;
  int64_t stretch_frames = 0;  // margins included; a whole number of stretches
  int64_t margin_frames = 0;
};

// From known frames alone. `most_frames`: of all stretches together. False: a signal could not be read.
bool ReadExcerpt(const DerivationRequest& request, int64_t offset_frames, int64_t most_frames,
                 int64_t margin_frames, Excerpt& excerpt);

// What the two have in common in all stretches, margins left out. The premaster is taken times `gains`
// where there are some; `other` lies beside it.
CrossSpectrum CompareInExcerpt(const Fft& fft, const Excerpt& excerpt, std::span<const double> gains,
                               const Planes& other);

// Silence in the margins.
void ClearMargins(const Excerpt& excerpt, Planes& planes);

}  // namespace trackout::dsp
