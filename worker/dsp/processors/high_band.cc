#include "worker/dsp/processors/high_band.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "worker/dsp/functions.h"
#include "worker/dsp/processors/ticks.h"
#include "worker/dsp/processors/time_constant.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/high_band.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// x: frame 0; frames -reach .. count + reach - 1 are there. From the far taps to the near ones.
void Symmetric(const double* HWY_RESTRICT taps, size_t reach, const double* HWY_RESTRICT x,
               double* HWY_RESTRICT out, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    auto sum = hn::Zero(d);
    for (size_t t = reach; t > 0; --t) {
      const auto both = hn::Add(hn::LoadU(d, x + i - t), hn::LoadU(d, x + i + t));
      sum = hn::Add(sum, hn::Mul(both, hn::Set(d, taps[t])));
    }
    sum = hn::Add(sum, hn::Mul(hn::LoadU(d, x + i), hn::Set(d, taps[0])));
    hn::StoreU(sum, d, out + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(Symmetric);

namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

size_t HighBand::LatencyAt(int sample_rate) {
  return static_cast<size_t>(std::max(int64_t{2}, FramesIn(kReach, sample_rate)));
}

HighBand::HighBand(const Parameter& frequency, size_t channels, int sample_rate)
    : frequency_(&frequency),
      sample_rate_(sample_rate),
      reach_(LatencyAt(sample_rate)),
      window_(reach_ + 1),
      taps_(reach_ + 1),
      next_taps_(reach_ + 1),
      planes_(channels, std::vector<double>(2 * reach_ + kTickFrames)) {
  for (size_t t = 0; t <= reach_; ++t) {
    const double angle = kPi * static_cast<double>(t) / static_cast<double>(reach_ + 1);
    window_[t] = 0.42 + 0.5 * Cosine(angle) + 0.08 * Cosine(2 * angle);
  }
  if (!frequency.moves()) MakeTaps(frequency.At(0), taps_);
}

void HighBand::MakeTaps(double frequency, Taps& taps) const {
  const double cycles = std::clamp(frequency / sample_rate_, 1e-6, 0.49);
  double sum = taps[0] = 2 * cycles;
  for (size_t t = 1; t <= reach_; ++t) {
    const double angle = kPi * static_cast<double>(t);
    taps[t] = Sine(2 * cycles * angle) / angle * window_[t];
    sum += 2 * taps[t];
  }
  for (double& tap : taps) tap = -tap / sum;
  taps[0] += 1;
}

void HighBand::PrepareTick(int64_t frame) {
  const int64_t grid_frame = TickOf(frame);
  if (is_made_ && grid_frame == grid_frame_) return;
  if (is_made_ && grid_frame == grid_frame_ + kTickFrames) {
    std::swap(taps_, next_taps_);
  } else {
    MakeTaps(frequency_->At(grid_frame), taps_);
  }
  MakeTaps(frequency_->At(grid_frame + kTickFrames), next_taps_);
  grid_frame_ = grid_frame;
  is_made_ = true;
}

void HighBand::Push(size_t channel, std::span<const double> in) {
  assert(in.size() <= kTickFrames);
  count_ = in.size();
  std::ranges::copy(in, planes_[channel].begin() + static_cast<std::ptrdiff_t>(2 * reach_));
}

std::span<const double> HighBand::Late(size_t channel) const {
  return std::span(planes_[channel]).subspan(reach_, count_);
}

void HighBand::High(size_t channel, int64_t frame, std::span<double> high) {
  assert(high.size() == count_);
  const double* const samples = planes_[channel].data() + reach_;
  if (!frequency_->moves()) {
    HWY_DYNAMIC_DISPATCH(Symmetric)(taps_.data(), reach_, samples, high.data(), count_);
    return;
  }
  PrepareTick(frame);
  std::array<double, kTickFrames> next{};
  HWY_DYNAMIC_DISPATCH(Symmetric)(taps_.data(), reach_, samples, high.data(), count_);
  HWY_DYNAMIC_DISPATCH(Symmetric)(next_taps_.data(), reach_, samples, next.data(), count_);
  for (size_t i = 0; i < count_; ++i) {
    const double way = static_cast<double>(frame - grid_frame_ + static_cast<int64_t>(i)) / kTickFrames;
    high[i] += way * (next[i] - high[i]);
  }
}

void HighBand::Advance() {
  for (std::vector<double>& plane : planes_)
    std::copy_n(plane.begin() + static_cast<std::ptrdiff_t>(count_), 2 * reach_, plane.begin());
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
