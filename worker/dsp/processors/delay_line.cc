#include "worker/dsp/processors/delay_line.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {

DelayLine::DelayLine(int64_t most_frames)
    : samples_(std::bit_ceil(static_cast<uint64_t>(most_frames + kTickFrames))) {}

void DelayLine::Read(int64_t delay, std::span<double> out) const {
  assert(delay >= static_cast<int64_t>(out.size()) && delay <= static_cast<int64_t>(samples_.size()));
  const size_t start = (next_ - static_cast<size_t>(delay)) & (samples_.size() - 1);
  const size_t first = std::min(out.size(), samples_.size() - start);
  std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(start), first, out.begin());
  std::copy_n(samples_.begin(), out.size() - first, out.begin() + static_cast<std::ptrdiff_t>(first));
}

void DelayLine::Write(std::span<const double> samples) {
  const size_t first = std::min(samples.size(), samples_.size() - next_);
  for (size_t i = 0; i < first; ++i) samples_[next_ + i] = Flushed(samples[i]);
  for (size_t i = first; i < samples.size(); ++i) samples_[i - first] = Flushed(samples[i]);
  next_ = (next_ + samples.size()) & (samples_.size() - 1);
}

DelayTime::DelayTime(Parameter seconds, double most_seconds, int64_t least, int sample_rate)
    : seconds_(std::move(seconds)), most_seconds_(most_seconds), least_(least), sample_rate_(sample_rate) {}

int64_t DelayTime::FramesOf(double seconds) const {
  const double within = std::clamp(seconds, 0.0, most_seconds_);
  return std::max(least_, static_cast<int64_t>(within * sample_rate_ + 0.5));
}

DelayTime::Glide DelayTime::GlideAt(int64_t frame) const {
  if (!moves()) {
    const int64_t frames = FramesOf(seconds_.Highest());
    return {frames, frames, 0, 0};
  }
  const int64_t start = GridBefore(frame, kGlideFrames);
  constexpr double kStep = 1.0 / kGlideFrames;  // a power of two: shares are exact
  return {At(start), At(start + kGlideFrames), static_cast<double>(frame - start) * kStep, kStep};
}

void ReadGlide(const DelayLine& line, const DelayTime::Glide& glide, int64_t extra, std::span<double> out) {
  line.Read(glide.from + extra, out);
  if (glide.from == glide.to) return;
  Tick values;
  line.Read(glide.to + extra, std::span(values).first(out.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    const double share = glide.share + static_cast<double>(i) * glide.step;
    out[i] = out[i] * (1 - share) + values[i] * share;
  }
}

}  // namespace trackout::dsp
