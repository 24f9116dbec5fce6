#include "worker/dsp/meters/elementary.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace trackout::dsp {
namespace {

constexpr double kLn2 = 0.693147180559945309417;
constexpr double kDbPerNeper = 8.68588963806503655303;  // 20 / ln 10
constexpr double kSilence = -std::numeric_limits<double>::infinity();

// x = m 2^e with m within sqrt(1/2) .. sqrt(2); ln m = 2 artanh((m - 1) / (m + 1)), whose series to the 25th
// power is exact to 1e-20 there.
double NaturalLogarithm(double x) {
  assert(x > 0);
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.707106781186547524) {
    m *= 2;
    exponent -= 1;
  }
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  double series = 0;
  for (int power = 25; power >= 1; power -= 2) series = series * s2 + 1.0 / power;
  return exponent * kLn2 + 2 * s * series;
}

}  // namespace

double Sine(double x) {
  assert(x >= -kPi && x <= kPi);
  if (x > kPi / 2) x = kPi - x;
  if (x < -kPi / 2) x = -kPi - x;
  // Taylor, to the 25th power: what is left out is below 2e-23.
  const double x2 = x * x;
  double term = x;
  double sum = x;
  for (int n = 3; n <= 25; n += 2) {
    term = -term * x2 / (n * (n - 1));
    sum += term;
  }
  return sum;
}

double Tangent(double x) {
  assert(x >= -kPi / 4 && x <= kPi / 4);
  return Sine(x) / Sine(kPi / 2 - x);
}

double RoundDecibels(double db) {
  return std::floor(db * 10000 + 0.5) / 10000;
}

double ExactDecibelsOfPower(double power) {
  return kDbPerNeper / 2 * NaturalLogarithm(power);
}

double DecibelsOfAmplitude(double amplitude) {
  return amplitude == 0 ? kSilence : RoundDecibels(kDbPerNeper * NaturalLogarithm(amplitude));
}

double DecibelsOfPower(double power) {
  return power == 0 ? kSilence : RoundDecibels(ExactDecibelsOfPower(power));
}

}  // namespace trackout::dsp
