// The peaks between samples against a plain model.
#include "worker/dsp/processors/peak_between.h"

#include <cmath>

#include "tests/worker/dsp/processors/dynamics_run.h"

namespace trackout::dsp {
namespace {

constexpr double kPi = 3.14159265358979323846;

Samples Peaks(const Sound& sound, int sample_rate, double least = 0, size_t piece = 128) {
  PeakBetween between(sound.size(), sample_rate);
  Samples peaks(sound[0].size());
  Sound copy = sound;
  for (size_t from = 0; from < peaks.size(); from += piece) {
    const size_t count = std::min(piece, peaks.size() - from);
    std::vector<std::span<double>> part;
    for (Samples& plane : copy) part.push_back(std::span(plane).subspan(from, count));
    between.Run(part, least, std::span(peaks).subspan(from, count));
  }
  return peaks;
}

class Peak : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(Peak);

TEST_P(Peak, IsTheSameInAllPiecesAndInstructions) {
  const Sound sound{Noise(2000, 3), Noise(2000, 4, 1.1)};
  for (const int rate : {48000, 96000, 192000}) {
    ASSERT_TRUE(UseIsa(Isa::kScalar));
    const Samples expected = Peaks(sound, rate);
    ASSERT_TRUE(UseIsa(GetParam()));
    for (const size_t piece : {1u, 7u, 64u, 127u, 128u})
      EXPECT_TRUE(SameBits(Peaks(sound, rate, 0, piece), expected));
  }
}

// A sine of any frequency and phase reads its amplitude.
TEST_P(Peak, OfASineIsItsAmplitude) {
  for (int k = 1; k < 23; ++k) {
    const double hertz = 1000.0 * k + 13;
    for (const double phase : {0.0, 0.4, 1.1}) {
      const Samples peaks = Peaks({Sine(hertz, 0.7, 2000, 48000, phase)}, 192000);
      double highest = 0;
      for (size_t i = 200; i < 2000; ++i) highest = std::max(highest, peaks[i]);
      EXPECT_NEAR(Decibel(highest / 0.7), 0, 0.01) << hertz;
    }
  }
}

double Bessel(double x) {
  double term = 1, sum = 1;
  for (int k = 1; k < 60; ++k) {
    term *= x / 2 / k;
    sum += term * term;
  }
  return sum;
}

// x(n + part), by the sinc of 64 samples.
double PlainPoint(const Samples& samples, size_t n, double part) {
  double sum = 0;
  for (int k = -31; k <= 32; ++k) {
    const double x = k - part;
    const double window = Bessel(8 * std::sqrt(1 - x * x / 1024)) / Bessel(8);
    const double tap = x == 0 ? 1 : std::sin(kPi * x) / (kPi * x) * window;
    sum += samples[n + static_cast<size_t>(k + 31) - 31] * tap;
  }
  return sum;
}

TEST_P(Peak, IsNeverBelowThePointsOfASinc) {
  const Samples noise = Noise(600, 5);
  const Samples peaks = Peaks({noise}, 192000);
  for (size_t n = 100; n < 500; ++n) {
    double highest = 0;
    for (const double part : {0.0, 0.25, 0.5, 0.75})
      highest = std::max(highest, std::abs(PlainPoint(noise, n, part)));
    ASSERT_GE(peaks[n + 32], highest * (1 - 1e-12));
    ASSERT_LE(peaks[n + 32], highest * 1.4143);
  }
}

TEST_P(Peak, IsNotBelowTheMeter) {
  for (const int rate : {48000, 96000}) {
    const Interpolator interpolator = InterpolatorAt(rate);
    const Samples noise = Noise(64 * 20, 6);
    const Samples peaks = Peaks({noise}, rate);
    std::vector<float> floats(noise.size() + 128);
    std::ranges::transform(noise, floats.begin() + 64, [](double x) { return static_cast<float>(x); });
    // What the meter sees at n lies 6 samples earlier (12 where it looks twice).
    const size_t back = rate == 48000 ? 6 : 12;
    for (size_t n = 64; n + 64 < noise.size(); ++n)
      ASSERT_GE(peaks[n + 32 - back] * (1 + 1e-5), HighestBetween(interpolator, &floats[64 + n], 1)) << n;
  }
}

TEST_P(Peak, IsLeftOutOnlyWhereItIsLow) {
  Samples noise = Noise(4000, 7);
  for (size_t i = 0; i < 4000; ++i) noise[i] *= i / 500 % 2 == 0 ? 1 : 0.1;
  const Samples all = Peaks({noise}, 48000);
  for (const double least : {0.6, 1.0, 2.0}) {
    const Samples some = Peaks({noise}, 48000, least);
    size_t left_out = 0;
    for (size_t i = 0; i < 4000; ++i) {
      if (some[i] == 0 && all[i] > 0) ++left_out;
      ASSERT_TRUE(some[i] == all[i] || (some[i] == 0 && all[i] <= least));
    }
    EXPECT_GT(left_out, 100u);
  }
}

}  // namespace
}  // namespace trackout::dsp
