#include "worker/dsp/fade.h"

#include <algorithm>

#include "worker/dsp/gain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/fade.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// FadeGain for a vector.
template <FadeShape kShape, class D, class V = hn::Vec<D>>
HWY_INLINE V FadeOf(D d, V x) {
  const V one = hn::Set(d, 1.0);
  if constexpr (kShape == FadeShape::kEqualPower) {
    return QuarterCosineOf(d, hn::Sub(one, x));
  } else if constexpr (kShape == FadeShape::kSCurve) {
    const V rest = hn::Sub(hn::Set(d, 3.0), hn::Mul(hn::Set(d, 2.0), x));
    return hn::Mul(hn::Mul(x, x), rest);
  } else if constexpr (kShape == FadeShape::kLog) {
    const V least = GainOf(d, hn::Set(d, -60.0));
    const V gain = GainOf(d, hn::Mul(hn::Set(d, 60.0), hn::Sub(x, one)));
    return hn::Div(hn::Sub(gain, least), hn::Sub(one, least));
  } else {
    return x;
  }
}

// x = start + sign * (first + i) / frames
struct Ramp {
  double start;
  double sign;
  double frames;
  double first;
};

template <FadeShape kShape>
HWY_INLINE void FadeBy(const Ramp& ramp, double* samples, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto at = hn::Iota(d, ramp.first + static_cast<double>(i));
    const auto part = hn::Div(at, hn::Set(d, ramp.frames));
    const auto x = hn::Add(hn::Set(d, ramp.start), hn::Mul(hn::Set(d, ramp.sign), part));
    hn::StoreU(hn::Mul(hn::LoadU(d, samples + i), FadeOf<kShape>(d, x)), d, samples + i);
  });
}

void FadeKernel(FadeShape shape, double start, double sign, double frames, double first, double* samples,
                size_t count) {
  const Ramp ramp{start, sign, frames, first};
  switch (shape) {
    case FadeShape::kLinear:
      return FadeBy<FadeShape::kLinear>(ramp, samples, count);
    case FadeShape::kEqualPower:
      return FadeBy<FadeShape::kEqualPower>(ramp, samples, count);
    case FadeShape::kSCurve:
      return FadeBy<FadeShape::kSCurve>(ramp, samples, count);
    case FadeShape::kLog:
      return FadeBy<FadeShape::kLog>(ramp, samples, count);
  }
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(FadeKernel);

namespace {

void Fade(FadeShape shape, double start, double sign, int64_t frames, int64_t first,
          std::span<double> samples) {
  const auto count = static_cast<int64_t>(samples.size());
  const int64_t begin = std::clamp<int64_t>(-first, 0, count);
  const int64_t end = std::clamp<int64_t>(frames - first, begin, count);
  HWY_DYNAMIC_DISPATCH(FadeKernel)
  (shape, start, sign, static_cast<double>(frames), static_cast<double>(first + begin),
   samples.data() + begin, static_cast<size_t>(end - begin));
}

}  // namespace

double FadeGain(FadeShape shape, double x) {
  switch (shape) {
    case FadeShape::kLinear:
      return x;
    case FadeShape::kEqualPower:
      return QuarterCosine(1 - x);
    case FadeShape::kSCurve:
      return (x * x) * (3 - 2 * x);
    case FadeShape::kLog: {
      const double least = FromDecibels(-60);
      return (FromDecibels(60 * (x - 1)) - least) / (1 - least);
    }
  }
  return x;
}

void FadeIn(FadeShape shape, int64_t frames, int64_t first, std::span<double> samples) {
  Fade(shape, 0, 1, frames, first, samples);
}

void FadeOut(FadeShape shape, int64_t frames, int64_t first, std::span<double> samples) {
  Fade(shape, 1, -1, frames, first, samples);
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
