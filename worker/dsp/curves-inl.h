// The curves of gain.h for vectors of any length, to the last bit. Is included once for each instruction set
// (hwy/foreach_target.h), hence the guard that toggles.
#include <hwy/highway.h>

#include <cstdint>

#include "worker/dsp/curves.h"

#if defined(TRACKOUT_DSP_CURVES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRACKOUT_DSP_CURVES_INL_H_
#undef TRACKOUT_DSP_CURVES_INL_H_
#else
#define TRACKOUT_DSP_CURVES_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// body(d, i) for all elements: with full vectors, then one at a time. The same operations on each element, so
// nothing depends on where it stands.
template <class Body>
HWY_INLINE void ForEach(size_t count, const Body& body) {
  const hn::ScalableTag<double> d;
  const hn::CappedTag<double, 1> one;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) body(d, i);
  for (; i < count; ++i) body(one, i);
}

// FromDecibels (gain.h).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V GainOf(D d, V db) {
  const hn::Rebind<int64_t, D> d64;
  const V least = hn::Set(d, kLeastDecibels);
  const V rounder = hn::Set(d, kRounder);
  const V y = hn::Mul(hn::Max(db, least), hn::Set(d, kLog2Of10By20));
  const V shifted = hn::Add(y, rounder);
  const V x = hn::Mul(hn::Sub(y, hn::Sub(shifted, rounder)), hn::Set(d, kLn2));
  V sum = hn::Set(d, kExponential.back());
  for (size_t k = kExponential.size() - 1; k-- > 0;)
    sum = hn::Add(hn::Mul(sum, x), hn::Set(d, kExponential[k]));
  const auto exponent =
      hn::Add(hn::ShiftLeft<52>(hn::BitCast(d64, shifted)), hn::Set(d64, int64_t{1023} << 52));
  const V gain = hn::Mul(sum, hn::BitCast(d, exponent));
  return hn::IfThenZeroElse(hn::Lt(db, least), gain);
}

// QuarterCosine (gain.h).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V QuarterCosineOf(D d, V p) {
  const V one = hn::Set(d, 1.0);
  const auto is_cosine = hn::Le(p, hn::Set(d, 0.5));
  const V x = hn::Mul(hn::IfThenElse(is_cosine, p, hn::Sub(one, p)), hn::Set(d, kHalfPi));
  const V x2 = hn::Mul(x, x);
  V term = hn::IfThenElse(is_cosine, one, x);
  V sum = term;
  for (int k = 1; k <= kQuarterTerms; ++k) {
    const V divisor =
        hn::IfThenElse(is_cosine, hn::Set(d, 2.0 * k * (2 * k - 1)), hn::Set(d, 2.0 * k * (2 * k + 1)));
    term = hn::Div(hn::Mul(hn::Neg(term), x2), divisor);
    sum = hn::Add(sum, term);
  }
  return sum;
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TRACKOUT_DSP_CURVES_INL_H_
