#include "worker/dsp/gain.h"

#include <algorithm>
#include <cmath>

namespace trackout::dsp {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kLn2 = 0.693147180559945309417;
constexpr double kLog2Of10By20 = 0.166096404744368117394;  // log2(10) / 20
constexpr double kSqrt2 = 1.41421356237309504880;

// cos(p pi/2) for p within 0 .. 1, by the Taylor series of cosine below pi/4 and of sine above; its mirror
// image is the sine, so that the two sides of a centred source are equal to the last bit.
double QuarterCosine(double p) {
  const bool is_cosine = p <= 0.5;
  const double x = (is_cosine ? p : 1 - p) * (kPi / 2);
  const double x2 = x * x;
  double term = is_cosine ? 1 : x;
  double sum = term;
  for (int n = is_cosine ? 2 : 3; n <= 21; n += 2) {
    term = -term * x2 / (n * (n - 1));
    sum += term;
  }
  return sum;
}

double Position(double pan) {
  return (pan / 100 + 1) / 2;
}

}  // namespace

double FromDecibels(double db) {
  if (std::isinf(db) || db < -6000) return 0;
  // 2^y = 2^n e^(f ln 2), f within +-1/2: the series to the 18th power is exact to 1e-23 there.
  const double y = db * kLog2Of10By20;
  const double n = std::floor(y + 0.5);
  const double x = (y - n) * kLn2;
  double sum = 1;
  for (int k = 18; k >= 1; --k) sum = 1 + sum * x / k;
  return std::ldexp(sum, static_cast<int>(n));
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
