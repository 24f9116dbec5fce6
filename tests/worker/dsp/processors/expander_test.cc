// The expander against its curve, and its times.
#include "worker/dsp/processors/expander.h"

#include <limits>

#include "tests/worker/dsp/processors/dynamics_run.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kRate = 48000;

Samples Expanded(const ExpanderSettings& settings, const Samples& samples, const Sound& sidechain = {}) {
  return RunDynamics(*NewExpander(settings, 1, kRate), {samples}, sidechain).control;
}

TEST(Expander, OfASineFollowsItsCurve) {
  double worst = 0;
  for (const double ratio : {1.0, 1.5, 2.0, 4.0, kInfinity}) {
    for (const double range : {0.0, 20.0, 60.0}) {
      for (const double hertz : {50.0, 101.0, 997.0, 9973.0}) {
        for (const double level : {-70.0, -52.0, -40.2, -39.9, -20.0}) {
          const Samples control = Expanded({.threshold = -40, .ratio = ratio, .range = range},
                                           Sine(hertz, Amplitude(level), 2 * kRate, kRate));
          const double under = std::max(0.0, -40 - level);
          const double gain = under > 0 && ratio > 1 ? -std::min(range, (ratio - 1) * under) : 0;
          for (size_t i = kRate; i < control.size(); ++i)
            worst = std::max(worst, std::abs(Decibel(control[i]) - gain));
          // What lies between samples, times ratio - 1, is all that may be missing.
          ASSERT_LE(worst, 0.05) << hertz << " Hz, " << level << " dB, ratio " << ratio;
        }
      }
    }
  }
  std::printf("worst of the curve: %.4f dB\n", worst);
}

// Silence, then loud from 10000 on, silence from 50000 on.
Samples GateControl(const ExpanderSettings& settings) {
  Samples samples(100000);
  std::fill(samples.begin() + 10000, samples.begin() + 50000, 0.5);
  return Expanded(settings, samples);
}

TEST(Expander, OpensHoldsAndClosesWithinItsTimes) {
  const Samples control =
      GateControl({.ratio = kInfinity, .range = 40, .attack = 0.01, .hold = 0.05, .release = 0.1});
  EXPECT_NEAR(Decibel(control[9999]), -40, 1e-9);
  EXPECT_NEAR(Decibel(control[10479]), -40 * std::exp(-1), 0.001);
  EXPECT_EQ(control[49999], 1);
  const size_t held = 50000 + 480 + 2400 - 2;  // peaks are held for 10 ms, then the gain for 50
  EXPECT_EQ(control[held], 1);
  EXPECT_NEAR(Decibel(control[held + 4800]), -40 * (1 - std::exp(-1)), 0.001);
  EXPECT_NEAR(Decibel(control.back()), -40, 0.01);
}

TEST(Expander, DoesNotChatter) {
  // Around the threshold, up and down by half a decibel 200 times a second.
  Samples samples = Sine(1000, 1, 96000, kRate);
  for (size_t i = 0; i < samples.size(); ++i)
    samples[i] *= Amplitude(-40 + 0.5 * std::sin(2 * 3.14159265 * 200 * static_cast<double>(i) / kRate));
  const Samples control = Expanded({.threshold = -40, .ratio = kInfinity, .hold = 0}, samples);
  for (size_t i = 48000; i < control.size(); ++i) ASSERT_GT(Decibel(control[i]), -1e-6);
}

TEST(Expander, StartsClosedUnlessItDoesNothing) {
  EXPECT_NEAR(Decibel(GateControl({})[0]), -60, 1e-9);
  for (const double gain : GateControl({.ratio = 1})) ASSERT_EQ(gain, 1);
}

TEST(Expander, OpensBeforeWhatItLooksAheadTo) {
  const auto gate = NewExpander({.ratio = kInfinity, .attack = 0.001, .lookahead = 0.01}, 1, kRate);
  Samples samples(20000);
  samples[10000] = 0.5;
  const Ran ran = RunDynamics(*gate, {samples});
  EXPECT_NEAR(ran.out[0][10480], 0.5, 0.001);
}

TEST(Expander, HearsItsSidechain) {
  const Samples soft(20000, 1e-4);
  EXPECT_NEAR(Decibel(Expanded({}, soft, {Samples(20000, 0.5), Samples(20000)}).back()), 0, 1e-9);
  EXPECT_LT(Decibel(Expanded({}, soft).back()), -20);
}

}  // namespace
}  // namespace trackout::dsp
