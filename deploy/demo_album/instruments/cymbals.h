// Bronze: hats, ride, crash and tambourine. A cymbal is a crowd of modes that stand in no simple
// ratio; each kind of cymbal keeps its own crowd (drawn from a fixed seed), and each stroke wakes it
// a little differently. Each function adds one stroke to `out`, the whole track.
#pragma once

#include <span>

#include "deploy/demo_album/dice.h"
#include "deploy/demo_album/score.h"

namespace trackout::demo {

void ClosedHat(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

// Rings until the foot closes it at the end of the note.
void OpenHat(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

void Ride(const Note& note, int sample_rate, Dice& dice, std::span<double> out);
void Crash(const Note& note, int sample_rate, Dice& dice, std::span<double> out);
void Tambourine(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

}  // namespace trackout::demo
