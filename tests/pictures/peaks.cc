// Limiter and saturator.
#include <algorithm>
#include <array>
#include <cmath>

#include "fmt/format.h"
#include "tests/pictures/listening.h"
#include "tests/pictures/panel.h"
#include "tests/pictures/pictures.h"
#include "worker/dsp/meters/true_peak.h"
#include "worker/dsp/processors/eq.h"
#include "worker/dsp/processors/limiter.h"
#include "worker/dsp/processors/saturator.h"

namespace trackout::pictures {
namespace {

using dsp::SaturatorCurve;

// 1 kHz at -12 dB, from 20 to 30 ms at +6 dB.
Samples Burst(double seconds) {
  return Tone(1000, FramesIn(seconds),
              [](size_t i) { return Amplitude(i >= FramesIn(0.02) && i < FramesIn(0.03) ? 6 : -12); });
}

Points Over(const Samples& samples, size_t from, size_t to, size_t step = 1) {
  Points points;
  for (size_t i = from; i < to; i += step) points.push_back({1000 * SecondsAt(i), samples[i]});
  return points;
}

Panel LimiterWaveform() {
  Panel panel{"1 kHz of −12 dB, from 20 to 30 ms of +6 dB: in and out",
              EvenAxis("time, ms", 12, 44, 2),
              EvenAxis("amplitude", -2, 2, 0.5),
              {},
              Corner::kTopRight,
              true};
  panel.y.to = 3;  // room for the legend
  const Samples in = Burst(0.05);
  const Heard heard = Hear(*dsp::NewLimiter({}, 1, kRate), {in});
  Samples under(in.size(), Amplitude(-1));
  const size_t from = FramesIn(0.012);
  const size_t to = FramesIn(0.044);
  Samples over = under;
  for (double& value : over) value = -value;
  panel.curves = {{"in", Over(in, from, to), Stroke::kFaint},
                  {"out", Over(heard.out[0], from, to), Stroke::kLine, 0},
                  {"gain", Over(heard.control, from, to), Stroke::kLine, 2},
                  {"ceiling, −1 dBTP", Over(under, from, to), Stroke::kDashed, 1},
                  {"", Over(over, from, to), Stroke::kDashed, 1}};
  return panel;
}

Curve GainCurve(const std::string& name, const dsp::LimiterSettings& settings, double seconds) {
  const Samples gains = Hear(*dsp::NewLimiter(settings, 1, kRate), {Burst(seconds)}).control;
  Points points;
  for (size_t i = 0; i < gains.size(); i += 6) points.push_back({1000 * SecondsAt(i), Decibels(gains[i])});
  return {name, points};
}

Panel LimiterLookAheads() {
  Panel panel{"gain around the burst, by look-ahead",
              EvenAxis("time, ms", 0, 40, 5),
              EvenAxis("gain, dB", -8, 1, 1),
              {},
              Corner::kBottomLeft};
  for (const double milliseconds : {1.0, 5.0, 20.0}) {
    panel.curves.push_back(
        GainCurve(fmt::format("{:g} ms", milliseconds), {.lookahead = milliseconds / 1000}, 0.04));
  }
  return panel;
}

Panel LimiterReleases() {
  Panel panel{"gain after the burst, by release",
              EvenAxis("time, ms", 0, 500, 50),
              EvenAxis("gain, dB", -8, 1, 1),
              {},
              Corner::kBottomRight};
  for (const double milliseconds : {20.0, 100.0, 300.0}) {
    panel.curves.push_back(
        GainCurve(fmt::format("{:g} ms", milliseconds), {.release = milliseconds / 1000}, 0.5));
  }
  return panel;
}

// By the product's meter.
double TruePeakDecibels(const Samples& samples) {
  const dsp::Interpolator interpolator = dsp::InterpolatorAt(kRate);
  constexpr size_t kRun = 64;
  std::vector<float> padded(dsp::kInterpolatorHistory + samples.size() + kRun);
  std::ranges::transform(samples, padded.begin() + dsp::kInterpolatorHistory,
                         [](double sample) { return static_cast<float>(sample); });
  double highest = 0;
  for (const double sample : samples) highest = std::max(highest, std::abs(sample));
  for (size_t i = 0; i < samples.size(); i += kRun) {
    const float* const run = padded.data() + dsp::kInterpolatorHistory + i;
    highest = std::max(highest, static_cast<double>(dsp::HighestBetween(interpolator, run, kRun)));
  }
  return Decibels(highest);
}

Samples NoiseBelow(double hertz) {
  const dsp::BandSettings cut{dsp::BandShape::kHighCut, hertz, 0, 0.7071, 48};
  return Hear(*dsp::NewEq({cut}, 1, kRate), {Noise(FramesIn(0.2))}).out[0];
}

// True peaks in, in dB, and out.
Points PeaksThrough(const Samples& samples, double ceiling, double from_db, double to_db) {
  const double peak = TruePeakDecibels(samples);
  Points points;
  for (double level = from_db; level <= to_db; level += 1) {
    Samples in = samples;
    for (double& sample : in) sample *= Amplitude(level - peak);
    const auto limiter = dsp::NewLimiter({.ceiling = ceiling}, 1, kRate);
    points.push_back({level, TruePeakDecibels(Hear(*limiter, {in}).out[0])});
  }
  return points;
}

Panel LimiterPeaks() {
  Panel panel{"true peak of noise, by ceiling",
              EvenAxis("true peak in, dBTP", -24, 12, 6),
              EvenAxis("true peak out, dBTP", -24, 0, 6),
              {},
              Corner::kBottomRight};
  panel.y.to = 3;
  panel.curves.push_back({"", {{-24, -24}, {12, 12}}, Stroke::kFaint});
  const Samples noise = NoiseBelow(10000);
  for (const double ceiling : {0.0, -1.0, -6.0, -12.0}) {
    panel.curves.push_back({ceiling == 0 ? "0 dBTP" : fmt::format("−{:g} dBTP", -ceiling),
                            PeaksThrough(noise, ceiling, -24, 12)});
  }
  return panel;
}

Panel LimiterCloseness() {
  Panel panel{"how near to a ceiling of −1 dBTP",
              EvenAxis("true peak in, dBTP", 0, 24, 4),
              EvenAxis("true peak out, dBTP", -1.8, -0.8, 0.1),
              {},
              Corner::kBottomRight};
  panel.curves = {{"ceiling", {{0, -1}, {24, -1}}, Stroke::kFaint},
                  {"noise below 10 kHz", PeaksThrough(NoiseBelow(10000), -1, 0, 24)},
                  {"sine of 1 kHz", PeaksThrough(Tone(1000, FramesIn(0.2), 1), -1, 0, 24), Stroke::kDashed},
                  {"white noise", PeaksThrough(Noise(FramesIn(0.2)), -1, 0, 24)}};
  return panel;
}

Sound Saturated(const dsp::SaturatorSettings& settings, const Samples& in) {
  return Hear(*dsp::NewSaturator(settings, 1, kRate), {in}).out;
}

// A slow sine of full scale, out over in.
Points TransferCurve(const dsp::SaturatorSettings& settings) {
  const Samples in = Tone(5, FramesIn(0.4), 1);
  const Samples out = Saturated(settings, in)[0];
  Points points;
  // From the lowest point of a period to its highest.
  for (size_t i = FramesIn(0.15); i <= FramesIn(0.25); i += 24) points.push_back({in[i], out[i]});
  return points;
}

Panel SaturatorPanel(std::string title, double highest) {
  Panel panel{std::move(title),
              EvenAxis("in", -1, 1, 0.25),
              EvenAxis("out", -highest, highest, highest / 4),
              {{"", {{-1, -1}, {1, 1}}, Stroke::kFaint}},
              Corner::kTopLeft};
  panel.x.ticks = {-1, -0.5, 0, 0.5, 1};
  return panel;
}

Panel SaturatorCurves() {
  Panel panel = SaturatorPanel("the three curves, drive 12 dB", 0.4);
  panel.curves.push_back({"tanh", TransferCurve({12, SaturatorCurve::kTanh})});
  panel.curves.push_back({"soft", TransferCurve({12, SaturatorCurve::kSoft})});
  panel.curves.push_back({"tube", TransferCurve({12, SaturatorCurve::kTube})});
  return panel;
}

Panel SaturatorDrives() {
  Panel panel = SaturatorPanel("tanh, by drive", 1);
  for (const double drive : {0.0, 6.0, 12.0, 24.0})
    panel.curves.push_back({fmt::format("{:g} dB", drive), TransferCurve({drive, SaturatorCurve::kTanh})});
  return panel;
}

// A sine that lies on a bin of 2^14 frames, 5001 Hz: so does all that the curve makes of it.
Panel SaturatorSpectrum(SaturatorCurve curve, const std::string& name) {
  constexpr size_t kFrames = 1 << 14;
  constexpr size_t kBin = 1707;
  constexpr double kHertz = static_cast<double>(kBin) * kRate / kFrames;
  const size_t settled = FramesIn(0.1);
  Samples out = Saturated({12, curve}, Tone(kHertz, settled + kFrames + FramesIn(0.05), 1))[0];
  out = Samples(out.begin() + static_cast<std::ptrdiff_t>(settled),
                out.begin() + static_cast<std::ptrdiff_t>(settled + kFrames));
  const Samples powers = PowersOf(out);
  Panel panel{name + ": 5 kHz of full scale, drive 12 dB",
              EvenAxis("frequency, kHz", 0, 24, 4),
              EvenAxis("level, dBFS", -160, 0, 20),
              {},
              Corner::kTopRight};
  panel.y.to = 45;  // room for the legend
  panel.curves = {{"0 Hz and harmonics", {}, Stroke::kStems},
                  {"what is none of them: aliases", {}, Stroke::kStems}};
  for (size_t k = 0; k < powers.size(); ++k) {
    const double level = Decibels((k == 0 ? 1 : 2) * std::sqrt(powers[k]) / kFrames);
    if (level < panel.y.from) continue;
    panel.curves[k % kBin == 0 ? 0 : 1].points.push_back(
        {static_cast<double>(k) * kRate / kFrames / 1000, level});
  }
  return panel;
}

}  // namespace

std::string DrawLimiter() {
  return Svg({LimiterWaveform(), LimiterLookAheads(), LimiterReleases(), LimiterPeaks(), LimiterCloseness()});
}

std::string DrawSaturator() {
  return Svg({SaturatorCurves(), SaturatorDrives(), SaturatorSpectrum(SaturatorCurve::kTanh, "tanh"),
              SaturatorSpectrum(SaturatorCurve::kTube, "tube")});
}

}  // namespace trackout::pictures
