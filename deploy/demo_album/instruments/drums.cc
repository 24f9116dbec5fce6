#include "deploy/demo_album/instruments/drums.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "deploy/demo_album/instruments/filters.h"
#include "deploy/demo_album/instruments/ringing.h"
#include "deploy/demo_album/session.h"

namespace trackout::demo {
namespace {

constexpr double kTau = 2 * std::numbers::pi;

// A sine whose pitch falls from the stroke on: the skin is tighter while it swings far.
struct Skin {
  double hz = 50;
  double bend = 0;  // how many times higher it begins
  double bend_s = 0.02;
  double decay_s = 0.15;  // to 1/e
};

void BeatSkin(const Skin& skin, double level, int sample_rate, std::span<double> out) {
  double phase = 0;
  Decay bend(skin.bend_s, sample_rate), decay(skin.decay_s, sample_rate);
  const size_t frames = std::min(out.size(), static_cast<size_t>(skin.decay_s * 9 * sample_rate));
  for (size_t n = 0; n < frames; ++n) {
    phase += kTau * skin.hz * (1 + skin.bend * bend.Next()) / sample_rate;
    out[n] += level * decay.Next() * std::sin(phase);
  }
}

// Noise between two corners that swells in `attack_s` and dies away.
struct Rustle {
  double low_hz = 1000;
  double high_hz = 8000;
  double attack_s = 0.0005;
  double decay_s = 0.05;  // to 1/e
};

void Hiss(const Rustle& rustle, double level, int sample_rate, Dice& dice, std::span<double> out) {
  Biquad low = Biquad::HighPass(rustle.low_hz, 0.7071, sample_rate);
  Biquad high = Biquad::LowPass(rustle.high_hz, 0.7071, sample_rate);
  const double total_s = rustle.attack_s + rustle.decay_s * 9;
  const size_t frames = std::min(out.size(), static_cast<size_t>(total_s * sample_rate));
  Swell swell(rustle.attack_s, rustle.decay_s, sample_rate);
  for (size_t n = 0; n < frames; ++n) out[n] += level * swell.Next() * high.Next(low.Next(dice.Spread(1)));
}

// The soft ceiling of a skin and of the microphone in front of it.
void Saturate(std::span<double> sound, double drive) {
  for (double& sample : sound) sample = std::tanh(drive * sample) / std::tanh(drive);
}

}  // namespace

void Beat(Stroke stroke, std::span<const Note> part, uint64_t seed, int sample_rate, std::span<double> out) {
  Dice dice(seed);
  for (const Note& note : part) stroke(note, sample_rate, dice, out);
}

void Kick(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  std::vector<double> stroke(static_cast<size_t>(1.2 * sample_rate));
  BeatSkin({.hz = 51, .bend = 2.4, .bend_s = 0.022, .decay_s = 0.13}, 1.0, sample_rate, stroke);
  BeatSkin({.hz = 118, .bend = 1.5, .bend_s = 0.012, .decay_s = 0.03}, 0.35, sample_rate, stroke);
  Hiss({.low_hz = 1800, .high_hz = 6500, .decay_s = 0.004}, 0.55 * note.velocity, sample_rate, dice, stroke);
  Hiss({.low_hz = 150, .high_hz = 900, .decay_s = 0.012}, 0.35, sample_rate, dice, stroke);
  Saturate(stroke, 1.7);
  const std::span<double> place = From(out, note.start_s, sample_rate);
  Add(std::span(stroke).first(std::min(stroke.size(), place.size())), note.velocity, place);
}

void SnareTop(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  std::vector<double> stroke(static_cast<size_t>(1.0 * sample_rate));
  const double detune = 1 + dice.Sway(0.008);
  const Mode skin[] = {{188 * detune, 0.75, 0.36},  {283 * detune, 0.42, 0.26}, {341 * detune, 0.34, 0.24},
                       {517 * detune, 0.18, 0.16},  {668 * detune, 0.13, 0.13}, {921 * detune, 0.09, 0.10},
                       {1240 * detune, 0.06, 0.08}, {1733 * detune, 0.04, 0.06}};
  Ring(skin, sample_rate, stroke);
  BeatSkin({.hz = 180, .bend = 0.8, .bend_s = 0.008, .decay_s = 0.045}, 0.5, sample_rate, stroke);
  Hiss({.low_hz = 2200, .high_hz = 12000, .decay_s = 0.006}, 0.9, sample_rate, dice, stroke);
  Hiss({.low_hz = 1300, .high_hz = 9000, .decay_s = 0.075}, 0.25 + 0.4 * note.velocity, sample_rate, dice,
       stroke);
  Saturate(stroke, 1.3);
  const std::span<double> place = From(out, note.start_s, sample_rate);
  Add(std::span(stroke).first(std::min(stroke.size(), place.size())), note.velocity, place);
}

void SnareBottom(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  std::vector<double> stroke(static_cast<size_t>(1.0 * sample_rate));
  const Mode skin[] = {{188, -0.35, 0.3}, {283, -0.2, 0.2}, {341, -0.15, 0.2}};
  Ring(skin, sample_rate, stroke);
  Hiss({.low_hz = 1700, .high_hz = 11000, .attack_s = 0.002, .decay_s = 0.085}, 0.8, sample_rate, dice,
       stroke);
  const std::span<double> place = From(out, note.start_s, sample_rate);
  Add(std::span(stroke).first(std::min(stroke.size(), place.size())), note.velocity, place);
}

void BrushSnare(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  std::vector<double> stroke(static_cast<size_t>(1.5 * sample_rate));
  const double v = note.velocity;
  const Mode skin[] = {{176, 0.30 * v, 0.30}, {268, 0.16 * v, 0.22}, {325, 0.12 * v, 0.2}};
  Ring(skin, sample_rate, stroke);
  Hiss({.low_hz = 900, .high_hz = 5500, .attack_s = 0.012, .decay_s = 0.07}, 0.35 + 0.3 * v, sample_rate,
       dice, stroke);
  Hiss({.low_hz = 2500, .high_hz = 9000, .attack_s = 0.004, .decay_s = 0.016}, 0.45 * v, sample_rate, dice,
       stroke);
  const std::span<double> place = From(out, note.start_s, sample_rate);
  Add(std::span(stroke).first(std::min(stroke.size(), place.size())), v, place);
}

void Tom(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  std::vector<double> stroke(static_cast<size_t>(1.6 * sample_rate));
  const double hz = Hertz(note.pitch);
  BeatSkin({.hz = hz, .bend = 0.45, .bend_s = 0.04, .decay_s = 0.2}, 1.0, sample_rate, stroke);
  const Mode overtones[] = {{hz * 1.59, 0.28, 0.45}, {hz * 2.14, 0.16, 0.3}, {hz * 2.3, 0.1, 0.25}};
  Ring(overtones, sample_rate, stroke);
  Hiss({.low_hz = 900, .high_hz = 5000, .decay_s = 0.009}, 0.6 * note.velocity, sample_rate, dice, stroke);
  Saturate(stroke, 1.2);
  const std::span<double> place = From(out, note.start_s, sample_rate);
  Add(std::span(stroke).first(std::min(stroke.size(), place.size())), note.velocity, place);
}

void Shaker(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  const std::span<double> place = From(out, note.start_s, sample_rate);
  Hiss({.low_hz = 5200, .high_hz = 12000, .attack_s = 0.028, .decay_s = 0.022}, note.velocity, sample_rate,
       dice, place);
  Hiss({.low_hz = 6000, .high_hz = 13000, .attack_s = 0.003, .decay_s = 0.01}, 0.5 * note.velocity,
       sample_rate, dice, From(place, 0.03, sample_rate));
}

}  // namespace trackout::demo
