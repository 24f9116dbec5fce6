#include "worker/dsp/processors/filter_chain.h"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/filter_chain.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
struct Coefficients {
  hn::Vec<D> own, band, low, out_x, out_1, out_2;
};

template <class D>
HWY_INLINE Coefficients<D> Spread(D d, const FilterSection& section) {
  return {hn::Set(d, section.own),   hn::Set(d, section.band),  hn::Set(d, section.low),
          hn::Set(d, section.out_x), hn::Set(d, section.out_1), hn::Set(d, section.out_2)};
}

// The formulas of filter_section.h.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Step(const Coefficients<D>& c, V x, V& s1, V& s2) {
  const V t = hn::Sub(x, s2);
  const V y = hn::Add(hn::Add(hn::Mul(c.out_x, x), hn::Mul(c.out_1, s1)), hn::Mul(c.out_2, s2));
  s2 = hn::Add(hn::Add(s2, hn::Mul(c.band, s1)), hn::Mul(c.low, t));
  s1 = hn::Add(hn::Mul(c.own, s1), hn::Mul(c.band, t));
  return y;
}

// `count` sections, the first of them here and the rest inside: plain members stay in registers.
template <class D, size_t count>
struct Chain {
  using V = hn::Vec<D>;

  static HWY_INLINE Chain Of(D d, const FilterSection* sections, const SectionState* states, size_t lane) {
    return {Spread(d, *sections), hn::LoadU(d, states->s1 + lane), hn::LoadU(d, states->s2 + lane),
            Chain<D, count - 1>::Of(d, sections + 1, states + 1, lane)};
  }
  HWY_INLINE V Run(V x) { return rest.Run(Step<D>(c, x, s1, s2)); }
  HWY_INLINE void Store(D d, SectionState* states, size_t lane) const {
    hn::StoreU(s1, d, states->s1 + lane);
    hn::StoreU(s2, d, states->s2 + lane);
    rest.Store(d, states + 1, lane);
  }

  Coefficients<D> c;
  V s1, s2;
  Chain<D, count - 1> rest;
};

template <class D>
struct Chain<D, 0> {
  static HWY_INLINE Chain Of(D /*d*/, const FilterSection* /*sections*/, const SectionState* /*states*/,
                             size_t /*lane*/) {
    return {};
  }
  HWY_INLINE hn::Vec<D> Run(hn::Vec<D> x) { return x; }
  HWY_INLINE void Store(D /*d*/, SectionState* /*states*/, size_t /*lane*/) const {}
};

template <size_t count, class D>
HWY_INLINE void RunChain(D d, const FilterSection* sections, SectionState* states, size_t channels,
                         double* HWY_RESTRICT tile, size_t size) {
  for (size_t lane = 0; lane < channels; lane += hn::MaxLanes(d)) {
    auto chain = Chain<D, count>::Of(d, sections, states, lane);
    for (size_t i = lane; i < size; i += channels) hn::StoreU(chain.Run(hn::LoadU(d, tile + i)), d, tile + i);
    chain.Store(d, states, lane);
  }
}

template <class D>
HWY_INLINE void RunUpToFour(D d, const FilterSection* sections, SectionState* states, size_t count,
                            size_t channels, double* tile, size_t size) {
  switch (count) {
    case 1:
      return RunChain<1>(d, sections, states, channels, tile, size);
    case 2:
      return RunChain<2>(d, sections, states, channels, tile, size);
    case 3:
      return RunChain<3>(d, sections, states, channels, tile, size);
    default:
      return RunChain<4>(d, sections, states, channels, tile, size);
  }
}

void RunStillKernel(const FilterSection* sections, SectionState* states, size_t count, size_t channels,
                    double* tile, size_t size) {
  if (channels == 1) {
    RunUpToFour(hn::CappedTag<double, 1>(), sections, states, count, channels, tile, size);
  } else {
    RunUpToFour(hn::CappedTag<double, 2>(), sections, states, count, channels, tile, size);
  }
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V OnTheWay(V from, V slope, V frame) {
  return hn::Add(from, hn::Mul(frame, slope));
}

template <class D>
HWY_INLINE void RunMoving(D d, const FilterSection& from, const FilterSection& slope, double at,
                          SectionState& state, size_t channels, double* HWY_RESTRICT tile, size_t size) {
  const Coefficients<D> a = Spread(d, from);
  const Coefficients<D> b = Spread(d, slope);
  for (size_t lane = 0; lane < channels; lane += hn::MaxLanes(d)) {
    auto s1 = hn::LoadU(d, state.s1 + lane);
    auto s2 = hn::LoadU(d, state.s2 + lane);
    auto n = hn::Set(d, at);  // whole, so that counting is exact
    for (size_t i = lane; i < size; i += channels) {
      const Coefficients<D> c{OnTheWay<D>(a.own, b.own, n),     OnTheWay<D>(a.band, b.band, n),
                              OnTheWay<D>(a.low, b.low, n),     OnTheWay<D>(a.out_x, b.out_x, n),
                              OnTheWay<D>(a.out_1, b.out_1, n), OnTheWay<D>(a.out_2, b.out_2, n)};
      hn::StoreU(Step<D>(c, hn::LoadU(d, tile + i), s1, s2), d, tile + i);
      n = hn::Add(n, hn::Set(d, 1.0));
    }
    hn::StoreU(s1, d, state.s1 + lane);
    hn::StoreU(s2, d, state.s2 + lane);
  }
}

void RunMovingKernel(const FilterSection& from, const FilterSection& slope, double at, SectionState& state,
                     size_t channels, double* tile, size_t size) {
  if (channels == 1) {
    RunMoving(hn::CappedTag<double, 1>(), from, slope, at, state, channels, tile, size);
  } else {
    RunMoving(hn::CappedTag<double, 2>(), from, slope, at, state, channels, tile, size);
  }
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(RunStillKernel);
HWY_EXPORT(RunMovingKernel);

void RunSections(std::span<const FilterSection> sections, std::span<SectionState> states, size_t channels,
                 std::span<double> tile) {
  assert(channels == 1 || channels == 2);
  assert(states.size() == sections.size() && tile.size() % channels == 0);
  for (size_t k = 0; k < sections.size(); k += 4) {
    HWY_DYNAMIC_DISPATCH(RunStillKernel)
    (&sections[k], &states[k], std::min<size_t>(4, sections.size() - k), channels, tile.data(), tile.size());
  }
}

void RunMovingSection(const FilterSection& from, const FilterSection& slope, double at, SectionState& state,
                      size_t channels, std::span<double> tile) {
  assert((channels == 1 || channels == 2) && tile.size() % channels == 0);
  HWY_DYNAMIC_DISPATCH(RunMovingKernel)(from, slope, at, state, channels, tile.data(), tile.size());
}

void FlushTiny(std::span<SectionState> states) {
  const auto flush = [](double& value) {
    if (value < 1e-30 && value > -1e-30) value = 0;
  };
  for (SectionState& state : states) {
    for (double& value : state.s1) flush(value);
    for (double& value : state.s2) flush(value);
  }
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
