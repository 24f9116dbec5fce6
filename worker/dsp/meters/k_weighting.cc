#include "worker/dsp/meters/k_weighting.h"

#include <cassert>

#include "worker/dsp/meters/elementary.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/meters/k_weighting.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
struct Filter {
  hn::Vec<D> a1, a2, b1, b2, c1, c2;
};

template <class D>
struct Channels {
  hn::Vec<D> w1, w2, v1, v2, d1, energy;
};

template <class D>
HWY_INLINE Channels<D> LoadChannels(D d, const KState& state, size_t lane) {
  const double* from = &state.filters[lane];
  const size_t lanes = state.lanes;
  return {hn::LoadU(d, from),
          hn::LoadU(d, from + lanes),
          hn::LoadU(d, from + 2 * lanes),
          hn::LoadU(d, from + 3 * lanes),
          hn::LoadU(d, from + 4 * lanes),
          hn::LoadU(d, &state.energy[lane])};
}

template <class D>
HWY_INLINE void StoreChannels(D d, const Channels<D>& channels, size_t lane, KState& state) {
  double* to = &state.filters[lane];
  const size_t lanes = state.lanes;
  hn::StoreU(channels.w1, d, to);
  hn::StoreU(channels.w2, d, to + lanes);
  hn::StoreU(channels.v1, d, to + 2 * lanes);
  hn::StoreU(channels.v2, d, to + 3 * lanes);
  hn::StoreU(channels.d1, d, to + 4 * lanes);
  hn::StoreU(channels.energy, d, &state.energy[lane]);
}

// Multiply, then add: never fused, so that all processors round alike.
template <class D>
HWY_INLINE void Step(const Filter<D>& f, hn::Vec<D> x, Channels<D>& s) {
  const hn::Vec<D> w0 = hn::Sub(hn::Sub(x, hn::Mul(f.a2, s.w2)), hn::Mul(f.a1, s.w1));
  const hn::Vec<D> y = hn::Add(w0, hn::Add(hn::Mul(f.b1, s.w1), hn::Mul(f.b2, s.w2)));
  const hn::Vec<D> v0 = hn::Sub(hn::Sub(y, hn::Mul(f.c2, s.v2)), hn::Mul(f.c1, s.v1));
  const hn::Vec<D> d0 = hn::Sub(v0, s.v1);
  const hn::Vec<D> z = hn::Sub(d0, s.d1);
  s.energy = hn::Add(s.energy, hn::Mul(z, z));
  s.w2 = s.w1;
  s.w1 = w0;
  s.v2 = s.v1;
  s.v1 = v0;
  s.d1 = d0;
}

template <class D>
HWY_INLINE void WeighOne(D d, const Filter<D>& f, const double* from, size_t frames, size_t lane,
                         KState& state) {
  Channels<D> a = LoadChannels(d, state, lane);
  const size_t lanes = state.lanes;
  for (size_t i = 0; i < frames; ++i, from += lanes) Step<D>(f, hn::LoadU(d, from), a);
  StoreChannels(d, a, lane, state);
}

// Two vectors at a time: while the sums of one are under way, the other's begin.
template <class D>
HWY_INLINE void WeighTwo(D d, const Filter<D>& f, const double* from, size_t frames, size_t lane,
                         KState& state) {
  constexpr size_t kWidth = hn::MaxLanes(D());
  Channels<D> a = LoadChannels(d, state, lane);
  Channels<D> b = LoadChannels(d, state, lane + kWidth);
  const size_t lanes = state.lanes;
  for (size_t i = 0; i < frames; ++i, from += lanes) {
    Step<D>(f, hn::LoadU(d, from), a);
    Step<D>(f, hn::LoadU(d, from + kWidth), b);
  }
  StoreChannels(d, a, lane, state);
  StoreChannels(d, b, lane + kWidth, state);
}

template <class D>
HWY_INLINE void WeighBy(D d, const KWeighting& k, const double* tile, size_t frames, KState& state) {
  constexpr size_t kWidth = hn::MaxLanes(D());
  const Filter<D> f{hn::Set(d, k.a1), hn::Set(d, k.a2), hn::Set(d, k.b1),
                    hn::Set(d, k.b2), hn::Set(d, k.c1), hn::Set(d, k.c2)};
  size_t lane = 0;
  for (; lane + 2 * kWidth <= state.lanes; lane += 2 * kWidth)
    WeighTwo(d, f, tile + lane, frames, lane, state);
  if (lane < state.lanes) WeighOne(d, f, tile + lane, frames, lane, state);
}

// The widest vector that has no more lanes than the tile.
void WeighLanes(const KWeighting& k, const double* tile, size_t frames, KState& state) {
  if (state.lanes % 8 == 0) {
    WeighBy(hn::CappedTag<double, 8>(), k, tile, frames, state);
  } else if (state.lanes % 4 == 0) {
    WeighBy(hn::CappedTag<double, 4>(), k, tile, frames, state);
  } else {
    WeighBy(hn::CappedTag<double, 2>(), k, tile, frames, state);
  }
}

// `count` is even.
void FlushValues(double* values, size_t count) {
  const hn::CappedTag<double, 2> d;
  const auto tiny = hn::Set(d, 1e-30);
  for (size_t i = 0; i < count; i += hn::MaxLanes(d)) {
    const auto value = hn::LoadU(d, values + i);
    hn::StoreU(hn::IfThenZeroElse(hn::Lt(hn::Abs(value), tiny), value), d, values + i);
  }
}

#if HWY_TARGET == HWY_SCALAR
HWY_INLINE void TransposeTwo(const double* a, const double* b, size_t lanes, double* to) {
  for (size_t i = 0; i < kTileFrames; ++i, to += lanes) {
    to[0] = a[i];
    to[1] = b[i];
  }
}
#else
HWY_INLINE void TransposeTwo(const double* a, const double* b, size_t lanes, double* to) {
  const hn::Full128<double> d;
  for (size_t i = 0; i < kTileFrames; i += 2, to += 2 * lanes) {
    const auto from_a = hn::LoadU(d, a + i);
    const auto from_b = hn::LoadU(d, b + i);
    hn::StoreU(hn::InterleaveLower(d, from_a, from_b), d, to);
    hn::StoreU(hn::InterleaveUpper(d, from_a, from_b), d, to + lanes);
  }
}
#endif

void TransposePlanes(const double* const* planes, size_t count, size_t offset, size_t lanes, double* tile) {
  size_t p = 0;
  for (; p + 2 <= count; p += 2) TransposeTwo(planes[p] + offset, planes[p + 1] + offset, lanes, tile + p);
  if (p == count) return;
  for (size_t i = 0; i < kTileFrames; ++i) tile[i * lanes + p] = planes[p][offset + i];
}

}  // namespace HWY_NAMESPACE
}  // namespace trackout::dsp
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {
namespace {

HWY_EXPORT(WeighLanes);
HWY_EXPORT(FlushValues);
HWY_EXPORT(TransposePlanes);

}  // namespace

KWeighting KWeightingAt(int sample_rate) {
  assert(sample_rate >= 7000);
  // The shelf: 1681.974450955533 Hz, +3.999843853973347 dB, Q 0.7071752369554196. In the words of its design,
  // vh = 10^(dB / 20) and vb = vh^0.4996667741545416.
  constexpr double vh = 1.584864701130855615;
  constexpr double vb = 1.258720930232561767;
  const double k = Tangent(kPi * 1681.974450955533 / sample_rate);
  const double k_by_q = k / 0.7071752369554196;
  const double a0 = 1 + k_by_q + k * k;
  const double b0 = (vh + vb * k_by_q + k * k) / a0;

  // The high-pass: 38.13547087602444 Hz, Q 0.5003270373238773.
  const double h = Tangent(kPi * 38.13547087602444 / sample_rate);
  const double h_by_q = h / 0.5003270373238773;
  const double c0 = 1 + h_by_q + h * h;

  return {.a1 = 2 * (k * k - 1) / a0,
          .a2 = (1 - k_by_q + k * k) / a0,
          .b1 = 2 * (k * k - vh) / a0 / b0,
          .b2 = (vh - vb * k_by_q + k * k) / a0 / b0,
          .c1 = 2 * (h * h - 1) / c0,
          .c2 = (1 - h_by_q + h * h) / c0,
          .power = b0 * b0};
}

size_t LanesFor(size_t channels) {
  if (channels <= 2) return 2;
  if (channels <= 4) return 4;
  return (channels + 7) / 8 * 8;
}

KState::KState(size_t channels) : lanes(LanesFor(channels)), filters(5 * lanes), energy(lanes) {}

void Transpose(std::span<const double* const> planes, size_t offset, size_t lanes, double* tile) {
  assert(planes.size() <= lanes);
  HWY_DYNAMIC_DISPATCH(TransposePlanes)(planes.data(), planes.size(), offset, lanes, tile);
}

void Weigh(const KWeighting& filter, const double* tile, size_t frames, KState& state) {
  HWY_DYNAMIC_DISPATCH(WeighLanes)(filter, tile, frames, state);
}

void FlushTiny(KState& state) {
  HWY_DYNAMIC_DISPATCH(FlushValues)(state.filters.data(), state.filters.size());
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
