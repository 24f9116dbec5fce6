// A singer: vocal folds that buzz, a throat and a mouth that shape the buzz (five formants in a
// cascade, after Klatt 1980), breath, and the habits that make it singing: notes that slide into
// each other, a vibrato that waits, a voice that grows brighter as it grows louder.
//
// The folds are two discrete summation formulas (Moorer 1976): a sum of sines whose levels fall
// exponentially with frequency has a closed form, so that the voice has no aliasing to speak of at
// the price of one sine.
#pragma once

#include <cstdint>
#include <span>

#include "deploy/demo_album/score.h"

namespace trackout::demo {

struct Singer {
  double formant_scale = 1;  // 1 for a man; a shorter throat is higher
  double edge_hz = 4000;     // how far up the folds buzz at full voice
  double edge = 0.6;         // how much of it
  double breath = 0.02;      // air that leaks through the folds
  double vibrato_hz = 5.4;
  double vibrato_cents = 38;
  double slide_s = 0.035;  // from note to note
  uint64_t seed = 1;
};

// Adds a whole line, in the order of its notes, to `out`, the whole track.
void Sing(const Singer& singer, std::span<const Note> line, int sample_rate, std::span<double> out);

}  // namespace trackout::demo
