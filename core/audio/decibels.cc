#include "core/audio/decibels.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace trackout {
namespace {

constexpr double kLn2 = 0.693147180559945309417;
constexpr double kDbPerNeper = 8.68588963806503655303;  // 20 / ln 10

}  // namespace

double Decibels(double amplitude) {
  assert(amplitude >= 0);
  if (amplitude == 0) return -std::numeric_limits<double>::infinity();
  // amplitude = m 2^e with m within sqrt(1/2) .. sqrt(2); ln m = 2 artanh((m - 1) / (m + 1)), whose series
  // to the 25th power is exact to 1e-20 there.
  int exponent = 0;
  double m = std::frexp(amplitude, &exponent);
  if (m < 0.707106781186547524) {
    m *= 2;
    exponent -= 1;
  }
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  double series = 0;
  for (int power = 25; power >= 1; power -= 2) series = series * s2 + 1.0 / power;
  const double db = kDbPerNeper * (exponent * kLn2 + 2 * s * series);
  return std::floor(db * 10000 + 0.5) / 10000;
}

}  // namespace trackout
