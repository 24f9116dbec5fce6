#include "worker/dsp/processors/peak_between.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "worker/dsp/functions.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/peak_between.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<double, 8>;
using Vector = hn::Vec<Lanes>;
constexpr size_t kWidth = hn::MaxLanes(Lanes());
constexpr size_t kRoom = PeakBetween::kMostFrames + 1 + kWidth;

struct Points {
  HWY_ALIGN double quarter[kRoom];
  HWY_ALIGN double half[kRoom];
  HWY_ALIGN double three_quarters[kRoom];
  HWY_ALIGN double meter[kRoom];  // squares
};

HWY_INLINE Vector Square(Vector x) {
  return hn::Mul(x, x);
}

// x: frame n, in all lanes one behind the other.
HWY_INLINE void Interpolate(const PeakTaps& by, const double* x, size_t at, Points& points) {
  const Lanes d;
  Vector even = hn::Zero(d);
  Vector odd = hn::Zero(d);
  Vector half = hn::Zero(d);
  for (int t = 31; t >= 0; --t) {
    const Vector later = hn::LoadU(d, x + 1 + t);
    const Vector earlier = hn::LoadU(d, x - t);
    const Vector sum = hn::Add(later, earlier);
    even = hn::Add(even, hn::Mul(sum, hn::Set(d, by.even[t])));
    odd = hn::Add(odd, hn::Mul(hn::Sub(earlier, later), hn::Set(d, by.odd[t])));
    half = hn::Add(half, hn::Mul(sum, hn::Set(d, by.half[t])));
  }
  hn::StoreU(hn::Add(even, odd), d, points.quarter + at);
  hn::StoreU(half, d, points.half + at);
  hn::StoreU(hn::Sub(even, odd), d, points.three_quarters + at);
}

// What the meter sees between frame n and the next.
HWY_INLINE Vector MeterOfFour(const Interpolator& by, const double* x) {
  const Lanes d;
  Vector even = hn::Zero(d);
  Vector odd = hn::Zero(d);
  Vector half = hn::Zero(d);
  for (int t = 0; t < 6; ++t) {
    const Vector later = hn::LoadU(d, x + 6 - t);
    const Vector earlier = hn::LoadU(d, x - 5 + t);
    const Vector sum = hn::Add(later, earlier);
    even = hn::Add(even, hn::Mul(sum, hn::Set(d, double{by.even[t]})));
    odd = hn::Add(odd, hn::Mul(hn::Sub(later, earlier), hn::Set(d, double{by.odd[t]})));
    half = hn::Add(half, hn::Mul(sum, hn::Set(d, double{by.half[t]})));
  }
  return Square(hn::Max(hn::Add(hn::Abs(even), hn::Abs(odd)), hn::Abs(half)));
}

HWY_INLINE Vector MeterOfTwo(const Interpolator& by, const double* x) {
  const Lanes d;
  Vector half = hn::Zero(d);
  for (int t = 0; t < 12; ++t) {
    const Vector sum = hn::Add(hn::LoadU(d, x + 12 - t), hn::LoadU(d, x - 11 + t));
    half = hn::Add(half, hn::Mul(sum, hn::Set(d, double{by.half[t]})));
  }
  return Square(half);
}

// The square of b, or of the sine through a, b, c where |b| is not the least of them.
HWY_INLINE Vector SquareOfSine(Vector a, Vector b, Vector c) {
  const Lanes d;
  const Vector magnitude = hn::Abs(b);
  const auto is_peak = hn::And(hn::Ge(magnitude, hn::Abs(a)), hn::Ge(magnitude, hn::Abs(c)));
  const Vector square = Square(b);
  const Vector slope = Square(hn::Sub(a, c));
  const Vector bend = hn::Sub(hn::Mul(square, hn::Set(d, 4.0)), Square(hn::Add(a, c)));
  const auto is_round = hn::And(is_peak, hn::Gt(bend, hn::Zero(d)));
  const Vector above = hn::Div(hn::Mul(slope, square), hn::IfThenElse(is_round, bend, hn::Set(d, 1.0)));
  return hn::Add(square, hn::IfThenElseZero(is_round, hn::Min(above, square)));
}

// x: frame 0. squares[i] becomes the higher of itself and the square of the peak from frame i on.
void RaisePeaks(const PeakTaps& by, const double* x, size_t count, double* HWY_RESTRICT squares) {
  const Lanes d;
  Points points;  // of frames -1 .. count - 1
  for (size_t i = 0; i <= count; i += kWidth) Interpolate(by, x - 1 + i, i, points);
  for (size_t i = 0; i < count; i += kWidth) {
    Vector highest = hn::LoadU(d, squares + i);
    if (by.meter.factor == 4) highest = hn::Max(highest, MeterOfFour(by.meter, x + i));
    if (by.meter.factor == 2) highest = hn::Max(highest, MeterOfTwo(by.meter, x + i));
    const Vector before = hn::LoadU(d, points.three_quarters + i);
    const Vector sample = hn::LoadU(d, x + i);
    const Vector quarter = hn::LoadU(d, points.quarter + i + 1);
    const Vector half = hn::LoadU(d, points.half + i + 1);
    const Vector three_quarters = hn::LoadU(d, points.three_quarters + i + 1);
    const Vector next = hn::LoadU(d, x + i + 1);
    highest = hn::Max(highest, SquareOfSine(before, sample, quarter));
    highest = hn::Max(highest, SquareOfSine(sample, quarter, half));
    highest = hn::Max(highest, SquareOfSine(quarter, half, three_quarters));
    highest = hn::Max(highest, SquareOfSine(half, three_quarters, next));
    hn::StoreU(highest, d, squares + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace trackout::dsp
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(RaisePeaks);

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kReach = 32;  // samples to either side
constexpr double kKaiser = 8;  // its beta: what is beyond the band is 80 dB down
constexpr size_t kHistory = 2 * PeakBetween::kDelay;
constexpr size_t kMostLanes = 8;

// The modified Bessel function of order 0: sum over k of ((x / 2)^k / k!)^2.
double Bessel(double x) {
  double term = 1;
  double sum = 1;
  for (int k = 1; k <= 40; ++k) {
    term = term * (x / 2 / k);
    sum += term * term;
  }
  return sum;
}

// x: in samples from the middle, above 0, below kReach.
double Tap(double x) {
  const double part = x / kReach;
  return Sine(kPi * x) / (kPi * x) * (Bessel(kKaiser * std::sqrt(1 - part * part)) / Bessel(kKaiser));
}

}  // namespace

PeakTaps PeakTapsAt(int sample_rate) {
  PeakTaps made;
  double half_sum = 0;
  double quarter_sum = 0;
  for (int t = 0; t < 32; ++t) {
    const double near = Tap(t + 0.25);
    const double far = Tap(t + 0.75);
    made.half[t] = Tap(t + 0.5);
    made.even[t] = (near + far) / 2;
    made.odd[t] = (near - far) / 2;
    half_sum += 2 * std::abs(made.half[t]);
    quarter_sum += std::abs(near) + std::abs(far);
  }
  made.meter = InterpolatorAt(sample_rate);
  // The sine through three points is at most the square root of 2 higher than the highest of them.
  made.bound = std::max(made.meter.bound, std::max(half_sum, quarter_sum) * 1.415);
  return made;
}

PeakBetween::PeakBetween(size_t channels, int sample_rate)
    : taps_(PeakTapsAt(sample_rate)),
      planes_(channels, std::vector<double>(kHistory + kMostFrames + 2 * kMostLanes)) {}

void PeakBetween::Run(std::span<const std::span<double>> signal, double least, std::span<double> peaks) {
  assert(signal.size() == planes_.size() && peaks.size() <= kMostFrames);
  const size_t count = peaks.size();
  std::array<double, kMostFrames + kMostLanes> squares{};
  for (size_t c = 0; c < planes_.size(); ++c) {
    std::vector<double>& plane = planes_[c];
    std::ranges::copy(signal[c], plane.begin() + kHistory);
    double highest = 0;
    for (size_t i = 0; i < kHistory + count; ++i) highest = std::max(highest, std::abs(plane[i]));
    if (highest * taps_.bound > least)
      HWY_DYNAMIC_DISPATCH(RaisePeaks)(taps_, plane.data() + kHistory - kDelay, count, squares.data());
    std::copy_n(plane.begin() + static_cast<std::ptrdiff_t>(count), kHistory, plane.begin());
  }
  for (size_t i = 0; i < count; ++i) peaks[i] = std::sqrt(squares[i]);
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
