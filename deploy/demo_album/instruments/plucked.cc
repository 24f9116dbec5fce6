#include "deploy/demo_album/instruments/plucked.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "deploy/demo_album/instruments/filters.h"
#include "deploy/demo_album/instruments/ringing.h"
#include "deploy/demo_album/session.h"

namespace trackout::demo {
namespace {

constexpr double kRelease_s = 0.045;  // the finger that stops a string, to 1/e

// One period of filtered noise, with the notch of the place where the string is picked.
std::vector<double> PickNoise(const GuitarString& string, const Note& note, size_t period, int sample_rate,
                              Dice& dice) {
  OnePole first(string.brightness_hz * (0.35 + 0.65 * note.velocity), sample_rate);
  OnePole second = first;
  std::vector<double> burst(period);
  double mean = 0;
  for (double& sample : burst) {
    sample = second.Next(first.Next(dice.Spread(1)));
    mean += sample / static_cast<double>(period);
  }
  const size_t notch = static_cast<size_t>(string.pick_place * static_cast<double>(period));
  std::vector<double> picked(period);
  for (size_t n = 0; n < period; ++n) {
    picked[n] = burst[n] - burst[(n + period - notch) % period];
  }
  // The same force for every brightness: noise that was filtered more is smaller.
  double energy = 1e-9;
  for (double sample : picked) energy += sample * sample;
  const double level = std::sqrt(static_cast<double>(period) / energy) * 0.25;
  for (double& sample : picked) sample *= level;
  return picked;
}

}  // namespace

void Pluck(const GuitarString& string, const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  const double hz = Hertz(note.pitch);
  // The loop is the delay line, the loss filter (late by about its dullness) and an all-pass that
  // supplies the fraction of a sample which keeps the string in tune.
  const double loop = sample_rate / hz - string.dullness;
  const size_t period = static_cast<size_t>(loop - 0.3);
  const double fraction = loop - static_cast<double>(period);
  const double all_pass = (1 - fraction) / (1 + fraction);
  const double ring_s = string.ring_s * std::sqrt(110.0 / hz);
  const double loss = std::pow(10.0, -3.0 / (hz * ring_s));

  std::vector<double> line = PickNoise(string, note, period, sample_rate, dice);
  const std::span<double> place = From(out, note.start_s, sample_rate);
  const double total_s = std::min(note.length_s + 8 * kRelease_s, ring_s * 1.4);
  const size_t frames = std::min(place.size(), static_cast<size_t>(total_s * sample_rate));
  Hold finger(0, note.length_s, kRelease_s, sample_rate);
  double last = 0, all_pass_in = 0, all_pass_out = 0;
  for (size_t n = 0, at = 0; n < frames; ++n, at = at + 1 == period ? 0 : at + 1) {
    const double sample = line[at];
    const double lossy = loss * ((1 - string.dullness) * sample + string.dullness * last);
    last = sample;
    all_pass_out = all_pass * (lossy - all_pass_out) + all_pass_in;
    all_pass_in = lossy;
    line[at] = all_pass_out;
    place[n] += note.velocity * sample * finger.Next();
  }
}

void GuitarBody(int sample_rate, std::span<double> sound) {
  Biquad air = Biquad::Bell(104, 2.2, 5, sample_rate);
  Biquad top = Biquad::Bell(212, 2.5, 4, sample_rate);
  Biquad back = Biquad::Bell(430, 2.0, 2, sample_rate);
  Biquad sparkle = Biquad::Bell(5200, 0.8, 4, sample_rate);
  Biquad rumble = Biquad::HighPass(75, 0.7, sample_rate);
  for (double& sample : sound) {
    sample = rumble.Next(sparkle.Next(back.Next(top.Next(air.Next(sample)))));
  }
}

void GuitarAmplifier(double drive, int sample_rate, std::span<double> sound) {
  Biquad tight = Biquad::HighPass(110, 0.7, sample_rate);
  Biquad presence = Biquad::Bell(2600, 0.9, 5, sample_rate);
  Biquad cone = Biquad::LowPass(5200, 0.8, sample_rate);
  Biquad edge = Biquad::LowPass(6500, 0.7, sample_rate);
  for (double& sample : sound) {
    sample = edge.Next(cone.Next(presence.Next(std::tanh(drive * tight.Next(sample)) / drive)));
  }
}

void PluckBass(const BassString& string, const Note& note, int sample_rate, Dice& dice,
               std::span<double> out) {
  const double hz = Hertz(note.pitch);
  const double edge_hz = string.brightness_hz * (0.5 + 0.8 * note.velocity);
  std::vector<Mode> partials;
  for (int k = 1; k <= 28; ++k) {
    const double partial_hz = hz * k * std::sqrt(1 + 0.00012 * k * k);
    const double pick = std::abs(std::sin(std::numbers::pi * k * string.pluck_place));
    partials.push_back({.frequency_hz = partial_hz,
                        .level = (0.15 + pick) / std::sqrt(k) / (1 + std::pow(partial_hz / edge_hz, 2)),
                        .decay_s = string.ring_s / (1 + 0.28 * k + std::pow(partial_hz / 2500, 2))});
  }
  const std::span<double> place = From(out, note.start_s, sample_rate);
  const double sounding_s = note.length_s * 0.97;
  const size_t frames = std::min(place.size(), static_cast<size_t>((sounding_s + 0.4) * sample_rate));
  std::vector<double> sound(frames);
  Ring(partials, sample_rate, sound);
  const Mode body[] = {
      {98, string.thump, 0.16}, {163, 0.6 * string.thump, 0.12}, {255, 0.3 * string.thump, 0.09}};
  Ring(body, sample_rate, sound);
  OnePole skin(1500, sample_rate);
  Decay touch(0.008, sample_rate);
  Hold finger(0, sounding_s, kRelease_s, sample_rate);
  for (double& sample : sound) {
    sample += skin.Next(dice.Spread(0.25)) * touch.Next();
    sample = std::tanh(0.8 * sample) * finger.Next();
  }
  Add(sound, note.velocity, place);
}

}  // namespace trackout::demo
