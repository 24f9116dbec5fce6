// What sounds for as long as it is held: the tone-wheel organ with its rotary cabinet, and bowed
// strings as a section.
#pragma once

#include <array>
#include <span>

#include "deploy/demo_album/dice.h"
#include "deploy/demo_album/score.h"

namespace trackout::demo {

// The nine drawbars from 16' to 1', each 0 .. 8 as on the instrument.
using Drawbars = std::array<int, 9>;

// Adds one key to a mono track: the organ itself has one output.
void Organ(const Drawbars& drawbars, const Note& note, int sample_rate, std::span<double> out);

// The turning horn in front of two microphones: Doppler shift and loudness, opposite on both sides.
void RotaryCabinet(double turns_hz, int sample_rate, std::span<const double> in, std::span<double> left,
                   std::span<double> right);

// Six players, none quite together and none quite in tune, spread over the stage.
void StringSection(const Note& note, int sample_rate, Dice& dice, std::span<double> left,
                   std::span<double> right);

}  // namespace trackout::demo
