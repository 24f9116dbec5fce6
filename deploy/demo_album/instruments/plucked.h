// Plucked strings. Guitars are Karplus and Strong's loop (1983) with Jaffe and Smith's extensions:
// a burst of noise runs round a delay line as long as one period and loses its highs on the way.
// The bass is modal, because its low partials should be placed, not found.
// Each function adds one note to `out`, the whole track.
#pragma once

#include <span>

#include "deploy/demo_album/dice.h"
#include "deploy/demo_album/score.h"

namespace trackout::demo {

struct GuitarString {
  double ring_s = 4;            // to -60 dB, at 110 Hz
  double brightness_hz = 4000;  // of the pick
  double dullness = 0.35;       // what each round takes from the highs, 0 .. 0.5
  double pick_place = 0.18;     // along the string
};

void Pluck(const GuitarString& string, const Note& note, int sample_rate, Dice& dice, std::span<double> out);

// The wooden box of an acoustic guitar, or the small loudspeaker of an amplifier, on a whole track.
void GuitarBody(int sample_rate, std::span<double> sound);
void GuitarAmplifier(double drive, int sample_rate, std::span<double> sound);

struct BassString {
  double ring_s = 5;           // of the lowest partials, to -60 dB
  double brightness_hz = 700;  // fingers low, a pick high
  double pluck_place = 0.22;
  double thump = 0.3;  // of the body, for an upright bass
};

void PluckBass(const BassString& string, const Note& note, int sample_rate, Dice& dice,
               std::span<double> out);

}  // namespace trackout::demo
