// Pieces of a signal cut at ticks.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "worker/dsp/layout.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// The first frame of the tick that a frame lies in.
inline int64_t TickOf(int64_t frame) {
  return frame - (frame % kTickFrames + kTickFrames) % kTickFrames;
}

// run(frame, from, count) for each part of `count` frames from `frame` on that lies in one tick; `from`
// counts from the first frame.
template <class Run>
void ForEachTickPart(int64_t frame, size_t count, const Run& run) {
  for (size_t from = 0; from < count;) {
    const auto rest = static_cast<size_t>(TickOf(frame) + kTickFrames - frame);
    const size_t part = std::min(count - from, rest);
    run(frame, from, part);
    frame += static_cast<int64_t>(part);
    from += part;
  }
}

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
