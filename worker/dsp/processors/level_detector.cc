#include "worker/dsp/processors/level_detector.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "worker/dsp/layout.h"
#include "worker/dsp/processors/time_constant.h"

namespace trackout::dsp {
namespace {

// Far beyond any signal; squares of it stay finite.
constexpr double kHighest = 1e15;

size_t HoldFrames(int sample_rate) {
  return std::max(size_t{1}, static_cast<size_t>(LevelDetector::kPeakHold * sample_rate + 0.5));
}

void Raise(std::span<const double> values, std::span<double> highest) {
  for (size_t i = 0; i < values.size(); ++i) highest[i] = std::max(highest[i], values[i]);
}

}  // namespace

LevelDetector::LevelDetector(const KeyFilterSettings& filter, Detection detection, Listening listening,
                             size_t channels, int sample_rate)
    : detection_(detection),
      listening_(listening),
      channels_(channels),
      mean_part_(TimeConstant(kMeanTime, sample_rate)),
      filter_(filter, std::max<size_t>(channels, kMostChannels), sample_rate),
      holds_(levels(), SlidingMaximum(HoldFrames(sample_rate))),
      means_(std::max<size_t>(channels, kMostChannels)),
      planes_(std::max<size_t>(channels, kMostChannels), std::vector<double>(kTickFrames)) {}

void LevelDetector::Run(int64_t frame, int64_t parameter_frame, std::span<const std::span<const double>> key,
                        std::span<const std::span<double>> levels) {
  assert(key.size() <= planes_.size() && levels.size() == holds_.size());
  const size_t count = levels[0].size();
  if (frame % kTickFrames == 0) {
    filter_.Flush();
    for (Mean& mean : means_) {
      if (mean.first < 1e-30) mean.first = 0;
      if (mean.second < 1e-30) mean.second = 0;
    }
  }
  std::array<std::span<double>, 64> room{};
  const std::span<std::span<double>> filtered = std::span(room).first(key.size());
  for (size_t c = 0; c < key.size(); ++c) {
    filtered[c] = std::span(planes_[c]).first(count);
    for (size_t i = 0; i < count; ++i) filtered[c][i] = std::clamp(key[c][i], -kHighest, kHighest);
  }
  if (filter_.has_cuts()) filter_.Run(parameter_frame, filtered);
  if (detection_ == Detection::kRms) {
    MeanSquares(filtered);
  } else {
    for (const std::span<double> plane : filtered) {
      for (double& value : plane) value = std::abs(value);
    }
  }
  const bool is_each = listening_ == Listening::kEach && key.size() == channels_;
  for (size_t c = 0; c < levels.size(); ++c) {
    std::ranges::fill(levels[c], 0.0);
    for (size_t k = 0; k < key.size(); ++k) {
      if (!is_each || k == c) Raise(filtered[k], levels[c]);
    }
    if (detection_ == Detection::kRms) {
      for (double& level : levels[c]) level = std::sqrt(level);
    } else {
      holds_[c].Run(levels[c]);
    }
  }
}

void LevelDetector::MeanSquares(std::span<const std::span<double>> key) {
  for (size_t c = 0; c < key.size(); ++c) {
    Mean mean = means_[c];
    for (double& value : key[c]) {
      mean.first += mean_part_ * (value * value - mean.first);
      mean.second += mean_part_ * (mean.first - mean.second);
      value = mean.second;
    }
    means_[c] = mean;
  }
}

}  // namespace trackout::dsp
