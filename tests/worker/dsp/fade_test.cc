// Fades against the formulas of fade.h, sample by sample and in long double.
#include "worker/dsp/fade.h"

#include <cmath>
#include <numbers>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

constexpr FadeShape kShapes[] = {FadeShape::kLinear, FadeShape::kEqualPower, FadeShape::kSCurve,
                                 FadeShape::kLog};

long double Exact(FadeShape shape, long double x) {
  switch (shape) {
    case FadeShape::kLinear:
      return x;
    case FadeShape::kEqualPower:
      return std::sin(x * std::numbers::pi_v<long double> / 2);
    case FadeShape::kSCurve:
      return x * x * (3 - 2 * x);
    case FadeShape::kLog:
      return (std::pow(10.0L, 3 * (x - 1)) - 0.001L) / (1 - 0.001L);
  }
  return 0;
}

TEST(FadeGain, IsItsFormula) {
  for (const FadeShape shape : kShapes) {
    for (int i = 0; i <= 1000; ++i) {
      const double x = i / 1000.0;
      EXPECT_NEAR(FadeGain(shape, x), static_cast<double>(Exact(shape, x)), 1e-15)
          << static_cast<int>(shape) << " at " << x;
    }
  }
}

TEST(FadeGain, BeginsAtSilenceAndEndsAtOne) {
  for (const FadeShape shape : kShapes) {
    EXPECT_EQ(FadeGain(shape, 0), 0) << static_cast<int>(shape);
    EXPECT_EQ(FadeGain(shape, 1), 1) << static_cast<int>(shape);
  }
}

TEST(FadeGain, OfTwoThatCross) {
  for (int i = 0; i <= 1000; ++i) {
    const double x = i / 1000.0;
    const double power = FadeGain(FadeShape::kEqualPower, x);
    const double other = FadeGain(FadeShape::kEqualPower, 1 - x);
    EXPECT_NEAR(power * power + other * other, 1, 1e-15);
    EXPECT_NEAR(FadeGain(FadeShape::kSCurve, x) + FadeGain(FadeShape::kSCurve, 1 - x), 1, 1e-15);
  }
}

TEST(FadeGain, OfLogIsStraightInDecibels) {
  // Up to the thousandth that takes it down to 0: -30 dB in the middle.
  EXPECT_NEAR(20 * std::log10(FadeGain(FadeShape::kLog, 0.5) * 0.999 + 0.001), -30, 1e-9);
}

class Fade : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(Fade);

TEST_P(Fade, InAndOutAreThePlainLoops) {
  for (const FadeShape shape : kShapes) {
    for (const int64_t frames : {0, 1, 2, 5, 48, 333, 100'000}) {
      for (const int64_t first : {-60, -33, -1, 0, 1, 31, 300, 99'990}) {
        Samples in = Noise(65, 3);
        Samples out = in;
        Samples expected_in = in;
        Samples expected_out = in;
        for (size_t i = 0; i < in.size(); ++i) {
          const int64_t at = first + static_cast<int64_t>(i);
          if (at < 0 || at >= frames) continue;
          const double part = static_cast<double>(at) / static_cast<double>(frames);
          expected_in[i] *= FadeGain(shape, part);
          expected_out[i] *= FadeGain(shape, 1 - part);
        }
        FadeIn(shape, frames, first, in);
        FadeOut(shape, frames, first, out);
        ASSERT_TRUE(SameBits(in, expected_in)) << frames << " " << first;
        ASSERT_TRUE(SameBits(out, expected_out)) << frames << " " << first;
      }
    }
  }
}

TEST_P(Fade, DoesNotDependOnTheBlocks) {
  for (const FadeShape shape : kShapes) {
    Samples whole(500, 1.0);
    FadeOut(shape, 400, -50, whole);
    for (const size_t block : {size_t{1}, size_t{7}, size_t{64}}) {
      Samples parts(500, 1.0);
      for (size_t i = 0; i < parts.size(); i += block) {
        FadeOut(shape, 400, static_cast<int64_t>(i) - 50,
                std::span(parts).subspan(i, std::min(block, parts.size() - i)));
      }
      ASSERT_TRUE(SameBits(parts, whole)) << block;
    }
  }
}

}  // namespace
}  // namespace trackout::dsp
