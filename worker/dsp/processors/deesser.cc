#include "worker/dsp/processors/deesser.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "worker/dsp/envelope.h"
#include "worker/dsp/processors/gain_computer.h"
#include "worker/dsp/processors/gain_smoother.h"
#include "worker/dsp/processors/high_band.h"
#include "worker/dsp/processors/parameter_values.h"
#include "worker/dsp/processors/sliding_maximum.h"
#include "worker/dsp/processors/ticks.h"
#include "worker/dsp/processors/time_constant.h"

namespace trackout::dsp {
namespace {

constexpr double kKnee = 6;  // dB
constexpr double kPeakHold = 0.002;
constexpr double kAttack = 0.001;
constexpr double kRelease = 0.05;
constexpr double kHighest = 1e15;  // far beyond any signal

// The control is the gain of the high band less 1: what of it is added to the signal.
class DeesserDetector final : public Detector {
 public:
  DeesserDetector(const DeesserSettings& settings, size_t channels, int sample_rate)
      : latency_(static_cast<int64_t>(HighBand::LatencyAt(sample_rate))),
        channels_(channels),
        band_(settings.frequency, channels, sample_rate),
        peaks_(static_cast<size_t>(std::max(int64_t{1}, FramesIn(kPeakHold, sample_rate)))),
        threshold_(settings.threshold, kTickFrames),
        slope_(settings.ratio, kTickFrames, CompressionSlopes),
        range_(settings.range, kTickFrames),
        knees_(kTickFrames, kKnee),
        attack_(kTickFrames, TimeConstant(kAttack, sample_rate)),
        release_(kTickFrames, TimeConstant(kRelease, sample_rate)),
        hold_(kTickFrames, 0.0) {}

  int width() const override { return 1; }

  void Detect(int64_t frame, ConstChannels whole, ConstChannels, std::span<double> control) override {
    assert(whole.size() == channels_);
    ForEachTick(frame - latency_, control.size(), [&](int64_t at, size_t from, size_t count) {
      DetectTick(at, ConstPart(whole, from, count).channels(), control.subspan(from, count));
    });
  }

 private:
  void DetectTick(int64_t at, ConstChannels whole, std::span<double> control) {
    const size_t count = control.size();
    std::array<double, kTickFrames> room{};
    const std::span<double> samples = std::span(room).first(count);
    std::ranges::fill(control, 0.0);
    for (size_t c = 0; c < channels_; ++c) {
      for (size_t i = 0; i < count; ++i) samples[i] = std::clamp(whole[c][i], -kHighest, kHighest);
      band_.Push(c, samples);
      band_.High(c, at, samples);
      for (size_t i = 0; i < count; ++i) control[i] = std::max(control[i], std::abs(samples[i]));
    }
    band_.Advance();
    peaks_.Run(control);
    DecibelsOfSpan(control);
    const auto part = [&](const std::vector<double>& values) { return std::span(values).first(count); };
    CompressLevels(control, threshold_.At(at, count), slope_.At(at, count), part(knees_));
    const std::span<const double> ranges = range_.At(at, count);
    for (size_t i = 0; i < count; ++i) control[i] = std::min(control[i], ranges[i]);
    smoother_.Run({part(attack_), part(release_), part(hold_)}, control);
    for (double& value : control) value = -value;
    FromDecibels(control, control);
    for (double& value : control) value -= 1;
  }

  int64_t latency_;
  size_t channels_;
  HighBand band_;
  SlidingMaximum peaks_;
  ParameterValues threshold_, slope_, range_;
  std::vector<double> knees_, attack_, release_, hold_;
  GainSmoother smoother_;
};

class DeesserApplier final : public Applier {
 public:
  DeesserApplier(const DeesserSettings& settings, size_t channels, int sample_rate)
      : latency_(static_cast<int64_t>(HighBand::LatencyAt(sample_rate))),
        channels_(channels),
        band_(settings.frequency, channels, sample_rate) {}

  void Apply(int64_t frame, std::span<const double> control, Channels signal) override {
    assert(signal.size() == channels_);
    ForEachTick(frame - latency_, control.size(), [&](int64_t at, size_t from, size_t count) {
      for (size_t c = 0; c < channels_; ++c)
        ApplyTick(c, at, control.subspan(from, count), signal[c].subspan(from, count));
      band_.Advance();
    });
  }

 private:
  // Where the gain is 1 the samples stay as they are, and the band is not asked for.
  void ApplyTick(size_t channel, int64_t at, std::span<const double> control, std::span<double> samples) {
    band_.Push(channel, samples);
    std::ranges::copy(band_.Late(channel), samples.begin());
    if (std::ranges::all_of(control, [](double gain) { return gain == 0; })) return;
    std::array<double, kTickFrames> room{};
    const std::span<double> high = std::span(room).first(samples.size());
    band_.High(channel, at, high);
    for (size_t i = 0; i < samples.size(); ++i) {
      if (control[i] != 0) samples[i] += control[i] * high[i];
    }
  }

  int64_t latency_;
  size_t channels_;
  HighBand band_;
};

class Deesser final : public Processor {
 public:
  Deesser(DeesserSettings settings, int channels, int sample_rate)
      : settings_(std::move(settings)), channels_(static_cast<size_t>(channels)), sample_rate_(sample_rate) {}

  int64_t latency() const override { return static_cast<int64_t>(HighBand::LatencyAt(sample_rate_)); }
  std::unique_ptr<Detector> NewDetector() const override {
    return std::make_unique<DeesserDetector>(settings_, channels_, sample_rate_);
  }
  std::unique_ptr<Applier> NewApplier() const override {
    return std::make_unique<DeesserApplier>(settings_, channels_, sample_rate_);
  }

 private:
  DeesserSettings settings_;
  size_t channels_;
  int sample_rate_;
};

}  // namespace

std::unique_ptr<Processor> NewDeesser(DeesserSettings settings, int channels, int sample_rate) {
  return std::make_unique<Deesser>(std::move(settings), channels, sample_rate);
}

}  // namespace trackout::dsp
