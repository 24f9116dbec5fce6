#include "worker/dsp/mix.h"

#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/mix.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

void AddScaledKernel(const double* in, double gain, double* HWY_RESTRICT out, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto product = hn::Mul(hn::LoadU(d, in + i), hn::Set(d, gain));
    hn::StoreU(hn::Add(hn::LoadU(d, out + i), product), d, out + i);
  });
}

void AddScaledByKernel(const double* in, double gain, const double* gains, double* HWY_RESTRICT out,
                       size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto scaled = hn::Mul(hn::LoadU(d, in + i), hn::Set(d, gain));
    const auto product = hn::Mul(scaled, hn::LoadU(d, gains + i));
    hn::StoreU(hn::Add(hn::LoadU(d, out + i), product), d, out + i);
  });
}

void ScaleKernel(double gain, double* samples, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, samples + i), hn::Set(d, gain)), d, samples + i);
  });
}

void ScaleByKernel(const double* gains, double* HWY_RESTRICT samples, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, samples + i), hn::LoadU(d, gains + i)), d, samples + i);
  });
}

// The tails of these two are plain: GCC 12 for ARM does not end on Highway's one-lane StoreInterleaved2.
void InterleaveKernel(const double* left, const double* right, double* HWY_RESTRICT out, size_t count) {
  const hn::ScalableTag<double> d;
  size_t i = 0;
  if constexpr (hn::MaxLanes(d) > 1) {
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d))
      hn::StoreInterleaved2(hn::LoadU(d, left + i), hn::LoadU(d, right + i), d, out + 2 * i);
  }
  for (; i < count; ++i) {
    out[2 * i] = left[i];
    out[2 * i + 1] = right[i];
  }
}

void DeinterleaveKernel(const double* in, double* HWY_RESTRICT left, double* HWY_RESTRICT right,
                        size_t count) {
  const hn::ScalableTag<double> d;
  size_t i = 0;
  if constexpr (hn::MaxLanes(d) > 1) {
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
      auto l = hn::Zero(d);
      auto r = hn::Zero(d);
      hn::LoadInterleaved2(d, in + 2 * i, l, r);
      hn::StoreU(l, d, left + i);
      hn::StoreU(r, d, right + i);
    }
  }
  for (; i < count; ++i) {
    left[i] = in[2 * i];
    right[i] = in[2 * i + 1];
  }
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(AddScaledKernel);
HWY_EXPORT(AddScaledByKernel);
HWY_EXPORT(ScaleKernel);
HWY_EXPORT(ScaleByKernel);
HWY_EXPORT(InterleaveKernel);
HWY_EXPORT(DeinterleaveKernel);

void AddScaled(std::span<const double> in, double gain, std::span<double> out) {
  assert(in.size() == out.size());
  HWY_DYNAMIC_DISPATCH(AddScaledKernel)(in.data(), gain, out.data(), out.size());
}

void AddScaledBy(std::span<const double> in, double gain, std::span<const double> gains,
                 std::span<double> out) {
  assert(in.size() == out.size() && gains.size() == out.size());
  HWY_DYNAMIC_DISPATCH(AddScaledByKernel)(in.data(), gain, gains.data(), out.data(), out.size());
}

void Scale(double gain, std::span<double> samples) {
  HWY_DYNAMIC_DISPATCH(ScaleKernel)(gain, samples.data(), samples.size());
}

void ScaleBy(std::span<const double> gains, std::span<double> samples) {
  assert(gains.size() == samples.size());
  HWY_DYNAMIC_DISPATCH(ScaleByKernel)(gains.data(), samples.data(), samples.size());
}

void Interleave(std::span<const std::span<const double>> planes, std::span<double> out) {
  const size_t channels = planes.size();
  for (const std::span<const double> plane : planes) assert(plane.size() * channels == out.size());
  if (channels == 2) {
    HWY_DYNAMIC_DISPATCH(InterleaveKernel)
    (planes[0].data(), planes[1].data(), out.data(), planes[0].size());
    return;
  }
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < planes[c].size(); ++i) out[i * channels + c] = planes[c][i];
  }
}

void Deinterleave(std::span<const double> in, std::span<const std::span<double>> planes) {
  const size_t channels = planes.size();
  for (const std::span<double> plane : planes) assert(plane.size() * channels == in.size());
  if (channels == 2) {
    HWY_DYNAMIC_DISPATCH(DeinterleaveKernel)
    (in.data(), planes[0].data(), planes[1].data(), planes[0].size());
    return;
  }
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < planes[c].size(); ++i) planes[c][i] = in[i * channels + c];
  }
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
