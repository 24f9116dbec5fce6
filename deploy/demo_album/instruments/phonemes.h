// How the mouth stands for each sound of a sung syllable. A syllable is spelled roughly as it is
// heard: a consonant or none, one or two vowels, and a consonant or none to close it: "mo", "dei", "lain".
// Vowels: a e i o u, and x for the a of "about". Consonants: b d f g h k l m n p r s t v w y z, and
// S for sh.
//
// Vowel formants are those of a male voice after Peterson and Barney (1952), with the upper ones
// drawn together as trained singers do (Sundberg 1974).
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace trackout::demo {

constexpr size_t kFormants = 5;

struct Posture {
  std::array<double, kFormants> formant_hz = {};
  std::array<double, kFormants> width_hz = {};
  double voice = 0;   // level of the vocal folds
  double breath = 0;  // level of the noise that passes the whole mouth
  double hiss = 0;    // level of the noise that is made at the teeth
  double hiss_hz = 5000;
};

// A posture that is held for a while.
struct Gesture {
  Posture posture;
  double length_s = 0;
};

struct Syllable {
  std::vector<Gesture> onset;   // before the beat
  std::vector<Posture> vowels;  // one, or two that glide; the first stands on the beat
  std::vector<Gesture> coda;    // before the end
};

Syllable Pronounce(std::string_view spelling);

}  // namespace trackout::demo
