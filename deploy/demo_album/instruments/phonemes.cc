#include "deploy/demo_album/instruments/phonemes.h"

#include <cassert>

namespace trackout::demo {
namespace {

bool IsVowel(char sound) {
  return std::string_view("aeioux").find(sound) != std::string_view::npos;
}

// The level evens out what the formants do to loudness: an open mouth is louder than a closed one.
Posture Vowel(char sound) {
  static constexpr std::array<double, kFormants> kWidths = {70, 85, 115, 130, 170};
  switch (sound) {
    case 'a':
      return {{740, 1180, 2600, 3150, 3800}, kWidths, 0.80};
    case 'e':
      return {{510, 1780, 2560, 3200, 3800}, kWidths, 1.05};
    case 'i':
      return {{310, 2150, 2850, 3350, 3900}, kWidths, 1.35};
    case 'o':
      return {{500, 880, 2500, 3000, 3700}, kWidths, 0.95};
    case 'u':
      return {{340, 820, 2350, 2950, 3700}, kWidths, 1.30};
    default:
      return {{560, 1280, 2500, 3100, 3800}, kWidths, 0.95};
  }
}

// A voiced posture that is not a vowel: wider formants, quieter.
Posture Closed(double f1, double f2, double f3, double voice) {
  return {{f1, f2, f3, 3200, 3800}, {110, 160, 220, 260, 300}, voice};
}

Posture Noise(Posture mouth, double hiss_hz, double hiss, double breath) {
  mouth.voice = 0;
  mouth.hiss_hz = hiss_hz;
  mouth.hiss = hiss;
  mouth.breath = breath;
  return mouth;
}

Posture Labial(double voice) {
  return Closed(260, 900, 2300, voice);
}
Posture Alveolar(double voice) {
  return Closed(260, 1700, 2650, voice);
}
Posture Velar(double voice) {
  return Closed(270, 1950, 2250, voice);
}

// Closure, burst, and for the unvoiced ones a breath before the vowel begins.
std::vector<Gesture> VoicedStop(const Posture& closure, double burst_hz) {
  return {{closure, 0.045}, {Noise(closure, burst_hz, 0.35, 0), 0.008}};
}
std::vector<Gesture> UnvoicedStop(const Posture& closure, double burst_hz, const Posture& vowel) {
  return {{Noise(closure, burst_hz, 0, 0), 0.045},
          {Noise(closure, burst_hz, 0.7, 0.1), 0.012},
          {Noise(vowel, burst_hz, 0.05, 0.35), 0.028}};
}

std::vector<Gesture> Voiced(const Posture& posture, double length_s) {
  return {{posture, length_s}};
}

std::vector<Gesture> Onset(char consonant, const Posture& vowel) {
  switch (consonant) {
    case 'm':
      return Voiced(Closed(250, 1000, 2200, 0.42), 0.075);
    case 'n':
      return Voiced(Closed(250, 1500, 2450, 0.42), 0.07);
    case 'l':
      return Voiced(Closed(350, 1050, 2750, 0.6), 0.065);
    case 'r':
      return Voiced(Closed(350, 1100, 1650, 0.65), 0.07);
    case 'w':
      return Voiced(Closed(300, 640, 2250, 0.7), 0.075);
    case 'y':
      return Voiced(Closed(280, 2150, 2900, 0.8), 0.07);
    case 'b':
      return VoicedStop(Labial(0.12), 1100);
    case 'd':
      return VoicedStop(Alveolar(0.12), 3900);
    case 'g':
      return VoicedStop(Velar(0.12), 2000);
    case 'p':
      return UnvoicedStop(Labial(0), 1200, vowel);
    case 't':
      return UnvoicedStop(Alveolar(0), 4300, vowel);
    case 'k':
      return UnvoicedStop(Velar(0), 2100, vowel);
    case 's':
      return {{Noise(Alveolar(0), 6800, 0.55, 0), 0.1}};
    case 'S':
      return {{Noise(Alveolar(0), 3300, 0.55, 0), 0.1}};
    case 'z': {
      Posture buzz = Alveolar(0.25);
      buzz.hiss = 0.3;
      buzz.hiss_hz = 6500;
      return {{buzz, 0.08}};
    }
    case 'f':
      return {{Noise(Labial(0), 5500, 0.22, 0.05), 0.09}};
    case 'v': {
      Posture buzz = Labial(0.35);
      buzz.hiss = 0.1;
      return {{buzz, 0.07}};
    }
    case 'h':
      return {{Noise(vowel, 2000, 0, 0.45), 0.07}};
    default:
      assert(false && "a consonant that nobody taught the singer");
      return {};
  }
}

}  // namespace

Syllable Pronounce(std::string_view spelling) {
  Syllable syllable;
  char consonant = 0;
  if (!spelling.empty() && !IsVowel(spelling.front())) {
    consonant = spelling.front();
    spelling.remove_prefix(1);
  }
  while (!spelling.empty() && IsVowel(spelling.front())) {
    syllable.vowels.push_back(Vowel(spelling.front()));
    spelling.remove_prefix(1);
  }
  if (syllable.vowels.empty()) syllable.vowels.push_back(Vowel('x'));
  if (consonant != 0) syllable.onset = Onset(consonant, syllable.vowels.front());
  assert(spelling.size() <= 1 && "at most one consonant closes a syllable");
  if (!spelling.empty()) syllable.coda = Onset(spelling.front(), syllable.vowels.back());
  return syllable;
}

}  // namespace trackout::demo
