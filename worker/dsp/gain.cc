#include "worker/dsp/gain.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "worker/dsp/curves.h"

namespace trackout::dsp {
namespace {

double Position(double pan) {
  return (pan / 100 + 1) / 2;
}

}  // namespace

// 2^y = 2^n e^(x), with n whole and x within +-ln(2)/2. n is read from the bits of the number that rounds it,
// and put into the exponent of a double.
double FromDecibels(double db) {
  if (db < kLeastDecibels) return 0;
  const double y = db * kLog2Of10By20;
  const double shifted = y + kRounder;
  const double x = (y - (shifted - kRounder)) * kLn2;
  double sum = kExponential.back();
  for (size_t k = kExponential.size() - 1; k-- > 0;) sum = sum * x + kExponential[k];
  const uint64_t exponent = (std::bit_cast<uint64_t>(shifted) << 52) + (uint64_t{1023} << 52);
  return sum * std::bit_cast<double>(exponent);
}

// By the Taylor series of cosine below pi/4 and of sine above.
double QuarterCosine(double p) {
  const bool is_cosine = p <= 0.5;
  const double x = (is_cosine ? p : 1 - p) * kHalfPi;
  const double x2 = x * x;
  double term = is_cosine ? 1 : x;
  double sum = term;
  for (int k = 1; k <= kQuarterTerms; ++k) {
    term = -term * x2 / (2 * k * (is_cosine ? 2 * k - 1 : 2 * k + 1));
    sum += term;
  }
  return sum;
}

StereoGain PanMinus3(double pan) {
  const double p = Position(pan);
  return {QuarterCosine(p), QuarterCosine(1 - p)};
}

StereoGain PanMinus6(double pan) {
  const double p = Position(pan);
  return {1 - p, p};
}

StereoGain PanMinus4_5(double pan) {
  const StereoGain power = PanMinus3(pan);
  const StereoGain linear = PanMinus6(pan);
  return {std::sqrt(power.left * linear.left), std::sqrt(power.right * linear.right)};
}

StereoGain Pan0(double pan) {
  const double p = Position(pan);
  return {std::min(1.0, 2 * (1 - p)), std::min(1.0, 2 * p)};
}

StereoGain PanMinus3Compensated(double pan) {
  const StereoGain gain = PanMinus3(pan);
  return {gain.left * kSqrt2, gain.right * kSqrt2};
}

StereoGain Balance(double pan) {
  return {std::min(1.0, 1 - pan / 100), std::min(1.0, 1 + pan / 100)};
}

}  // namespace trackout::dsp
