// The small parts that dynamics are made of, against plain loops.
#include <cmath>

#include "tests/worker/dsp/processors/dynamics_run.h"
#include "worker/dsp/processors/fixed_delay.h"
#include "worker/dsp/processors/gain_smoother.h"
#include "worker/dsp/processors/moving_mean.h"
#include "worker/dsp/processors/sliding_maximum.h"
#include "worker/dsp/processors/time_constant.h"

namespace trackout::dsp {
namespace {

// In pieces of all sorts.
template <class Part>
Samples Through(Part part, Samples values) {
  size_t size = 1;
  for (size_t from = 0; from < values.size();) {
    const size_t count = std::min(size, values.size() - from);
    part.Run(std::span(values).subspan(from, count));
    from += count;
    size = size * 7 % 101;
  }
  return values;
}

TEST(FixedDelay, DelaysByItsFrames) {
  const Samples in = Noise(1000, 4);
  for (const size_t frames : {0u, 1u, 7u, 64u, 999u}) {
    const Samples out = Through(FixedDelay(frames, 0.25), in);
    for (size_t i = 0; i < in.size(); ++i) ASSERT_EQ(out[i], i < frames ? 0.25 : in[i - frames]);
  }
}

TEST(SlidingMaximum, IsTheHighestOfTheLast) {
  const Samples in = Noise(2000, 8);
  for (const size_t length : {1u, 2u, 3u, 50u, 64u, 1999u, 3000u}) {
    const Samples out = Through(SlidingMaximum(length, 0.1), in);
    for (size_t i = 0; i < in.size(); ++i) {
      const size_t from = i + 1 >= length ? i + 1 - length : 0;
      double highest = i + 1 >= length ? in[i] : 0.1;
      for (size_t j = from; j <= i; ++j) highest = std::max(highest, in[j]);
      ASSERT_EQ(out[i], highest) << length << " at " << i;
    }
  }
}

TEST(MovingMean, IsTheMeanOfTheLast) {
  Samples in = Noise(3000, 9, 0.5);
  for (double& value : in) value += 0.5;
  for (const size_t length : {1u, 2u, 3u, 50u, 700u}) {
    const Samples out = Through(MovingMean(length), in);
    for (size_t i = 0; i < in.size(); ++i) {
      long double sum = 0;
      for (size_t j = 0; j < length; ++j) sum += j <= i ? in[i - j] : 1.0;
      ASSERT_NEAR(out[i], static_cast<double>(sum / length), 0x1p-48) << length << " at " << i;
    }
  }
}

// After anything, ones are exactly one again, and what came before the window cannot be seen.
TEST(MovingMean, HasNoDrift) {
  for (const size_t length : {3u, 80u, 5120u, 16384u}) {
    MovingMean worn(length);
    for (unsigned round = 0; round < 20; ++round) {
      Samples values = Noise(10000, round, 0.5);
      for (double& value : values) value += 0.5;
      worn.Run(values);
    }
    Samples ones(length, 1.0);
    worn.Run(ones);
    EXPECT_EQ(ones.back(), 1);
    Samples values = Noise(length, 77, 0.5);
    for (double& value : values) value += 0.5;
    EXPECT_TRUE(SameBits(Through(worn, values), Through(MovingMean(length), values)));
  }
}

TEST(GainSmoother, ArrivesAndStays) {
  const Samples attack(3000, TimeConstant(0.001, 48000)), release = attack, hold(3000, 0.0);
  Samples values(3000, 12.5);
  std::fill(values.begin() + 1500, values.end(), 0.0);
  GainSmoother smoother;
  smoother.Run({attack, release, hold}, values);
  EXPECT_EQ(values[1499], 12.5);
  EXPECT_EQ(values[2999], 0);
}

TEST(TimeConstant, IsThatOfTheDecibelStep) {
  EXPECT_EQ(TimeConstant(0, 48000), 1);
  EXPECT_NEAR(std::pow(1 - TimeConstant(0.01, 48000), 480), std::exp(-1), 1e-12);
}

}  // namespace
}  // namespace trackout::dsp
