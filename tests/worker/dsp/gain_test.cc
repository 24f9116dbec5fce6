// Gains against the library's long double functions, and the pan laws against the formulas of spec.md.
#include "worker/dsp/gain.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "gtest/gtest.h"

namespace trackout::dsp {
namespace {

using Long = long double;

constexpr double kWithin = 2e-15;  // what the header promises, relative

void ExpectNear(double value, Long exact, const char* what, double at) {
  EXPECT_LE(std::fabs(static_cast<Long>(value) - exact), static_cast<Long>(kWithin) * std::fabs(exact))
      << what << " at " << at << ": " << value;
}

TEST(FromDecibels, OfZeroIsExactlyOne) {
  EXPECT_EQ(FromDecibels(0), 1);
  EXPECT_EQ(FromDecibels(-0.0), 1);
}

TEST(FromDecibels, OfSilenceIsZero) {
  EXPECT_EQ(FromDecibels(-std::numeric_limits<double>::infinity()), 0);
}

TEST(FromDecibels, OfTheTextbook) {
  EXPECT_NEAR(FromDecibels(20), 10, 1e-14);
  EXPECT_NEAR(FromDecibels(-20), 0.1, 1e-16);
  EXPECT_NEAR(FromDecibels(6.020599913279624), 2, 1e-14);
}

TEST(FromDecibels, AgreesWithThePowerOfTheLibrary) {
  for (int i = -1200; i <= 1200; ++i) {
    const double db = i / 10.0;
    ExpectNear(FromDecibels(db), std::pow(10.0L, static_cast<Long>(db) / 20), "10^(dB/20)", db);
  }
}

TEST(FromDecibels, RisesWithTheLevel) {
  for (double db = -30; db < 30; db += 0.01) EXPECT_LT(FromDecibels(db), FromDecibels(db + 0.01)) << db;
}

TEST(FromDecibels, HoldsFarOutside) {
  EXPECT_GE(FromDecibels(-5000), 0);
  EXPECT_LT(FromDecibels(-5000), 1e-249);
  EXPECT_EQ(FromDecibels(-1e300), 0);
  EXPECT_TRUE(std::isfinite(FromDecibels(1000)));
}

TEST(FromDecibels, LosesNoMoreThanItsArgumentFarOutside) {
  // The error of dB * log2(10) / 20 grows with it: two halves of its last bit.
  for (int i = -6000; i <= 1000; ++i) {
    const double db = i * 1.0007;
    if (db > 1000 || db < -6000) continue;
    const Long exact = std::pow(10.0L, static_cast<Long>(db) / 20);
    const Long within = kWithin + std::fabs(static_cast<Long>(db)) * 2e-17L;
    EXPECT_LE(std::fabs(FromDecibels(db) - exact), within * exact) << db;
  }
}

TEST(FromDecibels, OfWholeOctavesIsWithinALastBit) {
  for (int octave = -900; octave <= 100; ++octave) {
    const double db = octave * 6.02059991327962390427;
    EXPECT_NEAR(std::ldexp(FromDecibels(db), -octave), 1, 1e-13) << octave;
  }
}

TEST(QuarterCosine, IsACosineAndItsMirrorASine) {
  for (int i = 0; i <= 1000; ++i) {
    const double p = i / 1000.0;
    EXPECT_NEAR(QuarterCosine(p), static_cast<double>(std::cos(p * std::numbers::pi_v<Long> / 2)), 4e-16);
  }
  EXPECT_EQ(QuarterCosine(0), 1);
  EXPECT_EQ(QuarterCosine(1), 0);
}

constexpr double kPans[] = {-100, -50, 0, 50, 100};

TEST(PanLaws, MinusThree) {
  for (const double pan : kPans) {
    const Long p = (static_cast<Long>(pan) / 100 + 1) / 2;
    const StereoGain gain = PanMinus3(pan);
    EXPECT_NEAR(gain.left, static_cast<double>(std::cos(p * std::numbers::pi_v<Long> / 2)), kWithin) << pan;
    EXPECT_NEAR(gain.right, static_cast<double>(std::sin(p * std::numbers::pi_v<Long> / 2)), kWithin) << pan;
  }
}

TEST(PanLaws, MinusSix) {
  const double left[] = {1, 0.75, 0.5, 0.25, 0};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(PanMinus6(kPans[i]).left, left[i]);
    EXPECT_EQ(PanMinus6(kPans[i]).right, 1 - left[i]);
  }
}

TEST(PanLaws, MinusFourAndAHalf) {
  for (const double pan : kPans) {
    const Long p = (static_cast<Long>(pan) / 100 + 1) / 2;
    const Long angle = p * std::numbers::pi_v<Long> / 2;
    EXPECT_NEAR(PanMinus4_5(pan).left, static_cast<double>(std::sqrt(std::fabs(std::cos(angle) * (1 - p)))),
                kWithin)
        << pan;
    EXPECT_NEAR(PanMinus4_5(pan).right, static_cast<double>(std::sqrt(std::sin(angle) * p)), kWithin) << pan;
  }
}

TEST(PanLaws, Zero) {
  const double left[] = {1, 1, 1, 0.5, 0};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Pan0(kPans[i]).left, left[i]);
    EXPECT_EQ(Pan0(kPans[i]).right, left[4 - i]);
  }
}

TEST(PanLaws, MinusThreeCompensated) {
  for (const double pan : kPans) {
    const Long angle = (static_cast<Long>(pan) / 100 + 1) / 4 * std::numbers::pi_v<Long>;
    EXPECT_NEAR(PanMinus3Compensated(pan).left,
                static_cast<double>(std::cos(angle) * std::numbers::sqrt2_v<Long>), kWithin)
        << pan;
    EXPECT_NEAR(PanMinus3Compensated(pan).right,
                static_cast<double>(std::sin(angle) * std::numbers::sqrt2_v<Long>), kWithin)
        << pan;
  }
}

TEST(PanLaws, AreNamedAfterTheirCentre) {
  const auto decibels = [](double gain) { return 20 * std::log10(gain); };
  EXPECT_NEAR(decibels(PanMinus3(0).left), -3.0103, 1e-4);
  EXPECT_NEAR(decibels(PanMinus4_5(0).left), -4.5154, 1e-4);
  EXPECT_NEAR(decibels(PanMinus6(0).left), -6.0206, 1e-4);
  EXPECT_EQ(Pan0(0).left, 1);
  EXPECT_NEAR(PanMinus3Compensated(0).left, 1, kWithin);
}

TEST(PanLaws, TheCentreIsTheSameOnBothSidesToTheLastBit) {
  for (const auto law : {PanMinus3, PanMinus4_5, PanMinus6, Pan0, PanMinus3Compensated})
    EXPECT_EQ(law(0).left, law(0).right);
}

TEST(PanLaws, TheEndsAreSilentOnTheOtherSide) {
  for (const auto law : {PanMinus3, PanMinus4_5, PanMinus6, Pan0, PanMinus3Compensated}) {
    EXPECT_EQ(law(-100).right, 0);
    EXPECT_EQ(law(100).left, 0);
    EXPECT_EQ(law(-100).left, law(100).right);
  }
}

TEST(PanLaws, MinusThreeKeepsThePower) {
  for (double pan = -100; pan <= 100; pan += 0.5) {
    const StereoGain gain = PanMinus3(pan);
    EXPECT_NEAR(gain.left * gain.left + gain.right * gain.right, 1, 1e-15) << pan;
  }
}

TEST(Balance, TurnsDownTheOtherSide) {
  const double left[] = {1, 1, 1, 0.5, 0};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Balance(kPans[i]).left, left[i]);
    EXPECT_EQ(Balance(kPans[i]).right, left[4 - i]);
  }
}

}  // namespace
}  // namespace trackout::dsp
