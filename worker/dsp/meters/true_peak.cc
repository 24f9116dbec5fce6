#include "worker/dsp/meters/true_peak.h"

#include <cassert>

#include "worker/dsp/meters/elementary.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/meters/true_peak.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Lanes>;
constexpr size_t kWidth = hn::MaxLanes(Lanes());

HWY_INLINE Vector FourTimes(const Interpolator& by, const float* x) {
  const Lanes d;
  Vector even = hn::Zero(d);
  Vector odd = hn::Zero(d);
  Vector half = hn::Zero(d);
  for (int t = 0; t < 6; ++t) {
    const Vector later = hn::LoadU(d, x - t);
    const Vector earlier = hn::LoadU(d, x - 11 + t);
    const Vector sum = hn::Add(later, earlier);
    even = hn::Add(even, hn::Mul(sum, hn::Set(d, by.even[t])));
    odd = hn::Add(odd, hn::Mul(hn::Sub(later, earlier), hn::Set(d, by.odd[t])));
    half = hn::Add(half, hn::Mul(sum, hn::Set(d, by.half[t])));
  }
  return hn::Max(hn::Add(hn::Abs(even), hn::Abs(odd)), hn::Abs(half));
}

HWY_INLINE Vector Twice(const Interpolator& by, const float* x) {
  const Lanes d;
  Vector half = hn::Zero(d);
  for (int t = 0; t < 12; ++t) {
    const Vector sum = hn::Add(hn::LoadU(d, x - t), hn::LoadU(d, x - 23 + t));
    half = hn::Add(half, hn::Mul(sum, hn::Set(d, by.half[t])));
  }
  return hn::Abs(half);
}

float Highest(const Interpolator& by, const float* samples, size_t count) {
  const Lanes d;
  Vector highest = hn::Zero(d);
  for (size_t i = 0; i < count; i += kWidth) {
    Vector between = by.factor == 4 ? FourTimes(by, samples + i) : Twice(by, samples + i);
    if (count - i < kWidth) between = hn::IfThenElseZero(hn::FirstN(d, count - i), between);
    highest = hn::Max(highest, between);
  }
  return hn::GetLane(hn::MaxOfLanes(d, highest));
}

}  // namespace HWY_NAMESPACE
}  // namespace trackout::dsp
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {
namespace {

HWY_EXPORT(Highest);

constexpr int kTaps = 49;

// Tap `j` of the prototype, 0 .. 48.
double Tap(int j, int factor) {
  const int m = j - kTaps / 2;
  if (m == 0) return 1;
  // sin(m pi / factor), of which a whole period is 2 factor.
  int steps = m % (2 * factor);
  if (steps > factor) steps -= 2 * factor;
  if (steps < -factor) steps += 2 * factor;
  const double sinc = Sine(steps * kPi / factor) / (m * kPi / factor);
  const double half_angle = Sine(kPi * j / (kTaps - 1));  // (1 - cos 2x) / 2 = sin(x)^2
  return sinc * (half_angle * half_angle);
}

double Magnitude(double value) {
  return value < 0 ? -value : value;
}

}  // namespace

Interpolator InterpolatorAt(int sample_rate) {
  Interpolator made;
  made.factor = sample_rate < 96000 ? 4 : sample_rate < 192000 ? 2 : 1;
  if (made.factor == 1) return made;
  const int count = (kTaps - 1) / made.factor / 2;  // of half a phase
  double half_sum = 0;
  double quarter_sum = 0;
  for (int t = 0; t < count; ++t) {
    const double half = Tap(made.factor * t + made.factor / 2, made.factor);
    made.half[t] = static_cast<float>(half);
    half_sum += 2 * Magnitude(half);
    if (made.factor == 2) continue;
    const double early = Tap(4 * t + 1, 4);
    const double late = Tap(4 * t + 3, 4);  // c[11 - t] of the phase that `early` is c[t] of
    made.even[t] = static_cast<float>((early + late) / 2);
    made.odd[t] = static_cast<float>((early - late) / 2);
    quarter_sum += Magnitude(early) + Magnitude(late);
  }
  made.bound = (half_sum > quarter_sum ? half_sum : quarter_sum) * 1.00001;
  return made;
}

float HighestBetween(const Interpolator& interpolator, const float* samples, size_t count) {
  assert(count <= 64);
  if (interpolator.factor == 1) return 0;
  return HWY_DYNAMIC_DISPATCH(Highest)(interpolator, samples, count);
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
