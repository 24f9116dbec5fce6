// The written music and the people who play it. A Grid says where a beat lies in time (tempo,
// metre, swing); a Chord is a bass note and what stands above it; a Player turns short lines of
// text into Notes and misses the grid a little, as people do:
//
//   Drum tab, one character for each step of the bar:   "X...g..X.Xg..."
//   A part over a chord, likewise:                      "R--.F-O-" or "C--.C-.."
//   A sung line, pitch:beats:syllable:                  "E4:.75:ko E4:.75:pa F#4:1:mo -:1.5"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/demo_album/dice.h"

namespace trackout::demo {

// One sound of one player. `pitch` is a MIDI number (69 = A4 = 440 Hz), `velocity` 0 .. 1.
struct Note {
  double start_s = 0;
  double length_s = 0;
  double pitch = 0;
  double velocity = 0;
  std::string syllable;
};

struct Chord {
  double bass = 0;
  std::vector<double> tones;
};

double Hertz(double pitch);

// "F#3" -> 54.
double PitchOf(std::string_view name);

// One chord for each bar, parted by bars, the bass note first: "A1 E3 G#3 C#4 | D2 F#3 A3".
std::vector<Chord> Changes(std::string_view text);

// Bars and beats count from 1, as musicians do. `swing` is where the middle of each swung unit
// falls, from 0.5 (straight) to 0.67 (triplets); the unit is a beat over `swung_per_beat`.
struct Grid {
  double bpm = 120;
  int beats_per_bar = 4;
  double swing = 0.5;
  int swung_per_beat = 1;

  double At(int bar, double beat = 1) const;
};

class Player {
 public:
  // `looseness_s` is how far a note may fall from its place, `behind_s` how late the player feels
  // the beat. Two players with the same seed play alike.
  Player(const Grid& grid, uint64_t seed, double looseness_s, double behind_s = 0);

  // One note of `beats` length.
  Note Play(int bar, double beat, double beats, double pitch, double velocity);

  // Strokes on the steps of a bar: X accent, x stroke, o soft, g ghost, anything else rest.
  void Tab(int bar, std::string_view tab, double velocity, double pitch, std::vector<Note>& part);

  // Steps of a bar over a chord: R root, F fifth and O octave above it, T the fourth below; 1 .. 9 a
  // tone of the chord, C all of them, c softly; '-' holds on.
  void Comp(int bar, const Chord& chord, std::string_view pattern, double velocity, std::vector<Note>& part);

  // Strokes over the tones of a chord: D down, d softly, u up; '-' lets them ring.
  void Strum(int bar, const Chord& chord, std::string_view pattern, double velocity, std::vector<Note>& part);

  // A melody from a place in a bar on; '-' as pitch is a rest.
  void Sing(int bar, double beat, std::string_view line, double velocity, std::vector<Note>& part);

 private:
  const Grid grid_;
  const double looseness_s_;
  const double behind_s_;
  Dice dice_;
};

}  // namespace trackout::demo
