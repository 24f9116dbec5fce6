// The functions of coefficients and figures, beside those of the system, which are right to the last bit or
// so.
#include "worker/dsp/meters/elementary.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Elementary, SineIsThatOfTheSystem) {
  for (int i = -1000; i <= 1000; ++i) {
    const double x = kPi * i / 1000;
    EXPECT_NEAR(Sine(x), std::sin(x), 4e-16) << x;
  }
}

TEST(Elementary, TangentIsThatOfTheSystem) {
  for (int i = 1; i <= 1000; ++i) {
    const double x = kPi / 4 * i / 1000;
    EXPECT_NEAR(Tangent(x) / std::tan(x), 1, 1e-15) << x;
  }
}

TEST(Elementary, TangentIsRightForEveryRate) {
  for (const int rate : {8000, 11025, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000, 384000}) {
    for (const double hertz : {1681.974450955533, 38.13547087602444}) {
      const double x = kPi * hertz / rate;
      EXPECT_NEAR(Tangent(x) / std::tan(x), 1, 1e-15) << hertz << " at " << rate;
    }
  }
}

TEST(Elementary, DecibelsAreThoseOfTheSystem) {
  for (double power = 1e-30; power < 1e30; power *= 1.37) {
    EXPECT_NEAR(ExactDecibelsOfPower(power), 10 * std::log10(power), 2e-13) << power;
    EXPECT_NEAR(DecibelsOfPower(power), 10 * std::log10(power), 0.000051) << power;
    EXPECT_NEAR(DecibelsOfAmplitude(power), 20 * std::log10(power), 0.000051) << power;
  }
}

TEST(Elementary, DecibelsAreRounded) {
  EXPECT_EQ(DecibelsOfAmplitude(1), 0);
  EXPECT_EQ(DecibelsOfAmplitude(0.5), -6.0206);
  EXPECT_EQ(DecibelsOfPower(0.5), -3.0103);
  EXPECT_EQ(DecibelsOfAmplitude(0), -kInfinity);
  EXPECT_EQ(DecibelsOfPower(0), -kInfinity);
  EXPECT_EQ(RoundDecibels(-kInfinity), -kInfinity);
}

}  // namespace
}  // namespace trackout::dsp
