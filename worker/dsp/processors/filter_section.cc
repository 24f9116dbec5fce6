#include "worker/dsp/processors/filter_section.h"

#include <algorithm>
#include <cmath>

#include "worker/dsp/curves.h"
#include "worker/dsp/functions.h"
#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

// tan(pi f / rate): the integrators' gain that puts the analogue 1 rad/s at f.
double Warp(double frequency, double rate) {
  const double highest = 0.49 * rate;
  const double f = std::min(std::max(frequency, std::min(10.0, highest)), highest);
  return Tan(2 * kHalfPi * f / rate);
}

// y = through x + band_gain (s / (s^2 + k s + 1)) x + low_gain (1 / (s^2 + k s + 1)) x, s in units of g.
FilterSection SecondOrder(double g, double k, double through, double band_gain, double low_gain) {
  const double a1 = 1 / (1 + g * (g + k));
  const double a2 = g * a1;
  const double a3 = g * a2;
  return {.own = 2 * a1 - 1,
          .band = 2 * a2,
          .low = 2 * a3,
          .out_x = through + band_gain * a2 + low_gain * a3,
          .out_1 = band_gain * a1 + low_gain * a2,
          .out_2 = low_gain * (1 - a3) - band_gain * a2};
}

// y = through x + low_gain (1 / (s + 1)) x, s in units of g. s1 stays 0.
FilterSection FirstOrder(double g, double through, double low_gain) {
  const double a = g / (1 + g);
  return {.low = 2 * a, .out_x = through + low_gain * a, .out_2 = low_gain * (1 - a)};
}

}  // namespace

FilterSection LowCutSection(double frequency, double q, double rate) {
  return SecondOrder(Warp(frequency, rate), 1 / q, 1, -1 / q, -1);
}

FilterSection HighCutSection(double frequency, double q, double rate) {
  return SecondOrder(Warp(frequency, rate), 1 / q, 0, 0, 1);
}

FilterSection LowCutSection6(double frequency, double rate) {
  return FirstOrder(Warp(frequency, rate), 1, -1);
}

FilterSection HighCutSection6(double frequency, double rate) {
  return FirstOrder(Warp(frequency, rate), 0, 1);
}

FilterSection LowShelfSection(double frequency, double gain, double q, double rate) {
  const double a = FromDecibels(gain / 2);
  const double k = 1 / q;
  return SecondOrder(Warp(frequency, rate) / std::sqrt(a), k, 1, k * (a - 1), a * a - 1);
}

FilterSection HighShelfSection(double frequency, double gain, double q, double rate) {
  const double a = FromDecibels(gain / 2);
  const double k = 1 / q;
  return SecondOrder(Warp(frequency, rate) * std::sqrt(a), k, a * a, k * (1 - a) * a, 1 - a * a);
}

FilterSection BellSection(double frequency, double gain, double q, double rate) {
  const double a = FromDecibels(gain / 2);
  const double k = 1 / (q * a);
  return SecondOrder(Warp(frequency, rate), k, 1, k * (a * a - 1), 0);
}

FilterSection NotchSection(double frequency, double q, double rate) {
  return SecondOrder(Warp(frequency, rate), 1 / q, 1, -1 / q, 0);
}

FilterSection TiltSection(double frequency, double gain, double rate) {
  const double a = FromDecibels(gain / 2);
  return FirstOrder(Warp(frequency, rate) * a, a, 1 / a - a);
}

// The poles lie on a half circle; q = 1 / (2 cos of the angle from the negative real axis).
std::vector<double> ButterworthQs(int order) {
  std::vector<double> qs;
  for (int twice = 1 + order % 2; twice < order; twice += 2)
    qs.push_back(1 / (2 * Cosine(kHalfPi * twice / order)));
  return qs;
}

}  // namespace trackout::dsp
