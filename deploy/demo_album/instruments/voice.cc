// The line becomes a list of cues: from this moment on the mouth aims at this posture and the folds
// at this pitch. What is heard are not the cues but the muscles following them, each with its own
// inertia: that alone gives the glides between formants and between notes.
#include "deploy/demo_album/instruments/voice.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <vector>

#include "deploy/demo_album/dice.h"
#include "deploy/demo_album/instruments/filters.h"
#include "deploy/demo_album/instruments/phonemes.h"

namespace trackout::demo {
namespace {

constexpr double kTau = 2 * std::numbers::pi;
constexpr size_t kBlock = 24;  // samples between two looks at the muscles
constexpr double kSilent = 1e-6;
// The formants above those that make the vowels hardly move, but without them a voice is dull.
constexpr double kUpper_hz[] = {4700, 5700, 6800, 8000, 9300};

struct Cue {
  double at_s = 0;
  Posture posture;
  double pitch = 0;
  double effort = 0;
  bool new_note = false;    // the vibrato begins to wait again
  bool new_phrase = false;  // the pitch is taken from below, not slid to
};

void AddGestures(std::span<const Gesture> gestures, const Note& note, double at_s, std::vector<Cue>& cues) {
  for (const Gesture& gesture : gestures) {
    cues.push_back({.at_s = at_s, .posture = gesture.posture, .pitch = note.pitch, .effort = note.velocity});
    at_s += gesture.length_s;
  }
}

double LengthOf(std::span<const Gesture> gestures) {
  double length_s = 0;
  for (const Gesture& gesture : gestures) length_s += gesture.length_s;
  return length_s;
}

std::vector<Cue> CuesOf(std::span<const Note> line) {
  std::vector<Cue> cues;
  double free_s = -10;  // when the last note has ended
  for (size_t i = 0; i < line.size(); ++i) {
    const Note& note = line[i];
    const Syllable syllable = Pronounce(note.syllable);
    const bool new_phrase = note.start_s - free_s > 0.12;
    const double onset_s = std::min(LengthOf(syllable.onset), note.start_s);
    if (note.start_s - free_s > 0.7) {
      // Room enough to be heard breathing in.
      Posture breath = Pronounce("x").vowels.front();
      breath.voice = 0;
      breath.breath = 0.07;
      cues.push_back({.at_s = note.start_s - onset_s - 0.42, .posture = breath, .pitch = note.pitch});
      breath.breath = 0;
      cues.push_back({.at_s = note.start_s - onset_s - 0.1, .posture = breath, .pitch = note.pitch});
    }
    const size_t first = cues.size();
    AddGestures(syllable.onset, note, note.start_s - onset_s, cues);
    const Cue vowel = {.at_s = note.start_s,
                       .posture = syllable.vowels.front(),
                       .pitch = note.pitch,
                       .effort = note.velocity,
                       .new_note = true};
    cues.push_back(vowel);
    cues[first].new_phrase = new_phrase;

    const double next_s = i + 1 < line.size() ? line[i + 1].start_s : 1e9;
    const bool legato = next_s - note.start_s - note.length_s < 0.08;
    const double end_s = legato ? next_s : note.start_s + note.length_s;
    if (syllable.vowels.size() > 1) {
      Cue glide = vowel;
      glide.new_note = false;
      glide.at_s = note.start_s + std::max(0.5 * (end_s - note.start_s), end_s - note.start_s - 0.28);
      glide.posture = syllable.vowels.back();
      cues.push_back(glide);
    }
    AddGestures(syllable.coda, note, end_s - LengthOf(syllable.coda), cues);
    if (!legato) {
      Cue rest = cues.back();
      rest.at_s = end_s - 0.03;
      rest.new_note = rest.new_phrase = false;
      rest.posture.voice = rest.posture.hiss = 0;
      rest.posture.breath = 0.025;
      cues.push_back(rest);
      rest.at_s = end_s + 0.09;
      rest.posture.breath = 0;
      cues.push_back(rest);
    }
    free_s = end_s;
  }
  std::stable_sort(cues.begin(), cues.end(), [](const Cue& a, const Cue& b) { return a.at_s < b.at_s; });
  return cues;
}

// One formant: unity at DC, so that a cascade of them has the loudness of the vowel it makes.
class Formant {
 public:
  void Aim(double hz, double width_hz, int sample_rate) {
    const double r = std::exp(-std::numbers::pi * width_hz / sample_rate);
    b_ = 2 * r * std::cos(kTau * hz / sample_rate);
    c_ = -r * r;
    a_ = 1 - b_ - c_;
  }
  double Next(double in) {
    const double out = a_ * in + b_ * last_ + c_ * before_;
    before_ = last_;
    last_ = out;
    return out;
  }

 private:
  double a_ = 1, b_ = 0, c_ = 0, last_ = 0, before_ = 0;
};

// sum over k of a^k sin(k phase), brought to the same power for every a.
double Buzz(double a, double sine, double cosine) {
  const double power = std::sqrt(2 * (1 - a * a)) / a;
  return power * a * sine / (1 - 2 * a * cosine + a * a);
}

// Everything that moves, and how it follows its cue. Times are to 1/e.
struct Muscles {
  Posture now;
  double pitch = 60;
  double pitch_before = 60;  // two inertias in a row: a slide that starts and ends softly
  double effort = 0;

  void Follow(const Cue& cue, const Singer& singer, double step_s) {
    const auto toward = [step_s](double aim, double time_s, double& value) {
      value += (aim - value) * (1 - std::exp(-step_s / time_s));
    };
    for (size_t i = 0; i < kFormants; ++i) {
      toward(cue.posture.formant_hz[i], 0.017, now.formant_hz[i]);
      toward(cue.posture.width_hz[i], 0.017, now.width_hz[i]);
    }
    toward(cue.posture.voice, cue.posture.voice > now.voice ? 0.016 : 0.03, now.voice);
    toward(cue.posture.breath, 0.02, now.breath);
    toward(cue.posture.hiss, cue.posture.hiss > now.hiss ? 0.006 : 0.008, now.hiss);
    toward(cue.effort, 0.05, effort);
    toward(cue.pitch, singer.slide_s, pitch_before);
    toward(pitch_before, singer.slide_s * 0.6, pitch);
  }
};

}  // namespace

void Sing(const Singer& singer, std::span<const Note> line, int sample_rate, std::span<double> out) {
  const std::vector<Cue> cues = CuesOf(line);
  if (cues.empty()) return;
  Dice dice(singer.seed);
  Muscles muscles;
  muscles.now = cues.front().posture;
  std::vector<Formant> mouth(kFormants + std::size(kUpper_hz));
  Biquad teeth = Biquad::BandPass(5000, 1.2, sample_rate);
  OnePole breath_tone(5000, sample_rate);
  OnePole drift(2.5, sample_rate / static_cast<int>(kBlock));
  double teeth_hz = 0, phase = 0, note_s = 0, vibrato_phase = 0, voice = 0, hiss = 0, step = 0;
  const double block_s = static_cast<double>(kBlock) / sample_rate;

  size_t cue = 0;
  for (size_t n = 0; n + kBlock <= out.size(); n += kBlock) {
    const double t = static_cast<double>(n) / sample_rate;
    for (; cue < cues.size() && cues[cue].at_s <= t; ++cue) {
      if (cues[cue].new_phrase) muscles.pitch = muscles.pitch_before = cues[cue].pitch - 1.1;
      if (cues[cue].new_note) note_s = 0;
    }
    if (cue == 0) continue;
    muscles.Follow(cues[cue - 1], singer, block_s);
    const Posture& now = muscles.now;
    note_s += block_s;

    // The vibrato waits, then opens; drift keeps even a held note alive.
    const double opened = std::clamp((note_s - 0.16) / 0.35, 0.0, 1.0);
    const double sway = drift.Next(dice.Spread(16));
    vibrato_phase += kTau * block_s * singer.vibrato_hz * (1 + 0.1 * sway);
    const double wave = std::sin(vibrato_phase);
    const double cents = singer.vibrato_cents * opened * wave + 8 * sway;
    const double hz = Hertz(muscles.pitch + cents / 100);

    // Each note swells a little, and a very long one runs out of air.
    const double air = 1 / (1 + 0.3 * std::max(0.0, note_s - 1.2));
    const double swell = air * (0.86 + 0.14 * std::min(1.0, note_s / 0.35) + 0.06 * opened * wave);
    const double voice_aim = now.voice * muscles.effort * swell;
    if (std::max({voice_aim, voice, now.breath, now.hiss}) < kSilent) continue;

    for (size_t i = 0; i < kFormants; ++i) {
      // A singer opens the mouth before the fundamental would leave the first formant behind.
      const double formant_hz = now.formant_hz[i] * singer.formant_scale;
      mouth[i].Aim(i == 0 ? std::max(formant_hz, hz * 1.03) : formant_hz, now.width_hz[i], sample_rate);
    }
    for (size_t i = 0; i < std::size(kUpper_hz); ++i) {
      mouth[kFormants + i].Aim(kUpper_hz[i] * singer.formant_scale, 0.09 * kUpper_hz[i], sample_rate);
    }
    if (cues[cue - 1].posture.hiss > 0 && cues[cue - 1].posture.hiss_hz != teeth_hz) {
      teeth_hz = cues[cue - 1].posture.hiss_hz;
      teeth = Biquad::BandPass(teeth_hz, 1.3, sample_rate);
    }

    const double chest = std::exp(-hz / 620);
    const double head = std::exp(-hz / (singer.edge_hz * (0.6 + 0.4 * muscles.effort)));
    const double edge = singer.edge * (0.35 + 0.65 * muscles.effort);
    const double voice_step = (voice_aim - voice) / kBlock;
    const double hiss_step = (now.hiss - hiss) / kBlock;
    if (step == 0) step = hz / sample_rate;
    const double pitch_step = (hz / sample_rate - step) / kBlock;
    for (size_t i = 0; i < kBlock; ++i) {
      voice += voice_step;
      hiss += hiss_step;
      step += pitch_step;
      phase += step;
      if (phase >= 1) phase -= 1;
      const double sine = std::sin(kTau * phase), cosine = std::cos(kTau * phase);
      const double noise = dice.Spread(1);
      // Air leaks while the folds are open, so that breath pulses with the pitch.
      const double leak = breath_tone.Next(noise) * (now.breath + singer.breath * voice * (1 + cosine));
      double sound = voice * (Buzz(chest, sine, cosine) + edge * Buzz(head, sine, cosine)) + leak;
      for (Formant& formant : mouth) sound = formant.Next(sound);
      out[n + i] += 0.3 * sound + hiss * teeth.Next(noise) * 2.5;
    }
  }
}

}  // namespace trackout::demo
