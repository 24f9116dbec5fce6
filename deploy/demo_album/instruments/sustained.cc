#include "deploy/demo_album/instruments/sustained.h"

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
constexpr double kForever_s = 1e5;

// A saw-tooth whose step is rounded by two samples (PolyBLEP, Valimaki and Huovilainen 2007), which
// takes most of the aliasing away.
class Saw {
 public:
  explicit Saw(double phase) : phase_(phase) {}

  double Next(double step) {
    double out = 2 * phase_ - 1;
    if (phase_ < step) {
      const double x = phase_ / step;
      out -= x + x - x * x - 1;
    } else if (phase_ > 1 - step) {
      const double x = (phase_ - 1) / step;
      out -= x * x + x + x + 1;
    }
    phase_ += step;
    if (phase_ >= 1) phase_ -= 1;
    return out;
  }

 private:
  double phase_;
};

}  // namespace

void Organ(const Drawbars& drawbars, const Note& note, int sample_rate, std::span<double> out) {
  static constexpr double kRatios[] = {0.5, 1.5, 1, 2, 3, 4, 5, 6, 8};
  const double hz = Hertz(note.pitch);
  std::vector<Mode> wheels;
  for (size_t i = 0; i < drawbars.size(); ++i) {
    if (drawbars[i] == 0) continue;
    // A drawbar step is 3 dB.
    wheels.push_back({.frequency_hz = hz * kRatios[i],
                      .level = 0.2 * std::pow(10.0, (drawbars[i] - 8) * 3.0 / 20),
                      .decay_s = kForever_s});
  }
  const double attack_s = 0.006, release_s = 0.02;
  const std::span<double> place = From(out, note.start_s, sample_rate);
  const size_t frames =
      std::min(place.size(), static_cast<size_t>((note.length_s + 8 * release_s) * sample_rate));
  std::vector<double> tone(frames);
  Ring(wheels, sample_rate, tone);
  Hold key(attack_s, note.length_s, release_s, sample_rate);
  for (size_t n = 0; n < frames; ++n) place[n] += note.velocity * key.Next() * tone[n];
}

void RotaryCabinet(double turns_hz, int sample_rate, std::span<const double> in, std::span<double> left,
                   std::span<double> right) {
  const double reach = 0.00035 * sample_rate;  // 12 cm of horn, in samples of travelling sound
  Biquad box = Biquad::LowPass(5500, 0.7, sample_rate);
  std::vector<double> past(64);
  for (size_t n = 0; n < in.size(); ++n) {
    past[n % 64] = box.Next(in[n]);
    const double turn = std::sin(kTau * turns_hz * static_cast<double>(n) / sample_rate);
    for (double side : {-1.0, 1.0}) {
      const double delay = 20 + reach * turn * side;
      const size_t whole = static_cast<size_t>(delay);
      const double part = delay - static_cast<double>(whole);
      const double near = past[(n + 64 - whole) % 64];
      const double far = past[(n + 63 - whole) % 64];
      const double sample = (near + part * (far - near)) * (1 - 0.28 * turn * side);
      (side < 0 ? left : right)[n] += sample;
    }
  }
}

void StringSection(const Note& note, int sample_rate, Dice& dice, std::span<double> left,
                   std::span<double> right) {
  constexpr int kPlayers = 6;
  const double attack_s = 0.13, release_s = 0.22;
  for (int player = 0; player < kPlayers; ++player) {
    const double start_s = std::max(0.0, note.start_s + dice.Sway(0.025));
    const std::span<double> l = From(left, start_s, sample_rate);
    const std::span<double> r = From(right, start_s, sample_rate);
    const double hz = Hertz(note.pitch + dice.Sway(0.09));
    const double vibrato_hz = 5 + dice.Sway(0.8), vibrato_phase = kTau * dice.Uniform();
    const double pan = (player + 0.5) / kPlayers;
    Saw saw(dice.Uniform());
    Biquad bow = Biquad::LowPass(1500 + 2200 * note.velocity, 0.6, sample_rate);
    Biquad wood = Biquad::Bell(480, 1.2, 3, sample_rate);
    Biquad floor = Biquad::HighPass(0.7 * hz, 0.7, sample_rate);
    const size_t frames =
        std::min(l.size(), static_cast<size_t>((note.length_s + 7 * release_s) * sample_rate));
    Hold arm(attack_s, note.length_s, release_s, sample_rate);
    double bend = 1;
    for (size_t n = 0; n < frames; ++n) {
      const double t = static_cast<double>(n) / sample_rate;
      if (n % 32 == 0)
        bend = 1 + 0.0028 * std::min(1.0, t * 2) * std::sin(kTau * vibrato_hz * t + vibrato_phase);
      const double sample =
          note.velocity * arm.Next() * floor.Next(wood.Next(bow.Next(saw.Next(hz * bend / sample_rate))));
      l[n] += (1 - pan) * sample;
      r[n] += pan * sample;
    }
  }
}

}  // namespace trackout::demo
