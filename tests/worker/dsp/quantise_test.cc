// Rounding, clipping, dither, packing.
//
// Dither is judged by what it does to a constant c between two steps. TPDF noise t of +-1 step has the
// density 1 - |t|, mean 0 and variance 1/6 (two even distributions one step wide have 1/12 each). After
// rounding the whole error has mean 0 and variance 1/6 + 1/12 = 1/4 step^2 at every c: that is what TPDF is
// for.
#include "worker/dsp/quantise.h"

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "gtest/gtest.h"

namespace trackout::dsp {
namespace {

using Samples = std::vector<double>;

constexpr uint64_t kSeed = 0x123456789abcdef0u;
constexpr size_t kMany = 400'000;

Samples Rounded(const Samples& samples, double steps_per_unit = 1) {
  Samples steps(samples.size());
  Round(samples, steps_per_unit, steps);
  return steps;
}

Samples Dithered(const Samples& steps_before, uint64_t seed = kSeed, int channel = 0,
                 int64_t first_frame = 0) {
  Samples steps(steps_before.size());
  RoundWithTpdf(steps_before, 1, seed, channel, first_frame, steps);
  return steps;
}

double Mean(const Samples& samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample;
  return sum / static_cast<double>(samples.size());
}

// The part of samples that is at least `bound`.
double PartFrom(const Samples& samples, double bound) {
  double count = 0;
  for (const double sample : samples) count += sample >= bound ? 1 : 0;
  return count / static_cast<double>(samples.size());
}

TEST(Round, ToTheNearestStepAndHalvesToEven) {
  EXPECT_EQ(Rounded({0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -0.6, -1.5, -2.5, 3.49999}),
            (Samples{0, 0, 1, 2, 2, 0, -1, -2, -2, 3}));
}

TEST(Round, AgreesWithTheProcessorsOwn) {
  Samples samples;
  for (int i = -5000; i < 5000; ++i) samples.push_back(i * 0.37 + 1e-9 * i);
  const Samples rounded = Rounded(samples);
  for (size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(rounded[i], std::nearbyint(samples[i]));
}

TEST(Round, ScalesToTheStepsOfTheFormat) {
  EXPECT_EQ(Rounded({1, -1, 0.5, 0x1p-23, 0x1p-24, 0x1.8p-23}, 0x1p23),
            (Samples{8388608, -8388608, 4194304, 1, 0, 2}));
}

TEST(Round, KeepsStepsThatAreWhole) {
  EXPECT_EQ(Rounded({8388607, -8388608, 2147483647, 0x1p40 + 1}),
            (Samples{8388607, -8388608, 2147483647, 0x1p40 + 1}));
}

TEST(Round, BoundsWhatIsTooLarge) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Rounded({1e300, -1e300, kInfinity, -kInfinity}), (Samples{0x1p50, -0x1p50, 0x1p50, -0x1p50}));
}

TEST(Clip, CountsWhatLiesOutsideAndKeepsTheRest) {
  Samples steps{32767, 32768, -32768, -32769, 0, 1e9};
  double peak = 0;
  EXPECT_EQ(Clip(32768, steps, peak), 3);
  EXPECT_EQ(steps, (Samples{32767, 32767, -32768, -32768, 0, 32767}));
  EXPECT_EQ(peak, 32768);
}

TEST(Clip, RaisesThePeakAndNeverLowersIt) {
  Samples steps{5, -9};
  double peak = 3;
  EXPECT_EQ(Clip(32768, steps, peak), 0);
  EXPECT_EQ(peak, 9);
  steps = {1};
  Clip(32768, steps, peak);
  EXPECT_EQ(peak, 9);
}

TEST(Tpdf, OfSilenceIsZeroThreeTimesOutOfFour) {
  // |t| < 1/2: 3/4; t > 1/2: 1/8. The bound is five standard deviations.
  const Samples steps = Dithered(Samples(kMany, 0.0));
  std::map<double, double> part;
  for (const double step : steps) part[step] += 1.0 / kMany;
  ASSERT_EQ(part.size(), 3u);
  EXPECT_NEAR(part[0], 0.75, 5 * std::sqrt(0.75 * 0.25 / kMany));
  EXPECT_NEAR(part[1], 0.125, 5 * std::sqrt(0.125 * 0.875 / kMany));
  EXPECT_NEAR(part[-1], 0.125, 5 * std::sqrt(0.125 * 0.875 / kMany));
}

TEST(Tpdf, LeavesNoErrorInTheMeanAndAQuarterStepInTheVariance) {
  for (const double c : {0.0, 0.1, 0.25, 0.5, 0.7, 0.999, -0.3, 1000.4}) {
    Samples error = Dithered(Samples(kMany, c));
    for (double& one : error) one -= c;
    EXPECT_NEAR(Mean(error), 0, 5 * std::sqrt(0.25 / kMany)) << c;
    for (double& one : error) one *= one;
    EXPECT_NEAR(Mean(error), 0.25, 0.005) << c;
  }
}

// Noise t lifts c + t over the step 1/2 where t > 1/2 - c: so the distribution of t shows from outside.
TEST(Tpdf, IsATriangle) {
  double variance = 0;
  constexpr int kParts = 40;
  double above_last = 1;
  for (int i = -kParts; i <= kParts; ++i) {
    const double t = static_cast<double>(i) / kParts;
    const double above = PartFrom(Dithered(Samples(kMany / 4, 0.5 - t)), 1);
    const double exact = t < 0 ? 1 - (1 + t) * (1 + t) / 2 : (1 - t) * (1 - t) / 2;
    EXPECT_NEAR(above, exact, 5 * std::sqrt(0.25 / (kMany / 4.0)) + 1e-9) << t;
    const double middle = t - 0.5 / kParts;
    variance += (above_last - above) * middle * middle;
    above_last = above;
  }
  EXPECT_NEAR(variance, 1.0 / 6, 0.003);
}

TEST(Tpdf, StaysWithinOneStep) {
  const Samples before(kMany, 0.4999);
  for (const double step : Dithered(before)) {
    EXPECT_GE(step, -1);  // 0.4999 - 1 rounds to -1
    EXPECT_LE(step, 1);   // 0.4999 + 1 rounds to 1
  }
}

TEST(Tpdf, DoesNotDependOnTheBlocks) {
  Samples samples(1000);
  for (size_t i = 0; i < samples.size(); ++i) samples[i] = 50 * std::sin(static_cast<double>(i));
  const Samples whole = Dithered(samples, kSeed, 1, 70'000);
  for (const size_t block : {size_t{1}, size_t{7}, size_t{64}, size_t{999}}) {
    Samples split;
    for (size_t at = 0; at < samples.size(); at += block) {
      const size_t end = std::min(at + block, samples.size());
      const Samples part =
          Dithered({samples.begin() + static_cast<int64_t>(at), samples.begin() + static_cast<int64_t>(end)},
                   kSeed, 1, 70'000 + static_cast<int64_t>(at));
      split.insert(split.end(), part.begin(), part.end());
    }
    EXPECT_EQ(split, whole) << block;
  }
}

// The error of two runs of silence: 0 where they have nothing in common, within five standard deviations.
double Correlation(const Samples& a, const Samples& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum / static_cast<double>(a.size()) / 0.25;
}

TEST(Tpdf, OfTwoChannelsHasNothingInCommon) {
  const Samples silence(kMany, 0.0);
  const double bound = 5 / std::sqrt(static_cast<double>(kMany));
  EXPECT_NEAR(Correlation(Dithered(silence, kSeed, 0), Dithered(silence, kSeed, 1)), 0, bound);
  EXPECT_NEAR(Correlation(Dithered(silence, kSeed), Dithered(silence, kSeed + 1)), 0, bound);
  EXPECT_NEAR(Correlation(Dithered(silence, kSeed), Dithered(silence, kSeed)), 1, 0.02);
}

TEST(Tpdf, OfAFrameHasNothingInCommonWithItsNeighbours) {
  const Samples steps = Dithered(Samples(kMany, 0.0));
  for (const size_t lag : {size_t{1}, size_t{2}, size_t{3}, size_t{64}, size_t{4096}}) {
    const Samples later(steps.begin() + static_cast<int64_t>(lag), steps.end());
    EXPECT_NEAR(Correlation(later, steps), 0, 5 / std::sqrt(static_cast<double>(later.size()))) << lag;
  }
}

TEST(ToFloat, RoundsToTheNearestAndKeepsWhatIsAboveFullScale) {
  std::vector<float> out(5);
  double peak = 0;
  ToFloat(Samples{0.1, -3.5, 1 + 0x1p-25, 0, 1e-50}, out, peak);
  EXPECT_EQ(out, (std::vector<float>{0.1f, -3.5f, 1.0f, 0.0f, 0.0f}));
  EXPECT_EQ(peak, 3.5);
}

TEST(ToFloat, BoundsWhatAFloatCannotHold) {
  std::vector<float> out(2);
  double peak = 0;
  ToFloat(Samples{1e300, -1e300}, out, peak);
  EXPECT_EQ(out[0], std::numeric_limits<float>::max());
  EXPECT_EQ(out[1], -std::numeric_limits<float>::max());
}

std::vector<int> Bytes(const std::vector<std::byte>& bytes) {
  std::vector<int> numbers;
  for (const std::byte byte : bytes) numbers.push_back(static_cast<int>(byte));
  return numbers;
}

TEST(Pack, SixteenBits) {
  std::vector<std::byte> bytes(8);
  Pack16(Samples{1, -1}, 2, 0, bytes);
  Pack16(Samples{0x1234, -32768}, 2, 1, bytes);
  EXPECT_EQ(Bytes(bytes), (std::vector<int>{0x01, 0x00, 0x34, 0x12, 0xff, 0xff, 0x00, 0x80}));
}

TEST(Pack, TwentyFourBits) {
  std::vector<std::byte> bytes(12);
  Pack24(Samples{0x123456, -8388608}, 2, 1, bytes);
  Pack24(Samples{-2, 8388607}, 2, 0, bytes);
  EXPECT_EQ(Bytes(bytes),
            (std::vector<int>{0xfe, 0xff, 0xff, 0x56, 0x34, 0x12, 0xff, 0xff, 0x7f, 0x00, 0x00, 0x80}));
}

TEST(Pack, Float) {
  std::vector<std::byte> bytes(8);
  const std::vector<float> one{1.0f};
  PackFloat(one, 2, 1, bytes);
  EXPECT_EQ(Bytes(bytes), (std::vector<int>{0, 0, 0, 0, 0x00, 0x00, 0x80, 0x3f}));
}

}  // namespace
}  // namespace trackout::dsp
