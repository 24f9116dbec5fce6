// The tick, the least stretch of a processor's time, seen from inside: pieces are cut at multiples of
// kTickFrames, so that coefficients and state change at the same frames whatever the pieces are.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "worker/dsp/layout.h"
#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// As many doubles as a tick has frames.
using Tick = std::array<double, kTickFrames>;

inline constexpr double kTiny = 1e-30;

inline double Flushed(double value) {
  return std::abs(value) < kTiny ? 0 : value;
}

// The multiple of `step`, a power of two, at or before a frame; negative frames too.
inline int64_t GridBefore(int64_t frame, int64_t step) {
  return frame & ~(step - 1);
}

// The first frame of the tick that a frame lies in.
inline int64_t TickOf(int64_t frame) {
  return frame - (frame % kTickFrames + kTickFrames) % kTickFrames;
}

// body(frame, offset in the piece, count), count at most kTickFrames, for the parts of a piece between
// multiples of kTickFrames.
template <class Body>
void ForEachTick(int64_t frame, size_t count, const Body& body) {
  size_t offset = 0;
  while (offset < count) {
    const auto left = static_cast<size_t>(kTickFrames - (frame & (kTickFrames - 1)));
    const size_t part = std::min(left, count - offset);
    body(frame, offset, part);
    offset += part;
    frame += static_cast<int64_t>(part);
  }
}

// The shares of the signal itself and of the processed side at each frame of a tick: 1 - mix / 100 and
// mix / 100.
struct Shares {
  Tick dry, wet;

  Shares(const Parameter& mix, int64_t frame, size_t count) {
    mix.Values(frame, std::span(wet).first(count));
    for (size_t i = 0; i < count; ++i) {
      wet[i] = wet[i] / 100;
      dry[i] = 1 - wet[i];
    }
  }
  // signal = signal * dry + processed * wet
  void Blend(std::span<const double> processed, std::span<double> signal) const {
    for (size_t i = 0; i < signal.size(); ++i) {
      const double itself = signal[i] * dry[i];
      signal[i] = itself + processed[i] * wet[i];
    }
  }
};

// Spans of a part of each channel, of kMostChannels at most.
class ConstPart {
 public:
  ConstPart(ConstChannels whole, size_t from, size_t count) : channels_(whole.size()) {
    assert(channels_ <= parts_.size());
    for (size_t c = 0; c < channels_; ++c) parts_[c] = whole[c].subspan(from, count);
  }
  ConstChannels channels() const { return std::span(parts_).first(channels_); }

 private:
  std::array<std::span<const double>, kMostChannels> parts_;
  size_t channels_;
};

}  // namespace trackout::dsp
