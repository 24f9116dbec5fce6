#include "worker/dsp/processors/limiter.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "worker/dsp/envelope.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/processors/delayed_gain.h"
#include "worker/dsp/processors/gain_computer.h"
#include "worker/dsp/processors/limiter_stage.h"
#include "worker/dsp/processors/parameter_values.h"
#include "worker/dsp/processors/time_constant.h"

namespace trackout::dsp {
namespace {

constexpr size_t kMostFrames = LimiterStage::kMostFrames;
// The second stage takes what the motion of the first one's gain adds between the samples: rare, and mostly
// below 0.001 dB. What it looks ahead: seconds, and at least so many frames.
constexpr double kTouchUpSeconds = 0.001;
constexpr int64_t kTouchUpFrames = 48;
constexpr size_t kStages = 2;
// What stays below the ceiling: of it, and for what a later rounding to 16 bits and its dither may add.
constexpr std::array<double, kStages> kBelow = {0.0006, 0.0005};
constexpr double kRounding = 0x1p-14;
// A reduction that is released has ended here, in dB.
constexpr double kReleased = 1e-5;
// Far beyond any signal; squares and their products stay finite.
constexpr double kHighest = 1e15;

// Of ceilings in dB makes what peaks may reach.
ParameterValues::Make TargetsFor(double below) {
  return [below](std::span<double> values) {
    FromDecibels(values, values);
    for (double& value : values) value = std::max(value * (1 - below) - kRounding, value / 2);
  };
}

void Reciprocals(std::span<double> excess) {
  for (double& value : excess) value = 1 / value;
}

size_t LookAheadOf(const LimiterSettings& settings, int sample_rate, size_t stage) {
  if (stage == 0) return static_cast<size_t>(std::max(int64_t{3}, FramesIn(settings.lookahead, sample_rate)));
  return static_cast<size_t>(std::max(kTouchUpFrames, FramesIn(kTouchUpSeconds, sample_rate)));
}

class LimiterDetector final : public Detector {
 public:
  LimiterDetector(const LimiterSettings& settings, size_t channels, int sample_rate)
      : drive_(settings.drive, kMostFrames, [](std::span<double> values) { FromDecibels(values, values); }),
        release_(settings.release, kMostFrames, TimeConstants(sample_rate)),
        planes_(channels, std::vector<double>(kMostFrames)),
        spans_(channels) {
    for (size_t s = 0; s < kStages; ++s) {
      stages_.emplace_back(channels, sample_rate, LookAheadOf(settings, sample_rate, s));
      targets_.emplace_back(settings.ceiling, kMostFrames, TargetsFor(kBelow[s]));
      latency_ += static_cast<int64_t>(stages_.back().latency());
    }
    for (size_t s = 1; s < kStages; ++s) delays_.emplace_back(stages_[s].latency(), 1.0);
  }

  int width() const override { return 1; }
  int64_t latency() const { return latency_; }

  void Detect(int64_t frame, ConstChannels whole, ConstChannels, std::span<double> control) override {
    assert(whole.size() == planes_.size());
    for (size_t done = 0; done < control.size();) {
      const size_t count = std::min(kMostFrames, control.size() - done);
      Drive(frame, whole, done, count);
      Gains(frame, control.subspan(done, count));
      const std::span<const double> drive = drive_.At(frame - latency_, count);
      for (size_t i = 0; i < count; ++i) control[done + i] *= drive[i];
      frame += static_cast<int64_t>(count);
      done += count;
    }
  }

 private:
  void Drive(int64_t frame, ConstChannels whole, size_t from, size_t count) {
    const std::span<const double> drive = drive_.At(frame, count);
    for (size_t c = 0; c < planes_.size(); ++c) {
      spans_[c] = std::span(planes_[c]).first(count);
      for (size_t i = 0; i < count; ++i)
        spans_[c][i] = std::clamp(whole[c][from + i] * drive[i], -kHighest, kHighest);
    }
  }

  // The product of all stages' gains, each as late as the last one's.
  void Gains(int64_t frame, std::span<double> gains) {
    const size_t count = gains.size();
    std::array<double, kMostFrames> room{};
    const std::span<double> next = std::span(room).first(count);
    for (size_t s = 0; s < kStages; ++s) {
      const int64_t of_peaks = frame - static_cast<int64_t>(PeakBetween::kDelay);
      const std::span<const double> targets = targets_[s].At(of_peaks, count);
      frame -= static_cast<int64_t>(stages_[s].latency());
      if (s == 0) {
        const std::span<const double> release = release_.At(frame, count);
        stages_[s].Run(
            spans_, targets, [&](std::span<double> held) { LetGo(release, held); }, gains);
        continue;
      }
      stages_[s].Run(spans_, targets, Reciprocals, next);
      delays_[s - 1].Run(gains);
      for (size_t i = 0; i < count; ++i) gains[i] *= next[i];
    }
  }

  // Held excess becomes a gain that follows down at once, and up by the release, in dB.
  void LetGo(std::span<const double> release, std::span<double> values) {
    DecibelsOfSpan(values);
    for (size_t i = 0; i < values.size(); ++i) {
      const double above = reduction_ - values[i];
      if (above > kReleased) {
        reduction_ -= release[i] * above;
      } else {
        reduction_ = values[i];
      }
      values[i] = -reduction_;
    }
    FromDecibels(values, values);
  }

  std::vector<LimiterStage> stages_;
  std::vector<ParameterValues> targets_;
  std::vector<FixedDelay> delays_;  // of the gains before each stage but the first
  int64_t latency_ = 0;
  ParameterValues drive_;
  ParameterValues release_;
  double reduction_ = 0;  // dB
  std::vector<std::vector<double>> planes_;
  std::vector<std::span<double>> spans_;
};

class Limiter final : public Processor {
 public:
  Limiter(LimiterSettings settings, int channels, int sample_rate)
      : settings_(std::move(settings)), channels_(static_cast<size_t>(channels)), sample_rate_(sample_rate) {
    latency_ = LimiterDetector(settings_, channels_, sample_rate_).latency();
  }

  int64_t latency() const override { return latency_; }
  std::unique_ptr<Detector> NewDetector() const override {
    return std::make_unique<LimiterDetector>(settings_, channels_, sample_rate_);
  }
  std::unique_ptr<Applier> NewApplier() const override {
    return NewDelayedGain(static_cast<size_t>(latency_), channels_, 1);
  }

 private:
  LimiterSettings settings_;
  size_t channels_;
  int sample_rate_;
  int64_t latency_ = 0;
};

}  // namespace

std::unique_ptr<Processor> NewLimiter(LimiterSettings settings, int channels, int sample_rate) {
  return std::make_unique<Limiter>(std::move(settings), channels, sample_rate);
}

}  // namespace trackout::dsp
