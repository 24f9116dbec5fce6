// Four samples at a time between bytes and doubles, for unpack.cc and pack.cc. Is included once for each
// instruction set, hence the guard that toggles. One-lane targets have no use for it.
#include <hwy/highway.h>

#include <cstdint>

#if defined(TRACKOUT_DSP_BYTES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRACKOUT_DSP_BYTES_INL_H_
#undef TRACKOUT_DSP_BYTES_INL_H_
#else
#define TRACKOUT_DSP_BYTES_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

using Bytes16 = hn::FixedTag<uint8_t, 16>;
using Whole4 = hn::FixedTag<int32_t, 4>;
using Float4 = hn::FixedTag<float, 4>;
using Doubles = hn::CappedTag<double, 4>;  // four, or two where there are no more

// Four whole numbers or floats as doubles, times `scale`.
template <class D4>
HWY_INLINE void StoreFour(D4 d4, hn::Vec<D4> four, double scale, double* out) {
  const Doubles d;
  const auto factor = hn::Set(d, scale);
  if constexpr (hn::MaxLanes(Doubles()) == 4) {
    hn::StoreU(hn::Mul(hn::PromoteTo(d, four), factor), d, out);
  } else {
    const hn::Half<D4> half;
    hn::StoreU(hn::Mul(hn::PromoteTo(d, hn::LowerHalf(half, four)), factor), d, out);
    hn::StoreU(hn::Mul(hn::PromoteTo(d, hn::UpperHalf(half, four)), factor), d, out + 2);
  }
  (void)d4;
}

// The other way: whole numbers are cut to, floats rounded to.
template <class D4>
HWY_INLINE hn::Vec<D4> LoadFour(D4 d4, const double* in) {
  const Doubles d;
  if constexpr (hn::MaxLanes(Doubles()) == 4) {
    return hn::DemoteTo(d4, hn::LoadU(d, in));
  } else {
    const hn::Half<D4> half;
    return hn::Combine(d4, hn::DemoteTo(half, hn::LoadU(d, in + 2)), hn::DemoteTo(half, hn::LoadU(d, in)));
  }
}

// Bytes in another order; 0x80 gives 0.
HWY_INLINE hn::Vec<Bytes16> Shuffled(hn::Vec<Bytes16> bytes, const uint8_t* order) {
  return hn::TableLookupBytesOr0(bytes, hn::Load(Bytes16(), order));
}

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // TRACKOUT_DSP_BYTES_INL_H_
