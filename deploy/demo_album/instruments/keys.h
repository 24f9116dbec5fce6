// Struck keys: a grand piano and an electric piano. Each function adds one note to the two sides of
// a stereo track.
#pragma once

#include <span>

#include "deploy/demo_album/dice.h"
#include "deploy/demo_album/score.h"

namespace trackout::demo {

// Stiff strings, two to a key and hardly out of tune with each other, struck by a hammer that is
// brighter the harder it falls; low keys sound more on the left, as the player hears them.
void Piano(const Note& note, int sample_rate, Dice& dice, std::span<double> left, std::span<double> right);

// A tine and its tone bar, by frequency modulation (Chowning 1973).
void ElectricPiano(const Note& note, int sample_rate, std::span<double> left, std::span<double> right);

// The panning tremolo of the electric piano's own amplifier, on a whole track.
void PanningTremolo(double rate_hz, double depth, int sample_rate, std::span<double> left,
                    std::span<double> right);

}  // namespace trackout::demo
