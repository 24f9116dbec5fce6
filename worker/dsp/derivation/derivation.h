// A finished master taken apart: which time-varying filter makes it of the premaster.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// Reads frames [first, first + the planes' length) of a signal, silence outside of it. Ascending or not.
// False: it cannot be read (whoever gave the function knows why).
using ReadFrames = std::function<bool(int64_t first, Channels planes)>;

struct DerivationRequest {
  ReadFrames premaster;
  ReadFrames master;
  int channels = 2;  // of both
  int sample_rate = 48000;
  int64_t frames = 0;       // of the master, from frame 0 on
  int64_t first_frame = 0;  // of the song, where frame 0 of both lies
  // Of the premaster, from frame 0 on; fewer than `frames`: as many. A master that begins early is made of
  // more than `frames`. Behind them the premaster is not known: what the master makes of it counts for
  // nothing, and the filter hears silence there.
  int64_t premaster_frames = 0;

  int64_t premaster_end() const { return std::max(frames, premaster_frames); }
};

struct Derivation {
  // How the master lies to the premaster: its frame n is the premaster's n - offset_frames, inverted or not.
  int64_t offset_frames = 0;
  bool inverted = false;
  // 10 log10(energy of the master that the filter does not explain / energy of the master); -inf where
  // nothing is left. How well the two agree at all, in the same measure, before any gain moves: one filter
  // for the whole song.
  double residual_db = 0;
  double still_residual_db = 0;
  // Whether the master is one of this mix; else it is another song or another mix.
  bool is_same_mix = false;
  // Linear: the premaster and every part of it go through it. It has polarity and offset in it: what comes
  // out is in step with the master as it lies in the song. Null where it is another mix.
  std::unique_ptr<Processor> filter;
};

// False: a signal could not be read. The same bits on every machine, from the same samples.
bool Derive(const DerivationRequest& request, Derivation& derivation);

}  // namespace trackout::dsp
