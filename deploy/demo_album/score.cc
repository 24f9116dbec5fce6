#include "deploy/demo_album/score.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

namespace trackout::demo {
namespace {

// How hard a character of a drum tab strikes; 0 is a rest.
double StrengthOf(char stroke) {
  switch (stroke) {
    case 'X':
      return 1.0;
    case 'x':
      return 0.78;
    case 'o':
      return 0.52;
    case 'g':
      return 0.24;
    default:
      return 0;
  }
}

// The pitches that one character of a part means over a chord.
std::vector<double> PitchesOf(char sign, const Chord& chord) {
  switch (sign) {
    case 'R':
      return {chord.bass};
    case 'F':
      return {chord.bass + 7};
    case 'O':
      return {chord.bass + 12};
    case 'T':
      return {chord.bass - 5};
    case 'C':
    case 'c':
      return chord.tones;
    default:
      break;
  }
  const size_t index = static_cast<size_t>(sign - '1');
  if (sign < '1' || sign > '9' || chord.tones.empty()) return {};
  // Above the last tone the chord goes on an octave higher.
  const size_t octave = index / chord.tones.size();
  return {chord.tones[index % chord.tones.size()] + 12.0 * static_cast<double>(octave)};
}

// The step behind the last one that the sound at `step` is held through.
size_t HeldUntil(std::string_view pattern, size_t step) {
  do ++step;
  while (step < pattern.size() && pattern[step] == '-');
  return step;
}

// The parts of a text between its separators, without the empty ones.
std::vector<std::string_view> Parts(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

double Hertz(double pitch) {
  return 440.0 * std::exp2((pitch - 69.0) / 12.0);
}

double PitchOf(std::string_view name) {
  static constexpr int kSteps[] = {9, 11, 0, 2, 4, 5, 7};  // A B C D E F G above C
  assert(name.size() >= 2 && name[0] >= 'A' && name[0] <= 'G');
  int pitch = kSteps[name[0] - 'A'];
  if (name[1] == '#') ++pitch;
  if (name[1] == 'b') --pitch;
  return pitch + 12 * (name.back() - '0' + 1);
}

std::vector<Chord> Changes(std::string_view text) {
  std::vector<Chord> changes;
  for (std::string_view bar : Parts(text, '|')) {
    Chord& chord = changes.emplace_back();
    for (std::string_view name : Parts(bar, ' ')) {
      chord.tones.push_back(PitchOf(name));
    }
    assert(!chord.tones.empty());
    chord.bass = chord.tones.front();
    chord.tones.erase(chord.tones.begin());
  }
  return changes;
}

double Grid::At(int bar, double beat) const {
  const double straight = (beat - 1) * swung_per_beat;
  const double whole = std::floor(straight);
  const double part = straight - whole;
  // The first half of each unit is stretched to `swing` of it, the second takes what is left.
  const double swung = part < 0.5 ? part * 2 * swing : swing + (part - 0.5) * 2 * (1 - swing);
  const double beats = (bar - 1) * beats_per_bar + (whole + swung) / swung_per_beat;
  return beats * 60.0 / bpm;
}

Player::Player(const Grid& grid, uint64_t seed, double looseness_s, double behind_s)
    : grid_(grid), looseness_s_(looseness_s), behind_s_(behind_s), dice_(seed) {}

Note Player::Play(int bar, double beat, double beats, double pitch, double velocity) {
  Note note;
  const double due_s = grid_.At(bar, beat);
  note.start_s = due_s + behind_s_ + dice_.Sway(looseness_s_);
  if (note.start_s < 0) note.start_s = 0;
  note.length_s = grid_.At(bar, beat + beats) - due_s;
  note.pitch = pitch;
  note.velocity = velocity * (1.0 + dice_.Sway(0.12));
  return note;
}

void Player::Tab(int bar, std::string_view tab, double velocity, double pitch, std::vector<Note>& part) {
  const double step = static_cast<double>(grid_.beats_per_bar) / static_cast<double>(tab.size());
  for (size_t i = 0; i < tab.size(); ++i) {
    const double strength = StrengthOf(tab[i]);
    if (strength == 0) continue;
    part.push_back(Play(bar, 1 + static_cast<double>(i) * step, step, pitch, velocity * strength));
  }
}

void Player::Comp(int bar, const Chord& chord, std::string_view pattern, double velocity,
                  std::vector<Note>& part) {
  const double step = static_cast<double>(grid_.beats_per_bar) / static_cast<double>(pattern.size());
  for (size_t i = 0; i < pattern.size(); ++i) {
    const size_t end = HeldUntil(pattern, i);
    const double strength = pattern[i] == 'c' ? 0.6 : 1.0;
    for (double pitch : PitchesOf(pattern[i], chord)) {
      part.push_back(Play(bar, 1 + static_cast<double>(i) * step, static_cast<double>(end - i) * step, pitch,
                          velocity * strength));
    }
  }
}

void Player::Strum(int bar, const Chord& chord, std::string_view pattern, double velocity,
                   std::vector<Note>& part) {
  constexpr double kPickTravel_s = 0.011;  // from string to string
  const double step = static_cast<double>(grid_.beats_per_bar) / static_cast<double>(pattern.size());
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (std::string_view("Ddu").find(pattern[i]) == std::string_view::npos) continue;
    const double strength = pattern[i] == 'D' ? 1.0 : pattern[i] == 'd' ? 0.72 : 0.58;
    const double held = static_cast<double>(HeldUntil(pattern, i) - i) * step;
    const Note stroke = Play(bar, 1 + static_cast<double>(i) * step, held, 0, velocity * strength);
    for (size_t k = 0; k < chord.tones.size(); ++k) {
      Note note = stroke;
      note.pitch = pattern[i] == 'u' ? chord.tones[chord.tones.size() - 1 - k] : chord.tones[k];
      note.start_s += kPickTravel_s * static_cast<double>(k);
      note.velocity *= 1 + dice_.Sway(0.15);
      part.push_back(note);
    }
  }
}

void Player::Sing(int bar, double beat, std::string_view line, double velocity, std::vector<Note>& part) {
  for (std::string_view token : Parts(line, ' ')) {
    const std::vector<std::string_view> fields = Parts(token, ':');
    assert(fields.size() >= 2);
    const double beats = std::strtod(std::string(fields[1]).c_str(), nullptr);
    if (fields[0] != "-") {
      Note note = Play(bar, beat, beats, PitchOf(fields[0]), velocity);
      if (fields.size() > 2) note.syllable = fields[2];
      part.push_back(note);
    }
    beat += beats;
  }
}

}  // namespace trackout::demo
