// What of layout.h runs over samples.
#include <algorithm>
#include <cassert>

#include "worker/dsp/layout.h"
#include "worker/dsp/mix.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/panning.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// out += (in * gain) * gains; `gains` may be none.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Term(D d, const double* in, double gain, const double* gains) {
  const V scaled = hn::Mul(hn::LoadU(d, in), hn::Set(d, gain));
  return gains == nullptr ? scaled : hn::Mul(scaled, hn::LoadU(d, gains));
}

// One channel into two: it is read once.
void AddToTwo(const double* in, const double* gains, const StereoGain& gain, double* HWY_RESTRICT left,
              double* HWY_RESTRICT right, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const double* by = gains == nullptr ? nullptr : gains + i;
    hn::StoreU(hn::Add(hn::LoadU(d, left + i), Term(d, in + i, gain.left, by)), d, left + i);
    hn::StoreU(hn::Add(hn::LoadU(d, right + i), Term(d, in + i, gain.right, by)), d, right + i);
  });
}

// Two channels into one, the left one first: the sum is read and written once.
void AddTwo(const double* left, const double* right, const double* gains, const StereoGain& gain,
            double* HWY_RESTRICT out, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const double* by = gains == nullptr ? nullptr : gains + i;
    const auto sum = hn::Add(hn::LoadU(d, out + i), Term(d, left + i, gain.left, by));
    hn::StoreU(hn::Add(sum, Term(d, right + i, gain.right, by)), d, out + i);
  });
}

// The law's gains for positions p: of the left, and by `right` = QuarterCosine(1 - p), of the right.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void ByLaw(D d, PanLaw law, V p, V& left, V& right) {
  const V one = hn::Set(d, 1.0);
  const V two = hn::Set(d, 2.0);
  left = hn::Sub(one, p);
  right = p;
  if (law == PanLaw::kMinus6) return;
  if (law == PanLaw::k0) {
    left = hn::Min(one, hn::Mul(two, left));
    right = hn::Min(one, hn::Mul(two, right));
    return;
  }
  const V cosine = QuarterCosineOf(d, p);
  const V sine = QuarterCosineOf(d, hn::Sub(one, p));
  if (law == PanLaw::kMinus4_5) {
    left = hn::Sqrt(hn::Mul(cosine, left));
    right = hn::Sqrt(hn::Mul(sine, right));
    return;
  }
  const V factor = hn::Set(d, law == PanLaw::kMinus3Compensated ? kSqrt2 : 1.0);
  left = hn::Mul(cosine, factor);
  right = hn::Mul(sine, factor);
}

void LawGains(PanLaw law, const double* pan, double* HWY_RESTRICT left, double* HWY_RESTRICT right,
              size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0);
    const auto turned = hn::Add(hn::Div(hn::LoadU(d, pan + i), hn::Set(d, 100.0)), one);
    auto l = one;
    auto r = one;
    ByLaw(d, law, hn::Div(turned, hn::Set(d, 2.0)), l, r);
    hn::StoreU(l, d, left + i);
    hn::StoreU(r, d, right + i);
  });
}

// min(1, 1 + sign * pan / 100)
void BalanceGains(double sign, const double* pan, double* HWY_RESTRICT gains, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0);
    const auto part = hn::Div(hn::LoadU(d, pan + i), hn::Set(d, 100.0));
    const auto gain = hn::Add(one, hn::Mul(hn::Set(d, sign), part));
    hn::StoreU(hn::Min(one, gain), d, gains + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(AddToTwo);
HWY_EXPORT(AddTwo);
HWY_EXPORT(LawGains);
HWY_EXPORT(BalanceGains);

namespace {

// One row of a matrix, two terms at a time.
void AddRow(const Matrix& matrix, size_t row, std::span<const std::span<const double>> in,
            std::span<const double> gains, std::span<double> out) {
  const double* by = gains.empty() ? nullptr : gains.data();
  const auto& gain = matrix.gain[row];
  size_t waiting = in.size();  // a term that has no partner yet
  for (size_t f = 0; f < in.size(); ++f) {
    assert(in[f].size() == out.size());
    if (gain[f] == 0) continue;
    if (waiting == in.size()) {
      waiting = f;
      continue;
    }
    HWY_DYNAMIC_DISPATCH(AddTwo)
    (in[waiting].data(), in[f].data(), by, {gain[waiting], gain[f]}, out.data(), out.size());
    waiting = in.size();
  }
  if (waiting == in.size()) return;
  if (by == nullptr) {
    AddScaled(in[waiting], gain[waiting], out);
  } else {
    AddScaledBy(in[waiting], gain[waiting], gains, out);
  }
}

}  // namespace

void AddMatrix(const Matrix& matrix, std::span<const std::span<const double>> in,
               std::span<const double> gains, std::span<const std::span<double>> out) {
  assert(in.size() == static_cast<size_t>(matrix.from) && out.size() == static_cast<size_t>(matrix.to));
  const StereoGain gain{matrix.gain[0][0], matrix.gain[1][0]};
  if (in.size() == 1 && out.size() == 2 && gain.left != 0 && gain.right != 0) {
    assert(in[0].size() == out[0].size() && in[0].size() == out[1].size());
    HWY_DYNAMIC_DISPATCH(AddToTwo)
    (in[0].data(), gains.empty() ? nullptr : gains.data(), gain, out[0].data(), out[1].data(), in[0].size());
    return;
  }
  for (size_t t = 0; t < out.size(); ++t) AddRow(matrix, t, in, gains, out[t]);
}

void PanGains(PanLaw law, int from, std::span<const double> pan, std::span<const std::span<double>> out) {
  assert(out.size() == static_cast<size_t>(from == 1 ? 2 : from));
  for (const std::span<double> gains : out) assert(gains.size() == pan.size());
  if (from == 1) {
    HWY_DYNAMIC_DISPATCH(LawGains)(law, pan.data(), out[0].data(), out[1].data(), pan.size());
    return;
  }
  for (size_t c = 0; c < out.size(); ++c) {
    const Side side = SideOf(from, static_cast<int>(c));
    if (side == Side::kNone) {
      std::fill(out[c].begin(), out[c].end(), 1);
    } else {
      const double sign = side == Side::kLeft ? -1 : 1;
      HWY_DYNAMIC_DISPATCH(BalanceGains)(sign, pan.data(), out[c].data(), pan.size());
    }
  }
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
