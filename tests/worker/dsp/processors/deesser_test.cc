// The de-esser: its band, its curve, its shelf.
#include "worker/dsp/processors/deesser.h"

#include <limits>

#include "tests/worker/dsp/processors/dynamics_run.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Ran Deessed(const DeesserSettings& settings, const Samples& samples, int sample_rate = 48000) {
  return RunDynamics(*NewDeesser(settings, 1, sample_rate), {samples});
}

// The level of a sine in the last half, in dB.
double LevelOf(const Samples& samples) {
  double power = 0;
  for (size_t i = samples.size() / 2; i < samples.size(); ++i) power += samples[i] * samples[i];
  return 10 * std::log10(power / (static_cast<double>(samples.size()) / 2) * 2);
}

TEST(Deesser, TurnsDownWhatIsAboveItsFrequencyByItsCurve) {
  for (const int rate : {44100, 48000, 96000, 192000}) {
    for (const double ratio : {2.0, 3.0, kInfinity}) {
      for (const double level : {-40.0, -24.0, -12.0, 0.0}) {
        const Ran ran = Deessed({.threshold = -30, .ratio = ratio, .range = 20},
                                Sine(9011, Amplitude(level), 48000, rate), rate);
        const double over = std::max(0.0, level + 30);
        EXPECT_NEAR(LevelOf(ran.out[0]) - level, -std::min(20.0, over * (1 - 1 / ratio)), 0.05)
            << level << " dB, ratio " << ratio << " at " << rate;
      }
    }
  }
}

TEST(Deesser, LeavesWhatIsBelowAlone) {
  for (const double hertz : {50.0, 1000.0, 4700.0})
    EXPECT_NEAR(LevelOf(Deessed({.threshold = -50, .range = 60}, Sine(hertz, 0.5, 48000, 48000)).out[0]),
                Decibel(0.5), 0.01);
}

// A soft tone below beside a loud one above: only the loud one gets softer.
TEST(Deesser, SplitsInsteadOfTurningDownAll) {
  const Samples low = Sine(1000, 0.1, 48000, 48000);
  const Samples high = Sine(10000, 0.5, 48000, 48000);
  Samples both = low;
  for (size_t i = 0; i < both.size(); ++i) both[i] += high[i];
  const auto deesser = NewDeesser({.threshold = -30, .ratio = kInfinity, .range = 12}, 1, 48000);
  const Ran ran = RunDynamics(*deesser, {both});
  EXPECT_NEAR(LevelOf(ApplyTo(*deesser, {low}, ran.control)[0]), -20, 0.001);
  EXPECT_NEAR(LevelOf(ApplyTo(*deesser, {high}, ran.control)[0]), Decibel(0.5) - 12, 0.001);
}

// Half of the amplitude at the frequency: (1 + g) / 2 of a sine is left there.
TEST(Deesser, IsHalfwayAtItsFrequency) {
  for (const double hertz : {2000.0, 6500.0, 10000.0}) {
    const auto deesser = NewDeesser({.frequency = hertz, .range = 12}, 1, 48000);
    const Sound key{Sine(hertz + 3000, 1, 48000, 48000)};
    const Ran ran = RunDynamics(*deesser, key);
    const double at = LevelOf(ApplyTo(*deesser, {Sine(hertz, 1, 48000, 48000)}, ran.control)[0]);
    EXPECT_NEAR(at, Decibel((1 + Amplitude(-12)) / 2), 0.05) << hertz;
  }
}

// From 1.6 kHz below to 1.6 kHz above.
TEST(Deesser, GoesFromNothingToAllAroundItsFrequency) {
  for (const double hertz : {2500.0, 6500.0, 12000.0}) {
    const auto deesser =
        NewDeesser({.frequency = hertz, .threshold = -60, .ratio = kInfinity, .range = 50}, 1, 48000);
    const Ran ran = RunDynamics(*deesser, {Sine(hertz + 4000, 1, 48000, 48000)});
    const auto level = [&](double tone) {
      return LevelOf(ApplyTo(*deesser, {Sine(tone, 1, 48000, 48000)}, ran.control)[0]);
    };
    EXPECT_NEAR(level(hertz - 1600), 0, 0.01) << hertz;
    EXPECT_NEAR(level(hertz + 1600), -50, 2.5) << hertz;
  }
}

TEST(Deesser, BelowItsThresholdIsNotThere) {
  const Samples noise = Noise(9000, 2, 0.003);
  const auto deesser = NewDeesser({}, 1, 48000);
  const Samples out = RunDynamics(*deesser, {noise}).out[0];
  EXPECT_EQ(deesser->latency(), 72);
  for (size_t i = 72; i < 9000; ++i) ASSERT_EQ(out[i], noise[i - 72]);
}

TEST(Deesser, HearsTheLouderChannel) {
  const auto deesser = NewDeesser({.threshold = -30, .ratio = kInfinity}, 2, 48000);
  const Ran ran = RunDynamics(*deesser, {Sine(9000, 0.001, 9000, 48000), Sine(9000, 0.1, 9000, 48000)});
  EXPECT_NEAR(LevelOf(ran.out[0]), -70, 0.05);
  EXPECT_NEAR(LevelOf(ran.out[1]), -30, 0.05);
}

// Its frequency moves from above a tone to below it, without a click: the change from frame to frame stays
// that of a sine.
TEST(Deesser, MovesItsFrequencyWithoutClicks) {
  const Samples sine = Sine(5000, 0.5, 24000, 48000);
  const Samples out =
      Deessed({.frequency = Parameter({{4000, 9000}, {20000, 2000}}), .threshold = -60, .range = 30}, sine)
          .out[0];
  // Of a sine y[n] + y[n - 2] - 2 cos(w) y[n - 1] is 0.
  const double twice = 2 * std::cos(2 * 3.14159265358979323846 * 5000 / 48000);
  for (size_t i = 1000; i < out.size(); ++i)
    ASSERT_LT(std::abs(out[i] + out[i - 2] - twice * out[i - 1]), 0.01);
  EXPECT_NEAR(LevelOf(Samples(out.end() - 2000, out.end())), Decibel(0.5) - 30, 0.1);
}

}  // namespace
}  // namespace trackout::dsp
