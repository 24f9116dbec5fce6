#include "worker/dsp/processors/compressor.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

#include "worker/dsp/envelope.h"
#include "worker/dsp/processors/delayed_gain.h"
#include "worker/dsp/processors/gain_computer.h"
#include "worker/dsp/processors/gain_smoother.h"
#include "worker/dsp/processors/level_detector.h"
#include "worker/dsp/processors/parameter_values.h"
#include "worker/dsp/processors/ticks.h"
#include "worker/dsp/processors/time_constant.h"

namespace trackout::dsp {
namespace {

Listening ListeningOf(const CompressorSettings& settings) {
  return settings.link.Lowest() >= 100 ? Listening::kHighest : Listening::kEach;
}

size_t WidthOf(const CompressorSettings& settings, size_t channels) {
  return ListeningOf(settings) == Listening::kEach ? channels : 1;
}

class CompressorDetector final : public Detector {
 public:
  CompressorDetector(const CompressorSettings& settings, int64_t latency, size_t channels, int sample_rate)
      : latency_(latency),
        level_(settings.key_filter, settings.detection, ListeningOf(settings), channels, sample_rate),
        threshold_(settings.threshold, kTickFrames),
        slope_(settings.ratio, kTickFrames, CompressionSlopes),
        knee_(settings.knee, kTickFrames),
        attack_(settings.attack, kTickFrames, TimeConstants(sample_rate)),
        release_(settings.release, kTickFrames, TimeConstants(sample_rate)),
        hold_(settings.hold, kTickFrames, TimesBy(sample_rate)),
        link_(settings.link, kTickFrames, TimesBy(0.01)),
        makeup_(settings.makeup, kTickFrames),
        mix_(settings.mix, kTickFrames, TimesBy(0.01)),
        smoothers_(level_.levels()),
        planes_(level_.levels(), std::vector<double>(kTickFrames)),
        spans_(level_.levels()) {}

  int width() const override { return static_cast<int>(level_.levels()); }

  void Detect(int64_t frame, ConstChannels whole, ConstChannels sidechain,
              std::span<double> control) override {
    const ConstChannels key = sidechain.empty() ? whole : sidechain;
    const size_t levels = level_.levels();
    ForEachTick(frame, control.size() / levels, [&](int64_t tick_frame, size_t from, size_t count) {
      DetectTick(tick_frame, ConstPart(key, from, count).channels(),
                 control.subspan(from * levels, count * levels));
    });
  }

 private:
  void DetectTick(int64_t frame, ConstChannels key, std::span<double> control) {
    const size_t levels = planes_.size();
    const size_t count = control.size() / levels;
    const int64_t at = frame - latency_;  // what comes out
    for (size_t c = 0; c < levels; ++c) spans_[c] = std::span(planes_[c]).first(count);
    level_.Run(frame, at, key, spans_);
    if (levels > 1) Link(at);
    const std::span<const double> thresholds = threshold_.At(at, count);
    const std::span<const double> slopes = slope_.At(at, count);
    const std::span<const double> knees = knee_.At(at, count);
    const SmootherMotion motion{attack_.At(at, count), release_.At(at, count), hold_.At(at, count)};
    for (size_t c = 0; c < levels; ++c) {
      DecibelsOfSpan(spans_[c]);
      CompressLevels(spans_[c], thresholds, slopes, knees);
      smoothers_[c].Run(motion, spans_[c]);
    }
    MakeControl(at, control);
  }

  // Levels go up to the highest of all by the link, straight in amplitude.
  void Link(int64_t at) {
    const size_t count = spans_[0].size();
    const std::span<const double> links = link_.At(at, count);
    for (size_t i = 0; i < count; ++i) {
      double highest = 0;
      for (const std::span<double> levels : spans_) highest = std::max(highest, levels[i]);
      for (const std::span<double> levels : spans_) levels[i] += links[i] * (highest - levels[i]);
    }
  }

  // (1 - mix) + mix * makeup * gain
  void MakeControl(int64_t at, std::span<double> control) {
    const size_t levels = spans_.size();
    const size_t count = spans_[0].size();
    const std::span<const double> makeups = makeup_.At(at, count);
    const std::span<const double> mixes = mix_.At(at, count);
    for (size_t c = 0; c < levels; ++c) {
      for (size_t i = 0; i < count; ++i) spans_[c][i] = makeups[i] - spans_[c][i];
      FromDecibels(spans_[c], spans_[c]);
      for (size_t i = 0; i < count; ++i) control[i * levels + c] = (1 - mixes[i]) + mixes[i] * spans_[c][i];
    }
  }

  int64_t latency_;
  LevelDetector level_;
  ParameterValues threshold_, slope_, knee_, attack_, release_, hold_, link_, makeup_, mix_;
  std::vector<GainSmoother> smoothers_;
  std::vector<std::vector<double>> planes_;  // levels, then reductions, then gains
  std::vector<std::span<double>> spans_;
};

class Compressor final : public Processor {
 public:
  Compressor(CompressorSettings settings, int channels, int sample_rate)
      : settings_(std::move(settings)),
        channels_(static_cast<size_t>(channels)),
        sample_rate_(sample_rate),
        latency_(FramesIn(settings_.lookahead, sample_rate)) {}

  int64_t latency() const override { return latency_; }
  std::unique_ptr<Detector> NewDetector() const override {
    return std::make_unique<CompressorDetector>(settings_, latency_, channels_, sample_rate_);
  }
  std::unique_ptr<Applier> NewApplier() const override {
    return NewDelayedGain(static_cast<size_t>(latency_), channels_, WidthOf(settings_, channels_));
  }

 private:
  CompressorSettings settings_;
  size_t channels_;
  int sample_rate_;
  int64_t latency_;
};

}  // namespace

std::unique_ptr<Processor> NewCompressor(CompressorSettings settings, int channels, int sample_rate) {
  return std::make_unique<Compressor>(std::move(settings), channels, sample_rate);
}

}  // namespace trackout::dsp
