#include "worker/dsp/processors/gain_computer.h"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/gain_computer.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "worker/dsp/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

void DecibelsKernel(double* values, size_t count) {
  ForEach(count, [&](auto d, size_t i)
                     HWY_ATTR { hn::StoreU(DecibelsOf(d, hn::LoadU(d, values + i)), d, values + i); });
}

void CompressKernel(const double* HWY_RESTRICT thresholds, const double* HWY_RESTRICT slopes,
                    const double* HWY_RESTRICT knees, double* HWY_RESTRICT levels, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto zero = hn::Zero(d);
    const auto knee = hn::LoadU(d, knees + i);
    const auto half = hn::Mul(knee, hn::Set(d, 0.5));
    const auto over = hn::Sub(hn::LoadU(d, levels + i), hn::LoadU(d, thresholds + i));
    const auto within = hn::Max(zero, hn::Min(hn::Add(over, half), knee));
    // Without a knee 0 / 1e-9.
    const auto bend = hn::Div(hn::Mul(within, within), hn::Max(hn::Add(knee, knee), hn::Set(d, 1e-9)));
    const auto above = hn::Max(hn::Sub(over, half), zero);
    hn::StoreU(hn::Mul(hn::LoadU(d, slopes + i), hn::Add(bend, above)), d, levels + i);
  });
}

void ExpandKernel(const double* HWY_RESTRICT thresholds, const double* HWY_RESTRICT slopes,
                  const double* HWY_RESTRICT ranges, double* HWY_RESTRICT levels, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0);
    const auto level = hn::LoadU(d, levels + i);
    const auto under = hn::Sub(hn::LoadU(d, thresholds + i), level);
    const auto range = hn::Max(hn::LoadU(d, ranges + i), hn::Set(d, 1e-9));
    const auto part = hn::Div(hn::Mul(under, hn::LoadU(d, slopes + i)), range);
    const auto below = hn::IfThenElseZero(hn::Gt(under, hn::Zero(d)), hn::Min(part, one));
    hn::StoreU(hn::IfThenElse(hn::Le(level, hn::Set(d, -300.0)), one, below), d, levels + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(DecibelsKernel);
HWY_EXPORT(CompressKernel);
HWY_EXPORT(ExpandKernel);

void DecibelsOfSpan(std::span<double> amplitudes) {
  HWY_DYNAMIC_DISPATCH(DecibelsKernel)(amplitudes.data(), amplitudes.size());
}

void CompressLevels(std::span<double> levels, std::span<const double> thresholds,
                    std::span<const double> slopes, std::span<const double> knees) {
  assert(thresholds.size() == levels.size() && slopes.size() == levels.size());
  assert(knees.size() == levels.size());
  HWY_DYNAMIC_DISPATCH(CompressKernel)
  (thresholds.data(), slopes.data(), knees.data(), levels.data(), levels.size());
}

void CompressionSlopes(std::span<double> ratios) {
  for (double& value : ratios) value = value < 1e300 ? 1 - 1 / std::max(value, 1.0) : 1;
}

void ExpandLevels(std::span<double> levels, std::span<const double> thresholds,
                  std::span<const double> slopes, std::span<const double> ranges) {
  assert(thresholds.size() == levels.size() && slopes.size() == levels.size());
  assert(ranges.size() == levels.size());
  HWY_DYNAMIC_DISPATCH(ExpandKernel)
  (thresholds.data(), slopes.data(), ranges.data(), levels.data(), levels.size());
}

void ExpansionSlopes(std::span<double> ratios) {
  for (double& value : ratios) value = value < 1e300 ? std::max(value, 1.0) - 1 : 1e300;
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
