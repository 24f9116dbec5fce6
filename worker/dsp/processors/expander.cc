#include "worker/dsp/processors/expander.h"

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

// What is smoothed is how far it is open: 0 at the full range, 1 without a reduction. So silence is 0
// whatever the range is, and it does not matter how early a run begins.
class ExpanderDetector final : public Detector {
 public:
  ExpanderDetector(const ExpanderSettings& settings, int64_t latency, size_t channels, int sample_rate)
      : latency_(latency),
        is_open_(!settings.ratio.moves() && settings.ratio.At(0) <= 1),
        level_(settings.key_filter, Detection::kPeak, Listening::kHighest, channels, sample_rate),
        threshold_(settings.threshold, kTickFrames),
        slope_(settings.ratio, kTickFrames, ExpansionSlopes),
        range_(settings.range, kTickFrames),
        attack_(settings.attack, kTickFrames, TimeConstants(sample_rate)),
        release_(settings.release, kTickFrames, TimeConstants(sample_rate)),
        hold_(settings.hold, kTickFrames, TimesBy(sample_rate)) {}

  int width() const override { return 1; }

  void Detect(int64_t frame, ConstChannels whole, ConstChannels sidechain,
              std::span<double> control) override {
    if (is_open_) {
      std::ranges::fill(control, 1.0);
      return;
    }
    const ConstChannels key = sidechain.empty() ? whole : sidechain;
    ForEachTick(frame, control.size(), [&](int64_t tick_frame, size_t from, size_t count) {
      DetectTick(tick_frame, ConstPart(key, from, count).channels(), control.subspan(from, count));
    });
  }

 private:
  void DetectTick(int64_t frame, ConstChannels key, std::span<double> control) {
    const size_t count = control.size();
    const int64_t at = frame - latency_;  // what comes out
    level_.Run(frame, at, key, {&control, 1});
    DecibelsOfSpan(control);
    const std::span<const double> ranges = range_.At(at, count);
    ExpandLevels(control, threshold_.At(at, count), slope_.At(at, count), ranges);
    for (double& value : control) value = 1 - value;
    smoother_.Run({attack_.At(at, count), release_.At(at, count), hold_.At(at, count)}, control);
    for (size_t i = 0; i < count; ++i) control[i] = ranges[i] * (control[i] - 1);
    FromDecibels(control, control);
  }

  int64_t latency_;
  bool is_open_;
  LevelDetector level_;
  ParameterValues threshold_, slope_, range_, attack_, release_, hold_;
  GainSmoother smoother_;
};

class Expander final : public Processor {
 public:
  Expander(ExpanderSettings settings, int channels, int sample_rate)
      : settings_(std::move(settings)),
        channels_(static_cast<size_t>(channels)),
        sample_rate_(sample_rate),
        latency_(FramesIn(settings_.lookahead, sample_rate)) {}

  int64_t latency() const override { return latency_; }
  std::unique_ptr<Detector> NewDetector() const override {
    return std::make_unique<ExpanderDetector>(settings_, latency_, channels_, sample_rate_);
  }
  std::unique_ptr<Applier> NewApplier() const override {
    return NewDelayedGain(static_cast<size_t>(latency_), channels_, 1);
  }

 private:
  ExpanderSettings settings_;
  size_t channels_;
  int sample_rate_;
  int64_t latency_;
};

}  // namespace

std::unique_ptr<Processor> NewExpander(ExpanderSettings settings, int channels, int sample_rate) {
  return std::make_unique<Expander>(std::move(settings), channels, sample_rate);
}

}  // namespace trackout::dsp
