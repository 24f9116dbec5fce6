// Decibels against the library's long double logarithm, and against figures from the textbook.
#include "core/audio/decibels.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace trackout {
namespace {

TEST(Decibels, OfFullScaleIsExactlyZero) {
  EXPECT_EQ(Decibels(1), 0);
  EXPECT_FALSE(std::signbit(Decibels(1)));
}

TEST(Decibels, OfHalfIsTheTextbooksSix) {
  EXPECT_EQ(Decibels(0.5), -6.0206);
  EXPECT_EQ(Decibels(2), 6.0206);
  EXPECT_EQ(Decibels(0.1), -20);
  EXPECT_EQ(Decibels(1000), 60);
  EXPECT_EQ(Decibels(0x1p-23), -138.4738);  // one step of 24 bits
  EXPECT_EQ(Decibels(0x1p-15), -90.309);    // one step of 16 bits
}

TEST(Decibels, OfSilenceAreMinusInfinity) {
  EXPECT_EQ(Decibels(0), -std::numeric_limits<double>::infinity());
}

TEST(Decibels, HoldAtBothEndsOfTheNumbers) {
  EXPECT_EQ(Decibels(std::numeric_limits<double>::denorm_min()), -6466.1243);
  EXPECT_EQ(Decibels(std::numeric_limits<double>::max()), 6165.0943);
}

TEST(Decibels, AreRoundedToTenThousandths) {
  EXPECT_EQ(Decibels(1.000001), 0);       // 0.0000087
  EXPECT_EQ(Decibels(1.00001), 0.0001);   // 0.0000869
  EXPECT_EQ(Decibels(0.99999), -0.0001);  // -0.0000869
  EXPECT_FALSE(std::signbit(Decibels(0.999999)));
}

TEST(Decibels, AgreeWithTheLogarithmOfTheLibrary) {
  double amplitude = 1e-12;
  for (int i = 0; i < 20'000; ++i, amplitude *= 1.0027) {
    const auto exact = static_cast<double>(20 * std::log10(static_cast<long double>(amplitude)));
    EXPECT_NEAR(Decibels(amplitude), exact, 0.00005 + 1e-9) << amplitude;
  }
}

TEST(Decibels, RiseWithTheAmplitude) {
  double last = Decibels(0.5);
  for (double amplitude = 0.5; amplitude < 2; amplitude += 0.00001) {
    const double now = Decibels(amplitude);
    EXPECT_GE(now, last) << amplitude;
    last = now;
  }
}

}  // namespace
}  // namespace trackout
