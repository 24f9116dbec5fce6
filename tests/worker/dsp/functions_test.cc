// Functions against the library's of long double, and vectors of every instruction set against one number.
#include "worker/dsp/functions.h"

#include <cmath>
#include <limits>

#include "tests/worker/dsp/each_isa.h"
#include "tests/worker/dsp/function_kernels.h"
#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

using Long = long double;
using Function = double (*)(double);
using Exact = Long (*)(Long);

constexpr double kLeastDouble = std::numeric_limits<double>::denorm_min();

// The largest relative error over many points from `from` to `to`: evenly, and in powers towards 0.
Long Error(Function function, Exact exact, double from, double to) {
  Long largest = 0;
  const auto measure = [&](double x) {
    const Long truth = exact(x);
    const Long error = std::fabs(static_cast<Long>(function(x)) - truth);
    largest = std::max(largest, truth == 0 ? error * 1e30L : error / std::fabs(truth));
  };
  const Samples way = Noise(200'000, 5);
  for (const double w : way) measure(from + (to - from) * (w + 1) / 2);
  for (double scale = 1; scale > 1e-18; scale *= 0.93) {
    if (from <= 0 && 0 <= to) measure(to * scale);
    if (from <= 0 && 0 <= to) measure(from * scale);
    if (from <= 1 && 1 < to) measure(1 + (to - 1) * scale);
    if (from < 1 && 1 <= to) measure(1 + (from - 1) * scale);
  }
  return largest;
}

Long LongExp2(Long x) {
  return std::exp2(x);
}

Long LongDecibels(Long x) {
  return 20 * std::log10(x);
}

TEST(Functions, OfAngles) {
  for (const double most : {0.8, 3.2, 100.0, 1e6}) {
    EXPECT_LE(Error(Sine, std::sin, -most, most), 4e-16L) << most;
    EXPECT_LE(Error(Cosine, std::cos, -most, most), 4e-16L) << most;
    EXPECT_LE(Error(Tan, std::tan, -most, most), 6e-16L) << most;
  }
  EXPECT_LE(Error(Tan, std::tan, 1.5, 1.5707), 6e-16L);
}

TEST(Functions, OfAnglesNextToTheirZeros) {
  for (int64_t n = 1; n < 600'000; n += 977) {
    const auto x = static_cast<double>(static_cast<Long>(n) * 1.57079632679489661923132169163975144L);
    const Function zero = n % 2 == 0 ? Sine : Cosine;
    const Long exact = n % 2 == 0 ? std::sin(static_cast<Long>(x)) : std::cos(static_cast<Long>(x));
    EXPECT_LE(std::fabs(static_cast<Long>(zero(x)) - exact), 1e-15L * std::fabs(exact)) << n;
  }
  EXPECT_EQ(Sine(0), 0);
  EXPECT_EQ(Cosine(0), 1);
}

TEST(Functions, OfPowers) {
  EXPECT_LE(Error(Exp, std::exp, -1, 1), 4e-16L);
  EXPECT_LE(Error(Exp, std::exp, -707, 709), 4e-16L);
  EXPECT_LE(Error(Exp2, LongExp2, -1, 1), 4e-16L);
  EXPECT_LE(Error(Exp2, LongExp2, -1021, 1023), 4e-16L);
  EXPECT_EQ(Exp(0), 1);
  EXPECT_NEAR(Exp(-740), std::exp(-740.0), 2 * kLeastDouble);
  EXPECT_EQ(Exp(-1e9), 0);
  EXPECT_EQ(Exp2(-1e9), 0);
  for (int n = -1022; n <= 1023; ++n) EXPECT_EQ(Exp2(n), std::ldexp(1.0, n));
}

TEST(Functions, OfLogarithms) {
  EXPECT_LE(Error(Log2, std::log2, 0.5, 2), 8e-16L);
  EXPECT_LE(Error(Log2, std::log2, 1e-9, 1e9), 8e-16L);
  EXPECT_LE(Error(Decibels, LongDecibels, 0.5, 2), 1e-15L);
  EXPECT_LE(Error(Decibels, LongDecibels, 1e-9, 8), 1e-15L);
  for (int n = -1074; n <= 1023; ++n) EXPECT_EQ(Log2(std::ldexp(1.0, n)), n);
  EXPECT_NEAR(Log2(3e-320), std::log2(3e-320), 1e-12);
  EXPECT_EQ(Decibels(0), -6000);
  EXPECT_EQ(Decibels(kLeastDouble), -6000);
  EXPECT_EQ(Decibels(1), 0);
  EXPECT_NEAR(Decibels(1.0001e-300), -6000 + 8.7e-4, 1e-5);
  EXPECT_NEAR(Decibels(FromDecibels(-37.5)), -37.5, 1e-13);
}

TEST(Functions, OfTheHyperbolicTangent) {
  EXPECT_LE(Error(Tanh, std::tanh, -1, 1), 8e-16L);
  EXPECT_LE(Error(Tanh, std::tanh, -25, 25), 8e-16L);
  EXPECT_EQ(Tanh(0), 0);
  EXPECT_TRUE(std::signbit(Tanh(-0.0)));
  EXPECT_EQ(Tanh(3e-310), 3e-310);
  EXPECT_EQ(Tanh(20), 1);
  EXPECT_EQ(Tanh(-1e300), -1);
  for (const double x : Noise(1000, 3, 20)) EXPECT_EQ(Tanh(x), -Tanh(-x));
}

class VectorFunctions : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(VectorFunctions);

TEST_P(VectorFunctions, AreThoseOfOneNumberToTheLastBit) {
  struct Case {
    VectorFunction vectors;
    Function one;
    double most;
    bool positive;
  };
  for (const Case& c :
       {Case{Exp2OfAll, Exp2, 1023, false}, Case{ExpOfAll, Exp, 709, false}, Case{Log2OfAll, Log2, 1e3, true},
        Case{DecibelsOfAll, Decibels, 4, true}, Case{TanhOfAll, Tanh, 22, false}}) {
    for (const size_t count : Lengths()) {
      Samples x = Noise(count, static_cast<unsigned>(count), c.most);
      for (size_t i = 0; i < count; ++i) {
        if (i % 3 == 1) x[i] *= std::pow(10.0, -static_cast<double>(i % 321));
        if (c.positive) x[i] = std::fabs(x[i]) + kLeastDouble;
        if (!c.positive && i % 5 == 0) x[i] = -std::fabs(x[i]) * 1.1;
      }
      if (count > 3) x[3] = c.positive ? kLeastDouble : 0;
      Samples expected;
      for (const double one : x) expected.push_back(c.one(one));
      c.vectors(x.data(), count);
      ASSERT_TRUE(SameBits(x, expected)) << c.most;
    }
  }
}

}  // namespace
}  // namespace trackout::dsp
