#include "worker/dsp/processors/level.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "worker/dsp/mix.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/level.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

template <class D, class V = hn::Vec<D>>
HWY_INLINE void Widen(D d, V width, double* left, double* right) {
  const V half = hn::Set(d, 0.5);
  const V own = hn::Mul(hn::Add(hn::Set(d, 1.0), width), half);
  const V other = hn::Mul(hn::Sub(hn::Set(d, 1.0), width), half);
  const V l = hn::LoadU(d, left);
  const V r = hn::LoadU(d, right);
  hn::StoreU(hn::Add(hn::Mul(own, l), hn::Mul(other, r)), d, left);
  hn::StoreU(hn::Add(hn::Mul(other, l), hn::Mul(own, r)), d, right);
}

void WidenKernel(double percent, double* HWY_RESTRICT left, double* HWY_RESTRICT right, size_t count) {
  ForEach(count,
          [&](auto d, size_t i) HWY_ATTR { Widen(d, hn::Set(d, percent / 100), left + i, right + i); });
}

void WidenByKernel(const double* percents, double* HWY_RESTRICT left, double* HWY_RESTRICT right,
                   size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto width = hn::Div(hn::LoadU(d, percents + i), hn::Set(d, 100.0));
    Widen(d, width, left + i, right + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(WidenKernel);
HWY_EXPORT(WidenByKernel);

namespace {

constexpr size_t kRunFrames = 512;  // of values of a parameter at a time

class GainApplier : public Applier {
 public:
  explicit GainApplier(const GainSettings& settings) : settings_(settings) {}

  void Apply(int64_t frame, std::span<const double> /*control*/, Channels signal) override {
    if (signal.empty()) return;
    const size_t frames = signal[0].size();
    if (!settings_.level.moves()) {
      const double gain = At(frame);
      if (gain == 1) return;
      for (const std::span<double> plane : signal) Scale(gain, plane);
      return;
    }
    for (size_t i = 0; i < frames; i += kRunFrames) {
      const std::span<double> gains = std::span(gains_).first(std::min(kRunFrames, frames - i));
      settings_.level.Gains(frame + static_cast<int64_t>(i), gains);
      if (settings_.inverted) Scale(-1, gains);
      for (const std::span<double> plane : signal) ScaleBy(gains, plane.subspan(i, gains.size()));
    }
  }

 private:
  double At(int64_t frame) const {
    double gain = 0;
    settings_.level.Gains(frame, {&gain, 1});
    return settings_.inverted ? -gain : gain;
  }

  const GainSettings& settings_;
  std::array<double, kRunFrames> gains_;
};

class WidthApplier : public Applier {
 public:
  WidthApplier(const WidthSettings& settings, int channels) : settings_(settings), channels_(channels) {}

  void Apply(int64_t frame, std::span<const double> /*control*/, Channels signal) override {
    assert(signal.size() == static_cast<size_t>(channels_));
    if (channels_ != 2) return;
    double* left = signal[0].data();
    double* right = signal[1].data();
    const size_t frames = signal[0].size();
    if (!settings_.width.moves()) {
      const double percent = settings_.width.At(frame);
      if (percent != 100) HWY_DYNAMIC_DISPATCH(WidenKernel)(percent, left, right, frames);
      return;
    }
    for (size_t i = 0; i < frames; i += kRunFrames) {
      const std::span<double> percents = std::span(percents_).first(std::min(kRunFrames, frames - i));
      settings_.width.Values(frame + static_cast<int64_t>(i), percents);
      HWY_DYNAMIC_DISPATCH(WidenByKernel)(percents.data(), left + i, right + i, percents.size());
    }
  }

 private:
  const WidthSettings& settings_;
  const int channels_;
  std::array<double, kRunFrames> percents_;
};

class Gain : public Processor {
 public:
  explicit Gain(GainSettings settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<GainApplier>(settings_); }

 private:
  const GainSettings settings_;
};

class Width : public Processor {
 public:
  Width(WidthSettings settings, int channels) : settings_(std::move(settings)), channels_(channels) {}
  std::unique_ptr<Applier> NewApplier() const override {
    return std::make_unique<WidthApplier>(settings_, channels_);
  }

 private:
  const WidthSettings settings_;
  const int channels_;
};

}  // namespace

std::unique_ptr<Processor> NewGain(GainSettings settings) {
  return std::make_unique<Gain>(std::move(settings));
}

std::unique_ptr<Processor> NewWidth(WidthSettings settings, int channels) {
  return std::make_unique<Width>(std::move(settings), channels);
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
