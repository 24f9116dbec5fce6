#include "worker/dsp/quantise.h"

#include <cassert>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/quantise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Bounded(D d, V value, double most) {
  return hn::Max(hn::Min(value, hn::Set(d, most)), hn::Set(d, -most));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Rounded(D d, V steps) {
  const V rounder = hn::Set(d, kRounder);
  return hn::Sub(hn::Add(Bounded(d, steps, 0x1p50), rounder), rounder);
}

void RoundKernel(const double* samples, double steps_per_unit, double* steps, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto exact = hn::Mul(hn::LoadU(d, samples + i), hn::Set(d, steps_per_unit));
    hn::StoreU(Rounded(d, exact), d, steps + i);
  });
}

// The end of SplitMix64; it begins with a counter times kGolden.
constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Mixed(D d, V z) {
  z = hn::Mul(hn::Xor(z, hn::ShiftRight<30>(z)), hn::Set(d, uint64_t{0xbf58476d1ce4e5b9u}));
  z = hn::Mul(hn::Xor(z, hn::ShiftRight<27>(z)), hn::Set(d, uint64_t{0x94d049bb133111ebu}));
  return hn::Xor(z, hn::ShiftRight<31>(z));
}

// Triangular within -1 .. 1, from the sum of two even distributions of 32 bits. The sum goes into the
// mantissa of a number from 2^52 on, which is how whole numbers become doubles exactly.
template <class D, class VU>
HWY_INLINE hn::Vec<D> Tpdf(D d, VU bits) {
  const hn::Rebind<uint64_t, D> du;
  const auto sum = hn::Add(hn::ShiftRight<32>(bits), hn::And(bits, hn::Set(du, uint64_t{0xffffffffu})));
  const auto number = hn::BitCast(d, hn::Or(sum, hn::Set(du, uint64_t{0x4330000000000000u})));
  const auto whole = hn::Sub(number, hn::Set(d, 0x1p52));
  return hn::Sub(hn::Mul(whole, hn::Set(d, 0x1p-32)), hn::Set(d, 1 - 0x1p-32));
}

void TpdfKernel(const double* samples, double steps_per_unit, uint64_t first_counter, double* steps,
                size_t count) {
  const hn::ScalableTag<uint64_t> all;
  HWY_ALIGN uint64_t lane_times_golden[hn::MaxLanes(all)];
  for (size_t lane = 0; lane < hn::Lanes(all); ++lane) lane_times_golden[lane] = lane * kGolden;
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const hn::Rebind<uint64_t, decltype(d)> du;
    const auto first = hn::Set(du, (first_counter + i) * kGolden);
    const auto noise = Tpdf(d, Mixed(du, hn::Add(first, hn::LoadU(du, lane_times_golden))));
    const auto exact = hn::Mul(hn::LoadU(d, samples + i), hn::Set(d, steps_per_unit));
    hn::StoreU(Rounded(d, hn::Add(exact, noise)), d, steps + i);
  });
}

void TakeStemKernel(double* HWY_RESTRICT steps, double* HWY_RESTRICT last, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto reached = hn::LoadU(d, steps + i);
    hn::StoreU(hn::Sub(reached, hn::LoadU(d, last + i)), d, steps + i);
    hn::StoreU(reached, d, last + i);
  });
}

int64_t ClipKernel(double steps_per_unit, double* steps, size_t count) {
  size_t overs = 0;
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto step = hn::LoadU(d, steps + i);
    const auto top = hn::Set(d, steps_per_unit - 1);
    const auto bottom = hn::Set(d, -steps_per_unit);
    const auto clipped = hn::Max(hn::Min(step, top), bottom);
    overs += hn::CountTrue(d, hn::Ne(step, clipped));
    hn::StoreU(clipped, d, steps + i);
  });
  return static_cast<int64_t>(overs);
}

void RoundToFloatKernel(const double* samples, double* rounded, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> narrow;
    const auto bounded = Bounded(d, hn::LoadU(d, samples + i), std::numeric_limits<float>::max());
    hn::StoreU(hn::PromoteTo(d, hn::DemoteTo(narrow, bounded)), d, rounded + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(RoundKernel);
HWY_EXPORT(TpdfKernel);
HWY_EXPORT(TakeStemKernel);
HWY_EXPORT(ClipKernel);
HWY_EXPORT(RoundToFloatKernel);

namespace {

uint64_t SplitMix64(uint64_t counter) {
  uint64_t z = counter * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

void Round(std::span<const double> samples, double steps_per_unit, std::span<double> steps) {
  assert(samples.size() == steps.size());
  HWY_DYNAMIC_DISPATCH(RoundKernel)(samples.data(), steps_per_unit, steps.data(), steps.size());
}

void RoundWithTpdf(std::span<const double> samples, double steps_per_unit, uint64_t seed, int channel,
                   int64_t first_frame, std::span<double> steps) {
  assert(samples.size() == steps.size());
  const uint64_t base = SplitMix64(seed + static_cast<uint64_t>(channel) + 1);
  HWY_DYNAMIC_DISPATCH(TpdfKernel)
  (samples.data(), steps_per_unit, base + static_cast<uint64_t>(first_frame), steps.data(), steps.size());
}

void TakeStem(std::span<double> steps, std::span<double> last) {
  assert(steps.size() == last.size());
  HWY_DYNAMIC_DISPATCH(TakeStemKernel)(steps.data(), last.data(), steps.size());
}

int64_t Clip(double steps_per_unit, std::span<double> steps) {
  return HWY_DYNAMIC_DISPATCH(ClipKernel)(steps_per_unit, steps.data(), steps.size());
}

void RoundToFloat(std::span<const double> samples, std::span<double> rounded) {
  assert(samples.size() == rounded.size());
  HWY_DYNAMIC_DISPATCH(RoundToFloatKernel)(samples.data(), rounded.data(), rounded.size());
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
