// The functions of functions.h for vectors of any length, to the last bit. Is included once for each
// instruction set (hwy/foreach_target.h), hence the guard that toggles.
#include <hwy/highway.h>

#include <cstdint>

#include "worker/dsp/curves-inl.h"
#include "worker/dsp/function_series.h"

#if defined(TRACKOUT_DSP_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRACKOUT_DSP_FUNCTIONS_INL_H_
#undef TRACKOUT_DSP_FUNCTIONS_INL_H_
#else
#define TRACKOUT_DSP_FUNCTIONS_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The sum of series[k] x^k from `first` on, over x^first.
template <size_t first = 0, class Series, class D, class V = hn::Vec<D>>
HWY_INLINE V HornerOf(D d, const Series& series, V x) {
  V sum = hn::Set(d, series.back());
  for (size_t k = series.size() - 1; k-- > first;) sum = hn::Add(hn::Mul(sum, x), hn::Set(d, series[k]));
  return sum;
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V PowerOfTwoOf(D d, V shifted) {
  const hn::Rebind<int64_t, D> d64;
  return hn::BitCast(
      d, hn::Add(hn::ShiftLeft<52>(hn::BitCast(d64, shifted)), hn::Set(d64, int64_t{1023} << 52)));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp2Of(D d, V x) {
  const V least = hn::Set(d, -1022.0);
  const V rounder = hn::Set(d, kRounder);
  const V shifted = hn::Add(hn::Max(x, least), rounder);
  const V r = hn::Mul(hn::Sub(hn::Max(x, least), hn::Sub(shifted, rounder)), hn::Set(d, kLn2));
  const V power = hn::Mul(HornerOf(d, kExponential, r), PowerOfTwoOf(d, shifted));
  return hn::IfThenZeroElse(hn::Lt(x, least), power);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOf(D d, V x) {
  const V least = hn::Set(d, -746.0);
  const V rounder = hn::Set(d, kRounder);
  const V from = hn::Max(x, least);
  const V n = hn::Sub(hn::Add(hn::Mul(from, hn::Set(d, kLog2OfE)), rounder), rounder);
  const V r = hn::Sub(hn::Sub(from, hn::Mul(n, hn::Set(d, kLn2High))), hn::Mul(n, hn::Set(d, kLn2Low)));
  const V half_shifted = hn::Add(hn::Mul(n, hn::Set(d, 0.5)), rounder);
  const V rest = hn::Sub(n, hn::Sub(half_shifted, rounder));
  const V power = hn::Mul(hn::Mul(HornerOf(d, kExponential, r), PowerOfTwoOf(d, half_shifted)),
                          PowerOfTwoOf(d, hn::Add(rest, rounder)));
  return hn::IfThenZeroElse(hn::Lt(x, least), power);
}

// x > 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log2Of(D d, V x) {
  const hn::Rebind<int64_t, D> d64;
  const V one = hn::Set(d, 1.0);
  const auto is_denormal = hn::Lt(x, hn::Set(d, kLeastNormal));
  const V normal = hn::IfThenElse(is_denormal, hn::Mul(x, hn::Set(d, kDenormalScale)), x);
  const auto bits = hn::Sub(hn::BitCast(d64, normal), hn::Set(d64, kBitsOfSqrtHalf));
  const auto mantissa = hn::And(bits, hn::Set(d64, kMantissaBits));
  const V m = hn::BitCast(d, hn::Add(mantissa, hn::Set(d64, kBitsOfSqrtHalf)));
  // bits >> 52 as a double: the whole number lies in the low bits of 1.5 * 2^52, less the low 52 bits.
  const auto whole = hn::Add(hn::ShiftRight<52>(bits), hn::BitCast(d64, hn::Set(d, kRounder)));
  const V n = hn::Sub(hn::Sub(hn::BitCast(d, whole), hn::Set(d, kRounder)),
                      hn::IfThenElseZero(is_denormal, hn::Set(d, 54.0)));
  const V s = hn::Div(hn::Sub(m, one), hn::Add(m, one));
  const V s2 = hn::Mul(s, s);
  const V series = hn::Add(s, hn::Mul(hn::Mul(s, s2), HornerOf(d, kArtanh, s2)));
  return hn::Add(n, hn::Mul(series, hn::Set(d, kTwoByLn2)));
}

// amplitude >= 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V DecibelsOf(D d, V amplitude) {
  const V least = hn::Set(d, kLeastAmplitude);
  const V decibels = hn::Mul(Log2Of(d, hn::Max(amplitude, least)), hn::Set(d, kDecibelsOfTwo));
  return hn::IfThenElse(hn::Gt(amplitude, least), decibels, hn::Set(d, kLeastDecibels));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V TanhOf(D d, V x) {
  const V rounder = hn::Set(d, kRounder);
  const V magnitude = hn::Min(hn::Abs(x), hn::Set(d, kTanhOne));
  const V twice = hn::Add(magnitude, magnitude);
  const V shifted = hn::Add(hn::Mul(twice, hn::Set(d, kLog2OfE)), rounder);
  const V n = hn::Sub(shifted, rounder);
  const V r = hn::Sub(hn::Sub(twice, hn::Mul(n, hn::Set(d, kLn2High))), hn::Mul(n, hn::Set(d, kLn2Low)));
  const V grown = hn::Add(r, hn::Mul(hn::Mul(r, r), HornerOf<2>(d, kExponential, r)));
  const V power = PowerOfTwoOf(d, shifted);
  const V t = hn::Add(hn::Mul(power, grown), hn::Sub(power, hn::Set(d, 1.0)));
  return hn::CopySign(hn::Div(t, hn::Add(t, hn::Set(d, 2.0))), x);
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TRACKOUT_DSP_FUNCTIONS_INL_H_
