#include "worker/dsp/functions.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "worker/dsp/function_series.h"

namespace trackout::dsp {
inline namespace functions {
namespace {

// pi/2 in three parts; the first two have 33 bits, so that their products with whole numbers below 2^20 are
// exact (Cody and Waite; the split is that of fdlibm, Sun Microsystems 1993).
constexpr double kHalfPiHigh = 1.57079632673412561417e+00;
constexpr double kHalfPiMiddle = 6.07710050630396597660e-11;
constexpr double kHalfPiLow = 2.02226624879595063154e-21;
constexpr double kTwoByPi = 0.636619772367581343076;

// Taylor, from x^3 and from x^4: what is left out is below 1e-19 within pi/4.
constexpr double kSine[] = {-1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
                            -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
constexpr double kCosine[] = {1.0 / 24,
                              -1.0 / 720,
                              1.0 / 40320,
                              -1.0 / 3628800,
                              1.0 / 479001600,
                              -1.0 / 87178291200.0,
                              1.0 / 20922789888000.0,
                              -1.0 / 6402373705728000.0};

double Horner(const double* series, size_t count, double x) {
  double sum = series[count - 1];
  for (size_t k = count - 1; k-- > 0;) sum = sum * x + series[k];
  return sum;
}

// x = quarters * pi/2 + high + low, |high| <= pi/4.
struct Angle {
  int64_t quarters;
  double high;
  double low;
};

Angle Reduce(double x) {
  assert(x >= -1e6 && x <= 1e6);
  const double shifted = x * kTwoByPi + kRounder;
  const double n = shifted - kRounder;
  const double a = x - n * kHalfPiHigh;  // exact
  const double b = n * kHalfPiMiddle;    // exact
  const double difference = a - b;
  const double a_part = difference + b;  // what the difference has of a; the rest is its error
  const double error = (a - a_part) + ((a_part - difference) - b);
  const double tail = error - n * kHalfPiLow;
  const double high = difference + tail;
  return {static_cast<int64_t>(n), high, (difference - high) + tail};
}

double SineNearZero(double x, double low) {
  const double x2 = x * x;
  return x + (x * x2 * Horner(kSine, std::size(kSine), x2) + low * (1 - x2 / 2));
}

double CosineNearZero(double x, double low) {
  const double x2 = x * x;
  const double half = x2 / 2;
  const double most = 1 - half;
  return most + (((1 - most) - half) + (x2 * x2 * Horner(kCosine, std::size(kCosine), x2) - x * low));
}

double SineOf(const Angle& angle, int64_t quarters_ahead) {
  const int64_t quarter = (angle.quarters + quarters_ahead) & 3;
  const double value =
      (quarter & 1) != 0 ? CosineNearZero(angle.high, angle.low) : SineNearZero(angle.high, angle.low);
  return (quarter & 2) != 0 ? -value : value;
}

// 2^n for n within -1022 .. 1023, where `shifted` is n + kRounder.
double PowerOfTwo(double shifted) {
  return std::bit_cast<double>((std::bit_cast<uint64_t>(shifted) << 52) + (uint64_t{1023} << 52));
}

}  // namespace

double Sine(double x) {
  return SineOf(Reduce(x), 0);
}

double Cosine(double x) {
  return SineOf(Reduce(x), 1);
}

double Tan(double x) {
  const Angle angle = Reduce(x);
  return SineOf(angle, 0) / SineOf(angle, 1);
}

// e^x = 2^n e^r with n whole and r within +-ln(2)/2. 2^n is two factors, for denormals.
double Exp(double x) {
  if (x < -746) return 0;
  const double n = (x * kLog2OfE + kRounder) - kRounder;
  const double r = (x - n * kLn2High) - n * kLn2Low;
  const double half_shifted = n * 0.5 + kRounder;
  const double rest = n - (half_shifted - kRounder);
  const double sum = Horner(kExponential.data(), kExponential.size(), r);
  return sum * PowerOfTwo(half_shifted) * PowerOfTwo(rest + kRounder);
}

double Exp2(double x) {
  if (x < -1022) return 0;
  const double shifted = x + kRounder;
  const double r = (x - (shifted - kRounder)) * kLn2;
  return Horner(kExponential.data(), kExponential.size(), r) * PowerOfTwo(shifted);
}

// x = 2^n m with m within sqrt(1/2) .. sqrt(2), from the bits.
double Log2(double x) {
  const bool is_denormal = x < kLeastNormal;
  const double normal = is_denormal ? x * kDenormalScale : x;
  const int64_t bits = std::bit_cast<int64_t>(normal) - kBitsOfSqrtHalf;
  const double m = std::bit_cast<double>((bits & kMantissaBits) + kBitsOfSqrtHalf);
  const double n = static_cast<double>(bits >> 52) - (is_denormal ? 54 : 0);
  const double s = (m - 1) / (m + 1);
  const double s2 = s * s;
  const double series = s + s * s2 * Horner(kArtanh.data(), kArtanh.size(), s2);
  return n + series * kTwoByLn2;
}

double Decibels(double amplitude) {
  return amplitude > kLeastAmplitude ? Log2(amplitude) * kDecibelsOfTwo : kLeastDecibels;
}

// With t = e^(2x) - 1 it is t / (t + 2). 2x = n ln 2 + r; t = 2^n (e^r - 1) + (2^n - 1), where nothing
// cancels: n = 0 near 0.
double Tanh(double x) {
  const double magnitude = x < 0 ? -x : x;
  const double twice = 2 * (magnitude < kTanhOne ? magnitude : kTanhOne);
  const double shifted = twice * kLog2OfE + kRounder;
  const double n = shifted - kRounder;
  const double r = (twice - n * kLn2High) - n * kLn2Low;
  const double grown = r + r * r * Horner(kExponential.data() + 2, kExponential.size() - 2, r);
  const double power = PowerOfTwo(shifted);
  const double t = power * grown + (power - 1);
  return std::copysign(t / (t + 2), x);
}

}  // namespace functions
}  // namespace trackout::dsp
