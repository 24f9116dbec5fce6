// Ranges: what is in them, and what they are called.
#include "core/spec/value_range.h"

#include <limits>

#include "gtest/gtest.h"

namespace trackout {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const Rule& RuleOf(const google::protobuf::Descriptor* type, const char* field) {
  return type->FindFieldByName(field)->options().GetExtension(rule);
}

TEST(ValueRange, EndsAreInside) {
  const Rule& threshold = RuleOf(Compressor::descriptor(), "threshold");
  EXPECT_TRUE(IsInRange(threshold, -80));
  EXPECT_TRUE(IsInRange(threshold, 0));
  EXPECT_FALSE(IsInRange(threshold, 0.001));
  EXPECT_FALSE(IsInRange(threshold, -80.001));
}

TEST(ValueRange, InfinitiesAreOfLevelsAndRatios) {
  const Rule& level = RuleOf(Gain::descriptor(), "level");
  const Rule& ratio = RuleOf(Compressor::descriptor(), "ratio");
  EXPECT_TRUE(IsInRange(level, -kInfinity));
  EXPECT_FALSE(IsInRange(level, kInfinity));
  EXPECT_TRUE(IsInRange(ratio, kInfinity));
  EXPECT_FALSE(IsInRange(ratio, -kInfinity));
  EXPECT_FALSE(IsInRange(RuleOf(Delay::descriptor(), "mix"), kInfinity));
  EXPECT_FALSE(IsInRange(ratio, std::numeric_limits<double>::quiet_NaN()));
}

TEST(ValueRange, ItsTextHasTheUnit) {
  EXPECT_EQ(NumberRangeText(RuleOf(Compressor::descriptor(), "threshold")), "-80 to 0 dB");
  EXPECT_EQ(NumberRangeText(RuleOf(Compressor::descriptor(), "ratio")), "1 to inf");
  EXPECT_EQ(NumberRangeText(RuleOf(Gain::descriptor(), "level")), "-inf to 60 dB");
  EXPECT_EQ(NumberRangeText(RuleOf(EqBand::descriptor(), "q")), "0.05 to 40");
  EXPECT_EQ(TimeRangeText(RuleOf(Limiter::descriptor(), "lookahead")), "1 to 20 ms");
  EXPECT_EQ(TimeRangeText(RuleOf(Compressor::descriptor(), "release")), "0.001 to 10 s");
}

}  // namespace
}  // namespace trackout
