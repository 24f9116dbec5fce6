// Delay and reverb.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "tests/pictures/listening.h"
#include "tests/pictures/panel.h"
#include "tests/pictures/pictures.h"
#include "worker/dsp/functions.h"
#include "worker/dsp/processors/delay.h"
#include "worker/dsp/processors/reverb.h"

namespace trackout::pictures {
namespace {

Panel DelayFeedbacks() {
  Panel panel{"an impulse, 250 ms, by feedback",
              EvenAxis("time, s", 0, 4, 0.5),
              EvenAxis("level of the echoes, dB", -60, 0, 10),
              {},
              Corner::kTopRight};
  panel.y.to = 25;  // room for the legend
  for (const double feedback : {30.0, 60.0, 90.0}) {
    const auto delay = dsp::NewDelay({.time = 0.25, .feedback = feedback}, 1, kRate);
    const Samples out = Hear(*delay, {Impulse(FramesIn(4))}).out[0];
    Curve curve{fmt::format("{:g} percent", feedback), {}, Stroke::kStems};
    for (size_t i = 0; i < out.size(); ++i) {
      if (out[i] != 0) curve.points.push_back({SecondsAt(i), Decibels(std::abs(out[i]))});
    }
    // The highest first, so that the others stand before it.
    panel.curves.insert(panel.curves.begin(), std::move(curve));
  }
  return panel;
}

Panel PingPong() {
  Panel panel{"ping-pong, 250 ms, feedback 70 percent",
              EvenAxis("time, s", 0, 2.5, 0.5),
              EvenAxis("amplitude", 0, 1.2, 0.2),
              {},
              Corner::kTopRight};
  const auto delay = dsp::NewDelay({.time = 0.25, .feedback = 70, .ping_pong = true}, 2, kRate);
  const Sound out = Hear(*delay, {Impulse(FramesIn(2.5)), Impulse(FramesIn(2.5))}).out;
  panel.curves = {{"left", {}, Stroke::kStems}, {"right", {}, Stroke::kStems}};
  for (size_t c = 0; c < 2; ++c) {
    for (size_t i = 0; i < out[c].size(); ++i) {
      if (out[c][i] != 0) panel.curves[c].points.push_back({SecondsAt(i), out[c][i]});
    }
  }
  return panel;
}

Panel DelayCuts() {
  Panel panel{"low cut 200 Hz, high cut 4 kHz, feedback 80 percent: the spectrum of each echo",
              FrequencyAxis(),
              EvenAxis("level, dB", -60, 0, 10),
              {},
              Corner::kTopRight,
              true};
  panel.y.to = 5;
  constexpr size_t kTime = 1 << 14;
  const auto delay = dsp::NewDelay({.time = SecondsAt(kTime),
                                    .feedback = 80,
                                    .low_cut = dsp::Parameter(200),
                                    .high_cut = dsp::Parameter(4000)},
                                   1, kRate);
  const Samples out = Hear(*delay, {Impulse(10 * kTime)}).out[0];
  for (const size_t echo : {size_t{1}, size_t{2}, size_t{4}, size_t{8}}) {
    const auto from = out.begin() + static_cast<std::ptrdiff_t>(echo * kTime);
    panel.curves.push_back(
        {fmt::format("echo {}", echo), ResponseOf(Samples(from, from + kTime), 20, 20000)});
  }
  return panel;
}

Sound ReverbOf(const dsp::ReverbSettings& settings, double seconds) {
  const size_t frames = FramesIn(seconds);
  return Hear(*dsp::NewReverb(settings, 2, kRate), {Impulse(frames), Samples(frames)}).out;
}

// What is still to come of a sum of energies, in dB below the whole (M. Schroeder, 1965).
Samples StillToCome(const Samples& energies) {
  Samples left(energies.size());
  double sum = 0;
  for (size_t i = energies.size(); i-- > 0;) left[i] = sum += energies[i];
  for (double& value : left) value = Decibels(std::sqrt(value / sum));
  return left;
}

Panel ReverbDecays() {
  Panel panel{"energy still to come after an impulse, by decay",
              EvenAxis("time, s", 0, 3, 0.5),
              EvenAxis("level, dB", -70, 0, 10),
              {},
              Corner::kTopRight};
  for (const double decay : {0.3, 0.8, 1.8, 4.0}) {
    const Sound out = ReverbOf({.decay = decay}, 6);
    Samples energies(out[0].size());
    for (size_t i = 0; i < energies.size(); ++i) energies[i] = out[0][i] * out[0][i] + out[1][i] * out[1][i];
    const Samples left = StillToCome(energies);
    Curve curve{fmt::format("{:g} s", decay), {}};
    for (size_t i = 0; i < FramesIn(3); i += 240) curve.points.push_back({SecondsAt(i), left[i]});
    panel.curves.push_back(std::move(curve));
  }
  return panel;
}

// Energies of octaves around each of these, every 256 frames, through Hann windows.
class Octaves {
 public:
  explicit Octaves(const Sound& sound) {
    for (size_t at = 0; at + kWindow <= sound[0].size(); at += kHop) {
      Samples powers(kWindow / 2 + 1);
      for (const Samples& plane : sound) AddWindow(plane, at, powers);
      powers_.push_back(std::move(powers));
    }
  }

  // Of the line through what is 5 to 35 dB below the whole.
  double DecayTime(double hertz) const {
    Samples energies;
    for (const Samples& powers : powers_) energies.push_back(EnergyAround(hertz, powers));
    const Samples left = StillToCome(energies);
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < left.size(); ++i) {
      if (left[i] > -5 || left[i] < -35) continue;
      const double seconds = SecondsAt(i * kHop);
      n += 1;
      x += seconds;
      y += left[i];
      xx += seconds * seconds;
      xy += seconds * left[i];
    }
    return -60 * (n * xx - x * x) / (n * xy - x * y);
  }

 private:
  static constexpr size_t kWindow = 2048;
  static constexpr size_t kHop = 256;

  static void AddWindow(const Samples& plane, size_t at, Samples& powers) {
    Samples window(kWindow);
    for (size_t i = 0; i < kWindow; ++i) {
      const double angle = 2 * 3.14159265358979323846 * static_cast<double>(i) / kWindow;
      window[i] = plane[at + i] * (0.5 - 0.5 * dsp::Cosine(angle));
    }
    const Samples more = PowersOf(window);
    for (size_t k = 0; k < powers.size(); ++k) powers[k] += more[k];
  }

  static double EnergyAround(double hertz, const Samples& powers) {
    const double half = std::sqrt(2.0);
    double sum = 0;
    for (size_t k = 0; k < powers.size(); ++k) {
      const double at = static_cast<double>(k) * kRate / kWindow;
      if (at >= hertz / half && at < hertz * half) sum += powers[k];
    }
    return sum;
  }

  std::vector<Samples> powers_;
};

Panel ReverbDampings() {
  Panel panel{"RT60 in octaves, decay 2 s, by damping",
              FrequencyAxis(),
              EvenAxis("RT60, s", 0, 2.5, 0.5),
              {},
              Corner::kBottomLeft};
  panel.x.from = 100;
  panel.x.ticks = {100, 200, 500, 1000, 2000, 5000, 10000, 20000};
  for (const double damping : {2000.0, 6000.0, 20000.0}) {
    const Octaves octaves(ReverbOf({.decay = 2, .damping = damping}, 4));
    Curve curve{fmt::format("{:g} kHz", damping / 1000), {}};
    for (int third = 0; third <= 21; ++third) {
      const double hertz = 125 * dsp::Exp2(third / 3.0);
      curve.points.push_back({hertz, octaves.DecayTime(hertz)});
    }
    panel.curves.push_back(std::move(curve));
  }
  return panel;
}

// The lowest and the highest sample of each column of a waveform.
Points Waveform(const Samples& samples, size_t frames, size_t columns) {
  Points points;
  for (size_t column = 0; column < columns; ++column) {
    const auto from = samples.begin() + static_cast<std::ptrdiff_t>(column * frames / columns);
    const auto to = samples.begin() + static_cast<std::ptrdiff_t>((column + 1) * frames / columns);
    const auto [low, high] = std::minmax_element(from, to);
    const double time = 1000 * SecondsAt(column * frames / columns);
    points.push_back({time, *low});
    points.push_back({time, *high});
  }
  return points;
}

std::vector<Panel> ReverbImpulse() {
  const Sound out = ReverbOf({}, 0.5);
  std::vector<Panel> panels;
  for (const size_t c : {size_t{0}, size_t{1}}) {
    panels.push_back({fmt::format("an impulse in the left channel, heard {}", c == 0 ? "left" : "right"),
                      EvenAxis("time, ms", 0, 300, 50),
                      EvenAxis("amplitude", -0.06, 0.06, 0.02),
                      {{"", Waveform(out[c], FramesIn(0.3), 350), Stroke::kThin}}});
  }
  return panels;
}

}  // namespace

std::string DrawDelay() {
  return Svg({DelayFeedbacks(), PingPong(), DelayCuts()});
}

std::string DrawReverb() {
  std::vector<Panel> panels{ReverbDecays(), ReverbDampings()};
  for (Panel& panel : ReverbImpulse()) panels.push_back(std::move(panel));
  return Svg(panels);
}

}  // namespace trackout::pictures
