#include "deploy/demo_album/instruments/keys.h"

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
constexpr double kDamper_s = 0.09;  // felt on the string, to 1/e

// One string of a piano key, out of tune by some cents.
std::vector<Mode> PianoString(const Note& note, double cents, Dice& dice) {
  const double hz = Hertz(note.pitch + cents / 100);
  const double stiffness = 0.00022 * std::exp2((note.pitch - 48) / 14);
  const double hammer_hz = 500 + 2600 * note.velocity * note.velocity + 1.1 * hz;
  const double ring_s = 11 * std::exp2(-(note.pitch - 45) / 17);
  std::vector<Mode> modes;
  for (int k = 1; k <= 26; ++k) {
    const double partial_hz = hz * k * std::sqrt(1 + stiffness * k * k);
    const double hardness = std::exp(-partial_hz / hammer_hz);
    if (hardness < 0.003) break;  // the hammer is too soft to wake the rest
    const double strike = 0.12 + std::abs(std::sin(std::numbers::pi * k / 7.6));
    modes.push_back({.frequency_hz = partial_hz,
                     .level = strike * hardness / std::sqrt(k) * (0.8 + 0.4 * dice.Uniform()),
                     .decay_s = ring_s / (1 + 0.22 * k + partial_hz / 6000)});
  }
  return modes;
}

}  // namespace

void Piano(const Note& note, int sample_rate, Dice& dice, std::span<double> left, std::span<double> right) {
  left = From(left, note.start_s, sample_rate);
  right = From(right, note.start_s, sample_rate);
  const size_t frames =
      std::min(left.size(), static_cast<size_t>((note.length_s + 6 * kDamper_s) * sample_rate));
  std::vector<double> near(frames), far(frames);
  Ring(PianoString(note, -0.7, dice), sample_rate, near);
  Ring(PianoString(note, +0.8, dice), sample_rate, far);

  const double side = std::clamp((note.pitch - 62) / 40, -0.5, 0.5);
  OnePole felt(420, sample_rate);
  // A hammer does not leave the string at once: about a millisecond of rounding.
  Hold damper(0.0012, note.length_s, kDamper_s, sample_rate);
  Decay wood(0.014, sample_rate);
  for (size_t n = 0; n < frames; ++n) {
    const double knock = 1.6 * felt.Next(dice.Spread(1)) * wood.Next();
    const double level = note.velocity * damper.Next();
    left[n] += level * (0.5 - 0.4 * side) * (near[n] * 1.3 + far[n] * 0.5 + knock);
    right[n] += level * (0.5 + 0.4 * side) * (near[n] * 0.5 + far[n] * 1.3 + knock);
  }
}

void ElectricPiano(const Note& note, int sample_rate, std::span<double> left, std::span<double> right) {
  left = From(left, note.start_s, sample_rate);
  right = From(right, note.start_s, sample_rate);
  const double hz = Hertz(note.pitch);
  const double ring_s = 1.5 * std::exp2(-(note.pitch - 60) / 30);
  const double release_s = 0.07;
  Hold damper(0.002, note.length_s, release_s, sample_rate);
  Decay decay(ring_s, sample_rate), growl_decay(0.35 * ring_s, sample_rate);
  // The tine's own high ring is gone before the tone is.
  Decay tine_decay(0.04, sample_rate);
  const size_t tine_frames = static_cast<size_t>(0.3 * sample_rate);
  const size_t frames =
      std::min(left.size(), static_cast<size_t>((note.length_s + 7 * release_s) * sample_rate));
  for (size_t n = 0; n < frames; ++n) {
    const double phase = kTau * hz * static_cast<double>(n) / sample_rate;
    const double growl = (0.25 + 1.5 * note.velocity * note.velocity) * growl_decay.Next() + 0.15;
    double tone = std::sin(phase + growl * std::sin(phase));
    if (n < tine_frames) {
      tone += 0.11 * note.velocity * tine_decay.Next() * std::sin(phase + 1.2 * std::sin(7 * phase));
    }
    const double level = note.velocity * damper.Next() * decay.Next();
    left[n] += 0.5 * level * tone;
    right[n] += 0.5 * level * tone;
  }
}

void PanningTremolo(double rate_hz, double depth, int sample_rate, std::span<double> left,
                    std::span<double> right) {
  for (size_t n = 0; n < left.size(); ++n) {
    const double swing = depth * std::sin(kTau * rate_hz * static_cast<double>(n) / sample_rate);
    left[n] *= 1 + swing;
    right[n] *= 1 - swing;
  }
}

}  // namespace trackout::demo
