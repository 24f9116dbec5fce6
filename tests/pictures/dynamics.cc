// Compressor, expander, de-esser.
#include <limits>

#include "fmt/format.h"
#include "tests/pictures/listening.h"
#include "tests/pictures/panel.h"
#include "tests/pictures/pictures.h"
#include "worker/dsp/functions.h"
#include "worker/dsp/processors/compressor.h"
#include "worker/dsp/processors/deesser.h"
#include "worker/dsp/processors/expander.h"

namespace trackout::pictures {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

std::string RatioText(double ratio) {
  return ratio == kInfinite ? "ratio inf" : fmt::format("ratio {:g}", ratio);
}

Curve Unchanged(double from_db, double to_db) {
  return {"", {{from_db, from_db}, {to_db, to_db}}, Stroke::kFaint};
}

Panel LevelPanel(std::string title, double from_db, double to_db, double step, Corner legend) {
  return {std::move(title),
          EvenAxis("level in, dB", from_db, to_db, step),
          EvenAxis("level out, dB", from_db, to_db, step),
          {Unchanged(from_db, to_db)},
          legend};
}

Panel GainPanel(std::string title, double milliseconds, double step, double lowest_db, double step_db,
                Corner legend) {
  Panel panel{std::move(title),
              EvenAxis("time, ms", 0, milliseconds, step),
              EvenAxis("gain, dB", lowest_db, 0, step_db),
              {},
              legend};
  panel.y.to = step_db / 2;
  return panel;
}

// Without attack, so that the levels need not wait.
dsp::CompressorSettings Compressed(double ratio, double knee) {
  return {.ratio = ratio, .knee = knee, .attack = 0, .release = 0.01};
}

Panel CompressorRatios() {
  Panel panel = LevelPanel("threshold −18 dB, knee 6 dB, by ratio", -48, 0, 6, Corner::kTopLeft);
  for (const double ratio : {1.5, 2.0, 4.0, 10.0, kInfinite}) {
    panel.curves.push_back(
        {RatioText(ratio), StaticCurve(*dsp::NewCompressor(Compressed(ratio, 6), 1, kRate), -48, 0)});
  }
  return panel;
}

Panel CompressorKnees() {
  Panel panel = LevelPanel("threshold −18 dB, ratio 4, by knee", -36, 0, 6, Corner::kTopLeft);
  for (const double knee : {0.0, 6.0, 12.0, 24.0}) {
    panel.curves.push_back({fmt::format("knee {:g} dB", knee),
                            StaticCurve(*dsp::NewCompressor(Compressed(4, knee), 1, kRate), -36, 0)});
  }
  return panel;
}

Panel CompressorAttacks() {
  Panel panel = GainPanel("a step from −30 to −6 dB at 10 ms, by attack", 100, 10, -10, 1, Corner::kTopRight);
  const double end_db = -9;  // of 12 dB too much at a ratio of 4
  panel.curves.push_back({"63 % of the way",
                          {{0, end_db * (1 - dsp::Exp(-1))}, {100, end_db * (1 - dsp::Exp(-1))}},
                          Stroke::kFaint});
  for (const double milliseconds : {1.0, 5.0, 10.0, 30.0}) {
    const auto made = dsp::NewCompressor({.ratio = 4, .attack = milliseconds / 1000}, 1, kRate);
    panel.curves.push_back(
        {fmt::format("{:g} ms", milliseconds), GainOver(*made, {-30, -6, 0.01, 0.1, 0.1})});
  }
  const auto ahead = dsp::NewCompressor({.ratio = 4, .attack = 0.001, .lookahead = 0.005}, 1, kRate);
  panel.curves.push_back(
      {"1 ms, 5 ms look-ahead", GainOver(*ahead, {-30, -6, 0.01, 0.1, 0.1}), Stroke::kDashed, 0});
  return panel;
}

Panel CompressorReleases() {
  Panel panel =
      GainPanel("back from −6 to −30 dB at 100 ms, by release", 600, 100, -10, 1, Corner::kBottomRight);
  for (const double milliseconds : {30.0, 100.0, 300.0}) {
    const auto made = dsp::NewCompressor({.ratio = 4, .release = milliseconds / 1000}, 1, kRate);
    panel.curves.push_back({fmt::format("{:g} ms", milliseconds), GainOver(*made, {-30, -6, 0, 0.1, 0.6})});
  }
  const auto held = dsp::NewCompressor({.ratio = 4, .release = 0.1, .hold = 0.1}, 1, kRate);
  panel.curves.push_back(
      {"100 ms, hold 100 ms", GainOver(*held, {-30, -6, 0, 0.1, 0.6}), Stroke::kDashed, 1});
  return panel;
}

dsp::ExpanderSettings Expanded(double ratio, double range) {
  return {.threshold = -40, .ratio = ratio, .range = range, .attack = 0, .hold = 0, .release = 0.005};
}

Panel ExpanderRatios() {
  Panel panel = LevelPanel("threshold −40 dB, range 60 dB, by ratio", -80, 0, 10, Corner::kTopLeft);
  panel.y = EvenAxis("level out, dB", -120, 0, 20);
  for (const double ratio : {1.5, 2.0, 4.0, kInfinite}) {
    panel.curves.push_back(
        {RatioText(ratio), StaticCurve(*dsp::NewExpander(Expanded(ratio, 60), 1, kRate), -80, 0)});
  }
  return panel;
}

Panel ExpanderRanges() {
  Panel panel = LevelPanel("threshold −40 dB, ratio 4, by range", -80, 0, 10, Corner::kTopLeft);
  panel.y = EvenAxis("level out, dB", -120, 0, 20);
  for (const double range : {6.0, 12.0, 24.0, 48.0}) {
    panel.curves.push_back({fmt::format("range {:g} dB", range),
                            StaticCurve(*dsp::NewExpander(Expanded(4, range), 1, kRate), -80, 0)});
  }
  return panel;
}

Panel GateOpens() {
  Panel panel = GainPanel("a gate opens, a step at 10 ms, by attack", 50, 5, -60, 10, Corner::kBottomRight);
  const Step step{-80, -10, 0.01, 0.05, 0.05};
  for (const double milliseconds : {0.0, 1.0, 5.0}) {
    const auto made =
        dsp::NewExpander({.threshold = -40, .ratio = kInfinite, .attack = milliseconds / 1000}, 1, kRate);
    panel.curves.push_back({fmt::format("{:g} ms", milliseconds), GainOver(*made, step)});
  }
  const auto ahead =
      dsp::NewExpander({.threshold = -40, .ratio = kInfinite, .attack = 0.001, .lookahead = 0.005}, 1, kRate);
  panel.curves.push_back({"1 ms, 5 ms look-ahead", GainOver(*ahead, step), Stroke::kDashed, 1});
  return panel;
}

Panel GateCloses() {
  Panel panel =
      GainPanel("it closes, a step at 50 ms, by hold and release", 500, 50, -60, 10, Corner::kTopRight);
  const Step step{-80, -10, 0, 0.05, 0.5};
  for (const double hold : {10.0, 100.0}) {
    for (const double release : {30.0, 100.0}) {
      const auto made = dsp::NewExpander(
          {.threshold = -40, .ratio = kInfinite, .hold = hold / 1000, .release = release / 1000}, 1, kRate);
      panel.curves.push_back({fmt::format("{:g} ms, {:g} ms", hold, release), GainOver(*made, step),
                              hold > 10 ? Stroke::kDashed : Stroke::kLine, release > 30 ? 1 : 0});
    }
  }
  return panel;
}

// The gain of sines of these frequencies, each 0.15 s long, of which the end counts.
Points GainsOverFrequency(const dsp::DeesserSettings& settings, double level_db) {
  constexpr int kSteps = 120;
  const size_t frames = FramesIn(0.15);
  const auto processor = dsp::NewDeesser(settings, 1, kRate);
  Points points;
  for (int i = 0; i <= kSteps; ++i) {
    const double hertz = 2000 * dsp::Exp2(dsp::Log2(10.0) * i / kSteps);
    const Samples in = Tone(hertz, frames, Amplitude(level_db));
    const Samples out = Hear(*processor, {in}).out[0];
    const size_t from = FramesIn(0.1);
    points.push_back({hertz, RmsDecibels(out, from, frames) - RmsDecibels(in, from, frames)});
  }
  return points;
}

Axis HighFrequencyAxis() {
  return {"frequency, Hz", 2000, 20000, {2000, 3000, 5000, 7000, 10000, 15000, 20000}, true};
}

Panel DeesserLevels() {
  Panel panel{"gain of a sine, by its level",
              HighFrequencyAxis(),
              EvenAxis("gain, dB", -14, 2, 2),
              {},
              Corner::kBottomLeft};
  for (const double level : {-30.0, -24.0, -18.0, -12.0, -6.0})
    panel.curves.push_back({fmt::format("−{:g} dB", -level), GainsOverFrequency({}, level)});
  return panel;
}

Panel DeesserFrequencies() {
  Panel panel{"gain of a sine of −6 dB, by frequency",
              HighFrequencyAxis(),
              EvenAxis("gain, dB", -14, 2, 2),
              {},
              Corner::kBottomLeft};
  for (const double frequency : {3500.0, 5000.0, 6500.0, 9000.0}) {
    panel.curves.push_back(
        {fmt::format("{:g} Hz", frequency), GainsOverFrequency({.frequency = frequency}, -6)});
  }
  return panel;
}

Panel DeesserCurves() {
  Panel panel{"gain of a sine of 10 kHz over its level",
              EvenAxis("level in, dB", -48, 0, 6),
              EvenAxis("gain, dB", -14, 2, 2),
              {},
              Corner::kBottomLeft};
  const struct { double ratio, range; } curves[] = {{2, 12}, {3, 12}, {kInfinite, 12}, {3, 6}};
  for (const auto& [ratio, range] : curves) {
    const auto processor = dsp::NewDeesser({.ratio = ratio, .range = range}, 1, kRate);
    Points points;
    for (double level = -48; level <= 0; level += 1) {
      const size_t frames = FramesIn(0.1);
      const Samples in = Tone(10000, frames, Amplitude(level));
      const Samples out = Hear(*processor, {in}).out[0];
      const size_t from = FramesIn(0.08);
      points.push_back({level, RmsDecibels(out, from, frames) - RmsDecibels(in, from, frames)});
    }
    panel.curves.push_back({fmt::format("{}, range {:g} dB", RatioText(ratio), range), points});
  }
  return panel;
}

Panel DeesserStep() {
  Panel panel{"a burst of 10 kHz, −6 dB, from 20 to 60 ms",
              EvenAxis("time, ms", 0, 200, 20),
              EvenAxis("gain, dB", -14, 2, 2),
              {},
              Corner::kBottomRight};
  const Samples in = Tone(10000, FramesIn(0.2), [](size_t i) {
    return i >= FramesIn(0.02) && i < FramesIn(0.06) ? Amplitude(-6) : 0;
  });
  // The control is the gain of the high band less 1.
  const Samples control = Hear(*dsp::NewDeesser({}, 1, kRate), {in}).control;
  Points points;
  for (size_t i = 0; i < control.size(); i += 6)
    points.push_back({1000 * SecondsAt(i), Decibels(1 + control[i])});
  panel.curves.push_back({"attack 1 ms, release 50 ms", points});
  return panel;
}

}  // namespace

std::string DrawCompressor() {
  return Svg({CompressorRatios(), CompressorKnees(), CompressorAttacks(), CompressorReleases()});
}

std::string DrawExpander() {
  return Svg({ExpanderRatios(), ExpanderRanges(), GateOpens(), GateCloses()});
}

std::string DrawDeesser() {
  return Svg({DeesserLevels(), DeesserFrequencies(), DeesserCurves(), DeesserStep()});
}

}  // namespace trackout::pictures
