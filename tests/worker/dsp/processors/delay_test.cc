// Echoes: where they stand, how loud they are, what the cuts leave of them; and the contract of processors.
#include "worker/dsp/processors/delay.h"

#include <complex>
#include <numbers>

#include "tests/worker/dsp/processors/linear_run.h"

namespace trackout::dsp {
namespace {

constexpr int kRate = 48000;

Planes Impulse(size_t channels, size_t frames, double left = 1, double right = 1) {
  Planes planes(channels, Samples(frames));
  for (size_t c = 0; c < channels; ++c) planes[c][0] = c == 1 ? right : left;
  return planes;
}

TEST(Delay, EchoesStandOnTheirFramesWithTheirAmplitudes) {
  const double times[] = {0.25, 0.0100104, 1.0 / kRate, 0};  // 12000; 480.4992; 1; at least 1
  const size_t frames[] = {12000, 480, 1, 1};
  for (size_t k = 0; k < 4; ++k) {
    const auto delay = NewDelay({.time = times[k], .feedback = 50}, 1, kRate);
    const Samples out = Through(*delay, Impulse(1, 5 * frames[k] + 1))[0];
    for (size_t n = 0; n < out.size(); ++n) {
      const bool is_echo = n > 0 && n % frames[k] == 0;
      ASSERT_EQ(out[n], is_echo ? 0x1p0 / static_cast<double>(size_t{1} << (n / frames[k] - 1)) : 0.0) << n;
    }
  }
}

TEST(Delay, MixesTheSignalItself) {
  const auto delay = NewDelay({.time = 0.001, .feedback = 0, .mix = 25}, 2, kRate);
  const Planes out = Through(*delay, Impulse(2, 200, 1, -0.5));
  for (size_t n = 0; n < 200; ++n) {
    const double expected = n == 0 ? 0.75 : n == 48 ? 0.25 : 0;
    ASSERT_EQ(out[0][n], expected);
    ASSERT_EQ(out[1][n], -0.5 * expected);
  }
}

TEST(Delay, PingPongTakesTurnsFromTheLeft) {
  const auto delay = NewDelay({.time = 0.01, .feedback = 50, .ping_pong = true}, 2, kRate);
  const Planes out = Through(*delay, Impulse(2, 2000, 0.25, 0.75));
  for (size_t n = 0; n < 2000; ++n) {
    ASSERT_EQ(out[0][n], n == 480 ? 0.5 : n == 1440 ? 0.125 : 0.0) << n;
    ASSERT_EQ(out[1][n], n == 960 ? 0.25 : n == 1920 ? 0.0625 : 0.0) << n;
  }
  const auto mono = NewDelay({.time = 0.01, .feedback = 50, .ping_pong = true}, 1, kRate);
  EXPECT_EQ(Through(*mono, Impulse(1, 2000))[0][960], 0.5);
}

double GainAt(const Samples& samples, size_t first, size_t count, double hz) {
  std::complex<double> sum = 0;
  for (size_t i = 0; i < count; ++i)
    sum += samples[first + i] * std::polar(1.0, -2 * std::numbers::pi * hz * static_cast<double>(i) / kRate);
  return std::abs(sum);
}

// Butterworth by the bilinear transform: |H|^2 = 1 / (1 + (w/wc)^4), w = tan(pi f / rate).
double ButterworthGain(double hz, double cut, bool low) {
  const double ratio = std::tan(std::numbers::pi * hz / kRate) / std::tan(std::numbers::pi * cut / kRate);
  const double power = std::pow(low ? 1 / ratio : ratio, 4);
  return 1 / std::sqrt(1 + power);
}

TEST(Delay, EveryEchoPassesTheCutsOnceMore) {
  const auto delay = NewDelay({.time = 0.5, .feedback = 80, .low_cut = 200, .high_cut = 5000}, 1, kRate);
  const Samples out = Through(*delay, Impulse(1, 24000 * 4))[0];
  for (const size_t echo : {1, 2, 3}) {
    for (const double hz : {50.0, 200.0, 1000.0, 5000.0, 12000.0}) {
      const double once = ButterworthGain(hz, 200, true) * ButterworthGain(hz, 5000, false);
      const double expected = std::pow(0.8, echo - 1.0) * std::pow(once, static_cast<double>(echo));
      EXPECT_NEAR(GainAt(out, 24000 * echo, 23999, hz), expected, 1e-9 + 1e-6 * expected)
          << hz << " " << echo;
    }
  }
}

Parameter Line(double from, double to, int64_t begin = 2000, int64_t end = 9000) {
  return Parameter({{begin, from}, {end, to}});
}

DelaySettings Moving() {
  return {.time = Line(0.05, 0.001),
          .feedback = Line(20, 90),
          .low_cut = Line(30, 800),
          .high_cut = Line(15000, 1000),
          .mix = Line(100, 30)};
}

TEST(Delay, KeepsTheContract) {
  CheckContract(*NewDelay({}, 2, kRate), 2, 30000);
  CheckContract(*NewDelay({.time = 0.0005, .feedback = 90, .low_cut = 100, .high_cut = 3000}, 1, kRate), 1,
                9000);
  CheckContract(*NewDelay({.time = 0.003, .ping_pong = true, .mix = 40}, 2, kRate), 2, 9000);
  CheckContract(*NewDelay(Moving(), 6, kRate), 6, 12000);
  DelaySettings moving = Moving();
  moving.ping_pong = true;
  CheckContract(*NewDelay(moving, 2, kRate), 2, 12000);
}

// A sine through a time that moves, or jumps, changes from sample to sample no faster than sines do.
TEST(Delay, MovesWithoutClicks) {
  Planes in(1, Samples(48000));
  for (size_t n = 0; n < in[0].size(); ++n)
    in[0][n] = std::sin(2 * std::numbers::pi * 200 * static_cast<double>(n) / kRate);
  const double fastest = 2 * std::numbers::pi * 200 / kRate;
  for (const Parameter& time : {Line(0.01, 0.2, 10000, 30000), Line(0.15, 0.0123, 20000, 20000)}) {
    const Samples out = Through(*NewDelay({.time = time, .feedback = 0}, 1, kRate), in)[0];
    double step = 0;
    for (size_t n = 9700; n < out.size(); ++n) step = std::max(step, std::abs(out[n] - out[n - 1]));
    EXPECT_LT(step, fastest + 2.0 / 512 + 1e-6);
  }
}

TEST(Delay, HoldsAStillTimeThatIsWrittenAsPoints) {
  const Planes in = NoisePlanes(2, 20000, 4);
  const Parameter still({{0, 0.02}, {5000, 0.02}});
  EXPECT_TRUE(SamePlanes(Through(*NewDelay({.time = still}, 2, kRate), in),
                         Through(*NewDelay({.time = 0.02}, 2, kRate), in)));
}

class DelayEachIsa : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(DelayEachIsa);
TEST_P(DelayEachIsa, HasTheSameBits) {
  CheckIsa(GetParam(), *NewDelay(Moving(), 2, kRate), 2, 12000);
}

TEST(Delay, IsFiniteWhateverItIsSetTo) {
  std::mt19937_64 random(7);
  const auto within = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  for (int k = 0; k < 40; ++k) {
    DelaySettings settings{.time = within(0, 0.1), .feedback = within(0, 95), .mix = within(0, 100)};
    if (k % 2) settings.low_cut = within(10, 23520);
    if (k % 3) settings.high_cut = Line(within(10, 23520), within(10, 23520));
    if (k % 5 == 0) settings.time = Line(within(0, 10), within(0, 0.01));
    settings.ping_pong = k % 4 == 0;
    CheckHostile(*NewDelay(settings, 2, kRate), 2, 12000, 200);
  }
}

TEST(Delay, TailsAreCheap) {
  CheckTailIsCheap(*NewDelay({.time = 0.01, .feedback = 30, .low_cut = 100, .high_cut = 8000}, 2, kRate), 2,
                   20);
}

}  // namespace
}  // namespace trackout::dsp
