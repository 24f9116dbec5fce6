#include "deploy/demo_album/instruments/cymbals.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "deploy/demo_album/instruments/filters.h"
#include "deploy/demo_album/instruments/ringing.h"
#include "deploy/demo_album/session.h"

namespace trackout::demo {
namespace {

struct Bronze {
  uint64_t seed = 0;  // which crowd of modes
  int modes = 0;
  double low_hz = 0;
  double high_hz = 0;
  double low_decay_s = 0;  // of the lowest mode, to -60 dB; the highest falls `damping` times faster
  double damping = 1;
  double slope_db = 0;  // of the highest mode against the lowest
};

// The modes lie evenly on a logarithmic scale, each somewhere within its own slot.
std::vector<Mode> Wake(const Bronze& bronze, double level, Dice& stroke) {
  Dice crowd(bronze.seed);
  std::vector<Mode> modes;
  for (int i = 0; i < bronze.modes; ++i) {
    const double place = (i + crowd.Uniform()) / bronze.modes;
    const double slope = std::pow(10.0, bronze.slope_db * place / 20);
    modes.push_back(
        {.frequency_hz = bronze.low_hz * std::pow(bronze.high_hz / bronze.low_hz, place),
         .level = level * slope * (0.4 + crowd.Uniform()) * (0.7 + 0.6 * stroke.Uniform()),
         .decay_s = bronze.low_decay_s * std::pow(bronze.damping, -place) * (0.7 + 0.6 * crowd.Uniform()),
         .phase = 2 * std::numbers::pi * stroke.Uniform()});
  }
  return modes;
}

// Noise above a corner that dies away: the countless modes too dense to be counted.
void Wash(double corner_hz, double decay_s, double attack_s, double level, int sample_rate, Dice& dice,
          std::span<double> out) {
  Biquad first = Biquad::HighPass(corner_hz, 0.6, sample_rate);
  Biquad second = Biquad::HighPass(corner_hz * 0.8, 0.6, sample_rate);
  const double total_s = attack_s + 7 * decay_s;
  const size_t frames = std::min(out.size(), static_cast<size_t>(total_s * sample_rate));
  Swell swell(attack_s, decay_s, sample_rate);
  for (size_t n = 0; n < frames; ++n)
    out[n] += level * swell.Next() * second.Next(first.Next(dice.Spread(1)));
}

void AddStroke(std::span<const double> stroke, double gain, std::span<double> place) {
  Add(stroke.first(std::min(stroke.size(), place.size())), gain, place);
}

}  // namespace

void ClosedHat(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  const double v = note.velocity;
  std::vector<double> stroke(static_cast<size_t>(0.35 * sample_rate));
  Wash(6800, 0.016 + 0.012 * v, 0.0004, 0.7, sample_rate, dice, stroke);
  const Bronze hat = {.seed = 11,
                      .modes = 32,
                      .low_hz = 3300,
                      .high_hz = 14500,
                      .low_decay_s = 0.13,
                      .damping = 1.6,
                      .slope_db = 5};
  Ring(Wake(hat, 0.04, dice), sample_rate, stroke);
  AddStroke(stroke, v, From(out, note.start_s, sample_rate));
}

void OpenHat(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  std::vector<double> stroke(static_cast<size_t>((note.length_s + 0.15) * sample_rate));
  Wash(6200, 0.16, 0.0004, 0.6, sample_rate, dice, stroke);
  const Bronze hat = {.seed = 11,
                      .modes = 32,
                      .low_hz = 3100,
                      .high_hz = 14500,
                      .low_decay_s = 0.9,
                      .damping = 1.8,
                      .slope_db = 4};
  Ring(Wake(hat, 0.045, dice), sample_rate, stroke);
  Hold foot(0, note.length_s, 0.015, sample_rate);
  for (double& sample : stroke) sample *= foot.Next();
  AddStroke(stroke, note.velocity, From(out, note.start_s, sample_rate));
}

void Ride(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  const double v = note.velocity;
  const std::span<double> place = From(out, note.start_s, sample_rate);
  const Bronze bow = {.seed = 23,
                      .modes = 56,
                      .low_hz = 420,
                      .high_hz = 12500,
                      .low_decay_s = 2.0,
                      .damping = 9,
                      .slope_db = -3};
  Ring(Wake(bow, 0.016 * v, dice), sample_rate, place);
  const Bronze stick = {.seed = 29,
                        .modes = 16,
                        .low_hz = 2600,
                        .high_hz = 8200,
                        .low_decay_s = 0.12,
                        .damping = 2,
                        .slope_db = 0};
  Ring(Wake(stick, 0.045 * v, dice), sample_rate, place);
  Wash(7000, 0.22, 0.001, 0.06 * v, sample_rate, dice, place);
}

void Crash(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  const double v = note.velocity;
  const std::span<double> place = From(out, note.start_s, sample_rate);
  const Bronze crash = {.seed = 37,
                        .modes = 96,
                        .low_hz = 330,
                        .high_hz = 14500,
                        .low_decay_s = 3.6,
                        .damping = 3,
                        .slope_db = 2};
  Ring(Wake(crash, 0.03 * v, dice), sample_rate, place);
  Wash(4200, 0.45, 0.006, 0.45 * v, sample_rate, dice, place);
}

void Tambourine(const Note& note, int sample_rate, Dice& dice, std::span<double> out) {
  const Bronze jingles = {.seed = 41,
                          .modes = 24,
                          .low_hz = 4600,
                          .high_hz = 13500,
                          .low_decay_s = 0.22,
                          .damping = 1.5,
                          .slope_db = 0};
  // The jingles meet their frame one after the other.
  for (double late_s : {0.0, 0.009, 0.021}) {
    const double level = note.velocity * (late_s == 0 ? 1.0 : 0.55);
    const std::span<double> place = From(out, note.start_s + late_s + 0.004 * dice.Uniform(), sample_rate);
    Ring(Wake(jingles, 0.05 * level, dice), sample_rate, place);
    Wash(6500, 0.03, 0.002, 0.3 * level, sample_rate, dice, place);
  }
}

}  // namespace trackout::demo
