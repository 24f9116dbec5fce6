// Gain and width against their formulas, exactly.
#include "worker/dsp/processors/level.h"

#include <limits>

#include "tests/worker/dsp/processors/through.h"
#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Parameter Points(std::vector<EnvelopePoint> points) {
  return Parameter(std::move(points));
}

class Level : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(Level);

TEST_P(Level, GainIsAProduct) {
  const Sound noise = NoiseSound(3, 1111, 3);
  for (const double level : {-kInfinity, -60.0, -6.0, 0.0, 0.1, 60.0}) {
    for (const bool inverted : {false, true}) {
      const Sound heard = Through(*NewGain({level, inverted}), noise);
      const double gain = inverted ? -FromDecibels(level) : FromDecibels(level);
      for (size_t c = 0; c < 3; ++c) {
        for (size_t i = 0; i < noise[c].size(); ++i) ASSERT_EQ(heard[c][i], noise[c][i] * gain);
      }
    }
  }
}

TEST_P(Level, GainMovesAsAFaderDoes) {
  const std::vector<EnvelopePoint> points{{50, -12}, {700, 6}, {900, -kInfinity}, {1000, -3}};
  const Sound noise = NoiseSound(2, 1500, 3);
  Samples gains(1500);
  DecibelGains(points, 0, gains);
  for (const bool inverted : {false, true}) {
    const Sound heard = Through(*NewGain({Points(points), inverted}), noise, {1, 999});
    for (size_t c = 0; c < 2; ++c) {
      for (size_t i = 0; i < 1500; ++i)
        ASSERT_EQ(heard[c][i], noise[c][i] * (inverted ? -gains[i] : gains[i]));
    }
  }
}

TEST_P(Level, WidthIsMidAndSide) {
  const Sound noise = NoiseSound(2, 1111, 5);
  for (const double width : {0.0, 37.0, 100.0, 200.0}) {
    const Sound heard = Through(*NewWidth({width}, 2), noise);
    for (size_t i = 0; i < 1111; ++i) {
      const double mid = (noise[0][i] + noise[1][i]) / 2;
      const double side = (noise[0][i] - noise[1][i]) / 2 * width / 100;
      ASSERT_NEAR(heard[0][i], mid + side, 1e-15);
      ASSERT_NEAR(heard[1][i], mid - side, 1e-15);
      ASSERT_TRUE(width != 0 || heard[0][i] == heard[1][i]);
    }
    EXPECT_EQ(heard == noise, width == 100);
  }
}

TEST_P(Level, WidthMoves) {
  const std::vector<EnvelopePoint> points{{100, 0}, {600, 200}};
  const Sound noise = NoiseSound(2, 1000, 5);
  const Sound heard = Through(*NewWidth({Points(points)}, 2), noise);
  for (size_t i = 0; i < 1000; ++i) {
    const double w = Points(points).At(static_cast<int64_t>(i)) / 100;
    ASSERT_NEAR(heard[0][i], (1 + w) / 2 * noise[0][i] + (1 - w) / 2 * noise[1][i], 1e-15);
    ASSERT_NEAR(heard[1][i], (1 - w) / 2 * noise[0][i] + (1 + w) / 2 * noise[1][i], 1e-15);
  }
}

TEST_P(Level, WidthLeavesOtherLayoutsAlone) {
  for (const size_t channels : {1, 3, 6}) {
    const Sound noise = NoiseSound(channels, 300, 2);
    EXPECT_EQ(Through(*NewWidth({20}, static_cast<int>(channels)), noise), noise);
  }
}

TEST_P(Level, KeepsTheRules) {
  const Parameter moving = Points({{100, -40}, {3000, 12}, {3000, 3}});
  CheckKeepsTheRules(
      GetParam(),
      [&] {
        return NewGain({moving, true});
      },
      2);
  CheckKeepsTheRules(
      GetParam(),
      [&] {
        return NewGain({-3.3, false});
      },
      5);
  CheckKeepsTheRules(
      GetParam(),
      [&] {
        return NewWidth({Points({{100, 150}, {3000, 12}})}, 2);
      },
      2);
  CheckKeepsTheRules(
      GetParam(), [&] { return NewWidth({130}, 2); }, 2);
}

TEST(Levels, NeedNoDetectorAndAreNotLate) {
  EXPECT_EQ(NewGain({})->NewDetector(), nullptr);
  EXPECT_EQ(NewGain({})->latency(), 0);
  EXPECT_EQ(NewWidth({}, 2)->NewDetector(), nullptr);
}

}  // namespace
}  // namespace trackout::dsp
