// The compressor against the textbook's curve, and its times.
#include "worker/dsp/processors/compressor.h"

#include <limits>
#include <numbers>

#include "tests/worker/dsp/processors/dynamics_run.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kRate = 48000;

// What comes out of a level, in dB (Giannoulis, Massberg, Reiss 2012, eq. 4).
double Curve(double level, double threshold, double ratio, double knee) {
  const double over = level - threshold;
  if (2 * over < -knee) return level;
  if (2 * std::abs(over) <= knee)
    return level + (1 / ratio - 1) * (over + knee / 2) * (over + knee / 2) / (2 * knee);
  return threshold + over / ratio;
}

Ran Compressed(const CompressorSettings& settings, const Sound& sound, const Sound& sidechain = {}) {
  return RunDynamics(*NewCompressor(settings, static_cast<int>(sound.size()), kRate), sound, sidechain);
}

// The furthest that the gain in dB is from `gain`, over the last half.
double Error(const Samples& control, double gain) {
  double worst = 0;
  for (size_t i = control.size() / 2; i < control.size(); ++i)
    worst = std::max(worst, std::abs(Decibel(control[i]) - gain));
  return worst;
}

struct Shape {
  double threshold, ratio, knee;
};
const Shape kShapes[] = {{-18, 2, 6}, {-30, 4, 0}, {-24, kInfinity, 12}, {-40, 1.5, 24}, {-20, 1, 6}};

TEST(Compressor, OfASineFollowsItsCurve) {
  double worst = 0;
  for (const Shape& shape : kShapes) {
    for (const double hertz : {50.0, 83.0, 100.0, 441.0, 997.0, 3301.0, 7001.0, 9973.0}) {
      for (const double level : {-60.0, -33.0, -27.0, -19.0, -12.0, 0.0}) {
        const Ran ran = Compressed({.threshold = shape.threshold, .ratio = shape.ratio, .knee = shape.knee},
                                   {Sine(hertz, Amplitude(level), 2 * kRate, kRate)});
        const double gain = Curve(level, shape.threshold, shape.ratio, shape.knee) - level;
        const double error = Error(ran.control, gain);
        EXPECT_LE(error, 0.05) << hertz << " Hz, " << level << " dB, threshold " << shape.threshold;
        worst = std::max(worst, error);
      }
    }
  }
  std::printf("worst of the curve: %.4f dB\n", worst);
}

TEST(Compressor, OfALowSineIsAsFarOffAsItsHeaderSays) {
  const std::pair<double, double> claims[] = {{40, 0.01}, {30, 0.06}, {20, 0.3}};
  for (const auto& [hertz, most] : claims) {
    const Ran ran =
        Compressed({.threshold = -20, .ratio = kInfinity, .knee = 0}, {Sine(hertz, 1, 2 * kRate, kRate)});
    const double error = Error(ran.control, -20);
    EXPECT_LE(error, most) << hertz;
    std::printf("%g Hz: %.4f dB\n", hertz, error);
  }
}

// 24 samples are 5 periods of 10 kHz: the furthest that the peaks of a sine may lie between its samples.
TEST(Compressor, ReadsAtLeastWhatStandsInTheSamples) {
  const Ran ran = Compressed({.threshold = -20, .ratio = 2, .knee = 0},
                             {Sine(10000, 1, 2 * kRate, kRate, 3.14159265358979323846 / 24)});
  EXPECT_LE(Error(ran.control, -10), 0.038);
  EXPECT_GE(Error(ran.control, -10), 0.036);
}

TEST(Compressor, ByRmsFollowsItsCurveThreeDecibelsBelowThePeak) {
  double worst = 0;
  for (const Shape& shape : kShapes) {
    for (const double hertz : {50.0, 100.0, 997.0, 9973.0}) {
      for (const double level : {-33.0, -19.0, -12.0, 0.0}) {
        const Ran ran = Compressed({.threshold = shape.threshold,
                                    .ratio = shape.ratio,
                                    .knee = shape.knee,
                                    .detection = Detection::kRms},
                                   {Sine(hertz, Amplitude(level), 2 * kRate, kRate)});
        const double mean = level - 10 * std::log10(2);
        const double error = Error(ran.control, Curve(mean, shape.threshold, shape.ratio, shape.knee) - mean);
        EXPECT_LE(error, 0.05) << hertz << " Hz, " << level << " dB";
        worst = std::max(worst, error);
      }
    }
  }
  std::printf("worst of the curve by rms: %.4f dB\n", worst);
}

// Of a level that steps from far below to 10 dB above the threshold at 1000 and back at 50000.
Samples StepControl(CompressorSettings settings) {
  settings.threshold = -20;
  settings.ratio = kInfinity;
  settings.knee = 0;
  Samples step(100000, 1e-6);
  std::fill(step.begin() + 1000, step.begin() + 50000, Amplitude(-10));
  return Compressed(settings, {step}).control;
}

constexpr size_t kHeld = 480;  // peaks are held for 10 ms

TEST(Compressor, AttacksAndReleasesWithinTheirTimes) {
  for (const double attack : {0.0, 0.001, 0.01, 0.1}) {
    for (const double release : {0.001, 0.05, 0.2}) {
      const Samples control = StepControl({.attack = attack, .release = release});
      const auto in = static_cast<size_t>(attack * kRate);
      const double gone = attack > 0 ? 1 - std::exp(-1) : 1;
      EXPECT_NEAR(Decibel(control[1000 + in - (in > 0 ? 1 : 0)]), -10 * gone, 0.001) << attack;
      const auto out = static_cast<size_t>(release * kRate);
      EXPECT_NEAR(Decibel(control[50000 + kHeld - 2]), -10, 0.001);
      EXPECT_NEAR(Decibel(control[50000 + kHeld - 2 + out]), -10 * std::exp(-1), 0.001) << release;
    }
  }
}

TEST(Compressor, HoldsBeforeItReleases) {
  const Samples control = StepControl({.attack = 0.001, .release = 0.01, .hold = 0.1});
  EXPECT_NEAR(Decibel(control[50000 + kHeld - 2 + 4800]), -10, 1e-6);
  EXPECT_NEAR(Decibel(control[50000 + kHeld - 2 + 4800 + 480]), -10 * std::exp(-1), 0.001);
}

TEST(Compressor, LooksAhead) {
  const Samples now = StepControl({.attack = 0.002});
  const auto compressor = NewCompressor(
      {.threshold = -20, .ratio = kInfinity, .knee = 0, .attack = 0.002, .lookahead = 0.005}, 1, kRate);
  Samples step(100000, 1e-6);
  std::fill(step.begin() + 1000, step.begin() + 50000, Amplitude(-10));
  const Ran ran = RunDynamics(*compressor, {step});
  EXPECT_EQ(compressor->latency(), 240);
  EXPECT_TRUE(SameBits(ran.control, now));  // the gain moves where it did; the signal comes later
  for (size_t i = 240; i < 100000; ++i) ASSERT_EQ(ran.out[0][i], step[i - 240] * now[i]);
}

TEST(Compressor, LinksByHalves) {
  const Sound sound{Samples(48000, Amplitude(-10)), Samples(48000, Amplitude(-40))};
  for (const double link : {0.0, 25.0, 50.0, 99.0, 100.0}) {
    const CompressorSettings settings{.threshold = -30, .ratio = 2, .knee = 0, .link = link};
    const Samples control = Compressed(settings, sound).control;
    const size_t width = control.size() / 48000;
    EXPECT_EQ(width, link < 100 ? 2u : 1u);
    const double level = Amplitude(-40) + link / 100 * (Amplitude(-10) - Amplitude(-40));
    EXPECT_NEAR(Decibel(control[control.size() - width]), -10, 1e-6);
    EXPECT_NEAR(Decibel(control.back()), Curve(Decibel(level), -30, 2, 0) - Decibel(level), 1e-6) << link;
  }
}

TEST(Compressor, HearsItsSidechain) {
  const Sound soft{Samples(20000, 0.001), Samples(20000, 0.001)};
  const Sound loud{Samples(20000, Amplitude(-10))};
  for (const double link : {0.0, 100.0}) {  // a mono key for both channels
    const Samples control =
        Compressed({.threshold = -30, .ratio = 2, .knee = 0, .attack = 0.001, .link = link}, soft, loud)
            .control;
    EXPECT_NEAR(Decibel(control.back()), -10, 1e-6);
    EXPECT_NEAR(Decibel(control[control.size() - 2]), -10, 1e-6);
  }
  const Sound sides{Samples(20000, Amplitude(-10)), Samples(20000, 0.001)};
  const Samples each =
      Compressed({.threshold = -30, .ratio = 2, .knee = 0, .attack = 0.001, .link = 0}, soft, sides).control;
  EXPECT_NEAR(Decibel(each[each.size() - 2]), -10, 1e-6);
  EXPECT_EQ(each.back(), 1);
}

TEST(Compressor, FiltersItsKey) {
  // -3.01 dB at the corner, 12 dB/oct below.
  for (const auto& [hertz, change] : {std::pair{200.0, -3.0103}, {50.0, -24.1}, {5000.0, 0.0}}) {
    const Ran ran = Compressed({.threshold = -60, .ratio = 2, .knee = 0, .key_filter = {.low_cut = 200}},
                               {Sine(hertz, Amplitude(-6), 2 * kRate, kRate)});
    EXPECT_LE(Error(ran.control, -(54 + change) / 2), 0.05) << hertz;
  }
  for (const auto& [hertz, change] : {std::pair{1000.0, -3.0103}, {100.0, 0.0}}) {
    const Ran ran = Compressed({.threshold = -60, .ratio = 2, .knee = 0, .key_filter = {.high_cut = 1000}},
                               {Sine(hertz, Amplitude(-6), 2 * kRate, kRate)});
    EXPECT_LE(Error(ran.control, -(54 + change) / 2), 0.05) << hertz;
  }
}

TEST(Compressor, MixesAndMakesUp) {
  const Sound sound{Samples(20000, Amplitude(-10))};
  const CompressorSettings settings{
      .threshold = -30, .ratio = 2, .knee = 0, .attack = 0, .makeup = 6, .mix = 30};
  EXPECT_NEAR(Compressed(settings, sound).control.back(), 0.7 + 0.3 * Amplitude(-10 + 6), 1e-12);
}

TEST(Compressor, BelowItsThresholdIsNotThere) {
  const Sound sound{Noise(9000, 2, 0.06)};
  EXPECT_TRUE(SameBits(Compressed({.threshold = -18}, sound).out[0], sound[0]));
}

// A threshold that moves is read at the frame that comes out.
TEST(Compressor, ReadsParametersAtTheFrameThatComesOut) {
  const Sound sound{Samples(20000, Amplitude(-10))};
  const CompressorSettings settings{.threshold = Parameter({{10000, 0}, {10000, -30}}),
                                    .ratio = 2,
                                    .knee = 0,
                                    .attack = 0,
                                    .lookahead = 0.01};
  const Samples control = Compressed(settings, sound).control;
  EXPECT_EQ(control[10000 + 479], 1);
  EXPECT_NEAR(Decibel(control[10000 + 480]), -10, 1e-9);
}

}  // namespace
}  // namespace trackout::dsp
