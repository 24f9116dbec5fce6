// Rounding, clipping, dither.
//
// Dither is judged by what it does to a constant c between two steps. TPDF noise t of +-1 step has the
// density 1 - |t|, mean 0 and variance 1/6 (two even distributions one step wide have 1/12 each). After
// rounding the whole error has mean 0 and variance 1/6 + 1/12 = 1/4 step^2 at every c: that is what TPDF is
// for.
#include "worker/dsp/quantise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

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
  EXPECT_EQ(Clip(32768, steps), 3);
  EXPECT_EQ(steps, (Samples{32767, 32767, -32768, -32768, 0, 32767}));
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

TEST(RoundToFloat, RoundsToTheNearestAndKeepsWhatIsAboveFullScale) {
  Samples out(5);
  RoundToFloat(Samples{0.1, -3.5, 1 + 0x1p-25, 0, 1e-50}, out);
  EXPECT_EQ(out, (Samples{0.1f, -3.5, 1, 0, 0}));
}

TEST(RoundToFloat, BoundsWhatAFloatCannotHold) {
  Samples out(2);
  RoundToFloat(Samples{1e300, -1e300}, out);
  EXPECT_EQ(out, (Samples{std::numeric_limits<float>::max(), -std::numeric_limits<float>::max()}));
}

// With every instruction set, by the bits, against plain loops.
class Quantise : public EachIsa {
 protected:
  static double RoundedByHand(double steps) {
    return std::nearbyint(std::clamp(steps, -0x1p50, 0x1p50)) + 0.0;  // + 0.0: no negative zero
  }

  // SplitMix64 and the sum of its halves, as quantise.h has it.
  static uint64_t SplitMix64(uint64_t counter) {
    uint64_t z = counter * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  static double NoiseAt(uint64_t seed, int channel, int64_t frame) {
    const uint64_t base = SplitMix64(seed + static_cast<uint64_t>(channel) + 1);
    const uint64_t bits = SplitMix64(base + static_cast<uint64_t>(frame));
    return static_cast<double>((bits >> 32) + (bits & 0xffffffffu)) * 0x1p-32 - (1 - 0x1p-32);
  }
};
TRACKOUT_FOR_EACH_ISA(Quantise);

TEST_P(Quantise, RoundIsThePlainLoopAlsoInPlace) {
  for (const size_t count : Lengths()) {
    Samples samples = Noise(count, 3, 1.2);
    for (size_t i = 0; i < count; i += 3) samples[i] = (static_cast<double>(i) - 20.5) * 0x1p-23;  // halves
    if (count > 9) samples[9] = 1e200;
    Samples expected;
    for (const double sample : samples) expected.push_back(RoundedByHand(sample * 0x1p23));
    Samples steps(count);
    Round(samples, 0x1p23, steps);
    ASSERT_TRUE(SameBits(steps, expected));
    Round(samples, 0x1p23, samples);
    ASSERT_TRUE(SameBits(samples, expected));
  }
}

TEST_P(Quantise, RoundWithTpdfIsThePlainLoop) {
  for (const size_t count : Lengths()) {
    const Samples samples = Noise(count, 3);
    const int64_t first = static_cast<int64_t>(count) * 1'000'000'007;
    for (int channel = 0; channel < 3; ++channel) {
      Samples expected;
      for (size_t i = 0; i < count; ++i) {
        const volatile double exact = samples[i] * 32768;
        expected.push_back(RoundedByHand(exact + NoiseAt(kSeed, channel, first + static_cast<int64_t>(i))));
      }
      Samples steps(count);
      RoundWithTpdf(samples, 32768, kSeed, channel, first, steps);
      ASSERT_TRUE(SameBits(steps, expected));
    }
  }
}

TEST_P(Quantise, TakeStemLeavesTheDifference) {
  for (const size_t count : Lengths()) {
    const Samples reached = Noise(count, 3, 1e6);
    const Samples before = Noise(count, 4, 1e6);
    Samples steps = reached;
    Samples last = before;
    TakeStem(steps, last);
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(steps[i], reached[i] - before[i]);
    ASSERT_TRUE(SameBits(last, reached));
  }
}

TEST_P(Quantise, ClipCountsEveryOver) {
  for (const size_t count : Lengths()) {
    Samples steps = Noise(count, 3, 40000);
    for (double& step : steps) step = std::nearbyint(step) + 0.0;
    if (count > 4) steps[1] = 32767, steps[2] = 32768, steps[3] = -32768, steps[4] = -32769;
    Samples expected = steps;
    int64_t overs = 0;
    for (double& step : expected) {
      const double clipped = std::clamp(step, -32768.0, 32767.0);
      overs += clipped != step ? 1 : 0;
      step = clipped;
    }
    ASSERT_EQ(Clip(32768, steps), overs);
    ASSERT_TRUE(SameBits(steps, expected));
    ASSERT_EQ(Clip(32768, steps), 0);
  }
}

TEST_P(Quantise, RoundToFloatIsTheLanguagesOwn) {
  for (const size_t count : Lengths()) {
    Samples samples = Noise(count, 3, 7);
    if (count > 4) samples[1] = 1e60, samples[2] = -1e60, samples[3] = 1e-42, samples[4] = 0x1p-150;
    Samples expected;
    constexpr double kMost = std::numeric_limits<float>::max();
    for (const double sample : samples)
      expected.push_back(static_cast<float>(std::clamp(sample, -kMost, kMost)));
    Samples rounded(count);
    RoundToFloat(samples, rounded);
    ASSERT_TRUE(SameBits(rounded, expected));
    RoundToFloat(samples, samples);
    ASSERT_TRUE(SameBits(samples, expected));
  }
}

}  // namespace
}  // namespace trackout::dsp
