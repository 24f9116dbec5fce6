#include "worker/dsp/processors/saturator.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

#include "worker/dsp/mix.h"
#include "worker/dsp/processors/oversampler.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/saturator.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// tanh(u) / u. Below 1e-100 it is 1 to the last bit by far, and 0 / 0 is avoided.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Secant(D d, V u, V curved) {
  return hn::IfThenElse(hn::Lt(hn::Abs(u), hn::Set(d, 1e-100)), hn::Set(d, 1.0), hn::Div(curved, u));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V TanhSecant(D d, V u) {
  return Secant(d, u, TanhOf(d, u));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V SoftSecant(D d, V u) {
  const V one = hn::Set(d, 1.0);
  return hn::Div(one, hn::Add(one, hn::Abs(u)));
}

// tanh(u + b) - tanh b = tanh u (1 - tanh^2 b) / (1 + tanh u tanh b), in which nothing cancels.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V TubeSecant(D d, V u) {
  constexpr double kTanhOfBias = 0.291312612451590903;  // tanh 0.3
  const V t = TanhOf(d, u);
  return hn::Div(Secant(d, u, t), hn::Add(hn::Set(d, 1.0), hn::Mul(t, hn::Set(d, kTanhOfBias))));
}

// secants[i] = q(gain samples[i]); `gains` (if there are) instead of the one gain.
template <class Curve>
HWY_INLINE void SecantsOf(const double* samples, double gain, const double* gains,
                          double* HWY_RESTRICT secants, size_t count, const Curve& curve) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto g = gains == nullptr ? hn::Set(d, gain) : hn::LoadU(d, gains + i);
    hn::StoreU(curve(d, hn::Mul(hn::LoadU(d, samples + i), g)), d, secants + i);
  });
}

void TanhKernel(const double* samples, double gain, const double* gains, double* secants, size_t count) {
  SecantsOf(samples, gain, gains, secants, count, [](auto d, auto u) HWY_ATTR { return TanhSecant(d, u); });
}

void SoftKernel(const double* samples, double gain, const double* gains, double* secants, size_t count) {
  SecantsOf(samples, gain, gains, secants, count, [](auto d, auto u) HWY_ATTR { return SoftSecant(d, u); });
}

void TubeKernel(const double* samples, double gain, const double* gains, double* secants, size_t count) {
  SecantsOf(samples, gain, gains, secants, count, [](auto d, auto u) HWY_ATTR { return TubeSecant(d, u); });
}

// wet = (dry (1 - mix / 100) + wet mix / 100) gain
void MixKernel(const double* dry, const double* mix, const double* gains, double* HWY_RESTRICT wet,
               size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto share = hn::Div(hn::LoadU(d, mix + i), hn::Set(d, 100.0));
    const auto of_dry = hn::Mul(hn::LoadU(d, dry + i), hn::Sub(hn::Set(d, 1.0), share));
    const auto of_wet = hn::Mul(hn::LoadU(d, wet + i), share);
    hn::StoreU(hn::Mul(hn::Add(of_dry, of_wet), hn::LoadU(d, gains + i)), d, wet + i);
  });
}

// between[i] = gains[i] + (gains[i + 1] - gains[i]) way
void BetweenKernel(const double* gains, double way, double* HWY_RESTRICT between, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto gain = hn::LoadU(d, gains + i);
    const auto step = hn::Sub(hn::LoadU(d, gains + i + 1), gain);
    hn::StoreU(hn::Add(gain, hn::Mul(step, hn::Set(d, way))), d, between + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(TanhKernel);
HWY_EXPORT(SoftKernel);
HWY_EXPORT(TubeKernel);
HWY_EXPORT(MixKernel);
HWY_EXPORT(BetweenKernel);

namespace {

constexpr size_t kMostPlanes = 16;

// Harmonics of tanh fall by a factor that grows with the drive; up to this one (dB) what 4 times 48 kHz folds
// back is far below what the filters let through. Each further step of that size wants twice the rate; and
// the soft curve, whose harmonics fall slowly, four times.
constexpr double kDriveOfFactor = 12;

int FactorAt(int sample_rate, const SaturatorSettings& settings) {
  int factor = sample_rate < 128000 ? 4 : 2;
  if (settings.curve == SaturatorCurve::kSoft) factor = sample_rate < 64000 ? 16 : 2 * factor;
  for (double drive = kDriveOfFactor; drive < settings.drive.Highest(); drive += kDriveOfFactor) factor *= 2;
  return std::min(factor, static_cast<int>(kMostPlanes));
}

// What all detectors and appliers of a saturator share.
struct Saturation {
  SaturatorSettings settings;
  size_t channels;
  size_t factor;
};

void Secants(SaturatorCurve curve, std::span<const double> samples, double gain, const double* gains,
             std::span<double> secants) {
  const size_t count = samples.size();
  switch (curve) {
    case SaturatorCurve::kTanh:
      HWY_DYNAMIC_DISPATCH(TanhKernel)(samples.data(), gain, gains, secants.data(), count);
      return;
    case SaturatorCurve::kSoft:
      HWY_DYNAMIC_DISPATCH(SoftKernel)(samples.data(), gain, gains, secants.data(), count);
      return;
    case SaturatorCurve::kTube:
      HWY_DYNAMIC_DISPATCH(TubeKernel)(samples.data(), gain, gains, secants.data(), count);
      return;
  }
}

class SaturatorDetector : public Detector {
 public:
  explicit SaturatorDetector(const Saturation& saturation)
      : saturation_(saturation), planes_(saturation.factor * kRunFrames) {
    for (size_t c = 0; c < saturation.channels; ++c) up_.emplace_back(static_cast<int>(saturation.factor));
    saturation.settings.drive.Gains(0, {&gain_, 1});
  }

  int width() const override { return static_cast<int>(saturation_.channels * saturation_.factor); }

  void Detect(int64_t frame, ConstChannels whole, ConstChannels /*sidechain*/,
              std::span<double> control) override {
    assert(whole.size() == saturation_.channels);
    const size_t frames = whole[0].size();
    assert(control.size() == frames * static_cast<size_t>(width()));
    for (size_t i = 0; i < frames; i += kRunFrames) {
      const size_t count = std::min(kRunFrames, frames - i);
      if (saturation_.settings.drive.moves()) {
        saturation_.settings.drive.Gains(frame + static_cast<int64_t>(i) - up_[0].delay(),
                                         std::span(gains_).first(count + 1));
      }
      for (size_t c = 0; c < saturation_.channels; ++c) {
        const std::span<double> of_channel =
            control.subspan(c * saturation_.factor * frames, saturation_.factor * frames);
        DetectRun(up_[c], whole[c].subspan(i, count), of_channel, frames, i);
      }
    }
  }

 private:
  // Of one channel; `secants` has a plane of `stride` for each of the higher rate, where this run is at `at`.
  void DetectRun(Upsampler& up, std::span<const double> in, std::span<double> secants, size_t stride,
                 size_t at) {
    const size_t factor = saturation_.factor;
    std::array<double*, kMostPlanes> planes{};
    for (size_t p = 0; p < factor; ++p) planes[p] = &planes_[p * kRunFrames];
    up.Run(in, std::span(planes).first(factor));
    const bool moves = saturation_.settings.drive.moves();
    for (size_t p = 0; p < factor; ++p) {
      if (moves) {
        HWY_DYNAMIC_DISPATCH(BetweenKernel)
        (gains_.data(), static_cast<double>(p) / static_cast<double>(factor), between_.data(), in.size());
      }
      Secants(saturation_.settings.curve, {planes[p], in.size()}, gain_, moves ? between_.data() : nullptr,
              secants.subspan(p * stride + at, in.size()));
    }
  }

  const Saturation& saturation_;
  std::vector<Upsampler> up_;
  double gain_ = 1;                           // where it stands still
  std::array<double, kRunFrames + 1> gains_;  // of a run, and the first of the next
  std::array<double, kRunFrames> between_;    // of one plane
  std::vector<double> planes_;
};

class SaturatorApplier : public Applier {
 public:
  explicit SaturatorApplier(const Saturation& saturation) : saturation_(saturation) {
    const auto factor = static_cast<int>(saturation.factor);
    for (size_t c = 0; c < saturation.channels; ++c) channels_.emplace_back(factor);
    saturation.settings.mix.Values(0, mix_);
    saturation.settings.output.Gains(0, gains_);
    is_wet_ = !saturation.settings.mix.moves() && mix_[0] == 100;
  }

  void Apply(int64_t frame, std::span<const double> control, Channels signal) override {
    assert(signal.size() == saturation_.channels);
    const size_t frames = signal[0].size();
    assert(control.size() == frames * saturation_.channels * saturation_.factor);
    for (size_t i = 0; i < frames; i += kRunFrames) {
      const size_t count = std::min(kRunFrames, frames - i);
      ReadParameters(frame + static_cast<int64_t>(i) - channels_[0].latency, count);
      for (size_t c = 0; c < saturation_.channels; ++c) {
        const std::span<const double> secants =
            control.subspan(c * saturation_.factor * frames, saturation_.factor * frames);
        ApplyRun(channels_[c], secants, frames, i, signal[c].subspan(i, count));
      }
    }
  }

 private:
  struct Channel {
    explicit Channel(int factor)
        : up(factor), down(factor), latency(up.delay() + down.delay()), dry(static_cast<size_t>(latency)) {}
    Upsampler up;
    Downsampler down;
    int64_t latency;
    History dry;
  };

  void ReadParameters(int64_t frame, size_t count) {
    const SaturatorSettings& settings = saturation_.settings;
    if (settings.mix.moves()) settings.mix.Values(frame, std::span(mix_).first(count));
    if (settings.output.moves()) settings.output.Gains(frame, std::span(gains_).first(count));
  }

  void ApplyRun(Channel& channel, std::span<const double> secants, size_t stride, size_t at,
                std::span<double> samples) {
    const size_t factor = saturation_.factor;
    std::array<double*, kMostPlanes> planes{};
    for (size_t p = 0; p < factor; ++p) planes[p] = channel.down.input(p);
    channel.up.Run(samples, std::span(planes).first(factor));
    for (size_t p = 0; p < factor; ++p)
      ScaleBy(secants.subspan(p * stride + at, samples.size()), {planes[p], samples.size()});
    if (is_wet_) {
      channel.down.Run(samples);
      ScaleBy(std::span(gains_).first(samples.size()), samples);
      return;
    }
    double* const dry = channel.dry.run();
    std::ranges::copy(samples, dry);
    channel.down.Run(samples);
    HWY_DYNAMIC_DISPATCH(MixKernel)
    (dry - channel.latency, mix_.data(), gains_.data(), samples.data(), samples.size());
    channel.dry.Forget(samples.size());
  }

  const Saturation& saturation_;
  std::vector<Channel> channels_;
  bool is_wet_ = false;
  std::array<double, kRunFrames> mix_;    // percent
  std::array<double, kRunFrames> gains_;  // of the output
};

class Saturator : public Processor {
 public:
  explicit Saturator(Saturation saturation) : saturation_(std::move(saturation)) {
    const auto factor = static_cast<int>(saturation_.factor);
    latency_ = Upsampler(factor).delay() + Downsampler(factor).delay();
  }

  int64_t latency() const override { return latency_; }
  std::unique_ptr<Detector> NewDetector() const override {
    return std::make_unique<SaturatorDetector>(saturation_);
  }
  std::unique_ptr<Applier> NewApplier() const override {
    return std::make_unique<SaturatorApplier>(saturation_);
  }

 private:
  const Saturation saturation_;
  int64_t latency_ = 0;
};

}  // namespace

std::unique_ptr<Processor> NewSaturator(SaturatorSettings settings, int channels, int sample_rate) {
  const int factor = FactorAt(sample_rate, settings);
  return std::make_unique<Saturator>(
      Saturation{std::move(settings), static_cast<size_t>(channels), static_cast<size_t>(factor)});
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
