// The drums: skins, wires and small percussion. Each function adds one stroke to `out`, the whole
// track, at the note's place; `velocity` changes the tone as well as the level, and the dice give
// every stroke its own noise, so that no two are alike.
#pragma once

#include <cstdint>
#include <span>

#include "deploy/demo_album/dice.h"
#include "deploy/demo_album/score.h"

namespace trackout::demo {

using Stroke = void (*)(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

// A whole part, stroke by stroke.
void Beat(Stroke stroke, std::span<const Note> part, uint64_t seed, int sample_rate, std::span<double> out);

void Kick(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

// What the microphone above the snare hears, and the one below it, which hears mostly wires and
// stands on the other side of the skin: its polarity is inverted.
void SnareTop(const Note& note, int sample_rate, Dice& dice, std::span<double> out);
void SnareBottom(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

// A snare played with brushes: a sweep of noise and a soft skin.
void BrushSnare(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

// `pitch` tunes the tom.
void Tom(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

void Shaker(const Note& note, int sample_rate, Dice& dice, std::span<double> out);

}  // namespace trackout::demo
