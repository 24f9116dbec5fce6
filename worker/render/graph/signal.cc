#include "worker/render/graph/signal.h"

#include <algorithm>
#include <cassert>

#include "worker/dsp/mix.h"

namespace trackout {

void Clear(const Planes& planes) {
  for (const std::span<double> plane : planes) std::fill(plane.begin(), plane.end(), 0.0);
}

void Copy(const ConstPlanes& from, const Planes& to) {
  for (size_t c = 0; c < to.channels(); ++c) std::copy(from[c].begin(), from[c].end(), to[c].begin());
}

void Add(const ConstPlanes& from, const Planes& to) {
  for (size_t c = 0; c < to.channels(); ++c) dsp::AddScaled(from[c], 1, to[c]);
}

// With room for the history twice, it is moved to the front once for each time that it has filled up.
Signal::Signal(int channels, int block_frames, int64_t history_frames)
    : channels_(static_cast<size_t>(channels)),
      history_(static_cast<size_t>(history_frames)),
      capacity_(2 * history_ + static_cast<size_t>(block_frames)),
      samples_(channels_ * capacity_),
      end_(history_) {}

void Signal::Begin(int64_t first_frame, int frames) {
  if (!is_begun_) base_frame_ = first_frame - static_cast<int64_t>(end_);
  is_begun_ = true;
  assert(base_frame_ + static_cast<int64_t>(end_) == first_frame);
  if (end_ + static_cast<size_t>(frames) > capacity_) {
    const size_t gone = end_ - history_;
    for (size_t c = 0; c < channels_; ++c) {
      const auto plane = samples_.begin() + static_cast<std::ptrdiff_t>(c * capacity_);
      std::copy(plane + static_cast<std::ptrdiff_t>(gone), plane + static_cast<std::ptrdiff_t>(end_), plane);
    }
    base_frame_ += static_cast<int64_t>(gone);
    end_ = history_;
  }
  end_ += static_cast<size_t>(frames);
}

Planes Signal::at(int64_t frame, size_t count) {
  assert(frame >= base_frame_ &&
         frame + static_cast<int64_t>(count) <= base_frame_ + static_cast<int64_t>(end_));
  Planes planes;
  for (size_t c = 0; c < channels_; ++c) {
    planes.Add(std::span(samples_).subspan(c * capacity_ + static_cast<size_t>(frame - base_frame_), count));
  }
  return planes;
}

ConstPlanes Signal::at(int64_t frame, size_t count) const {
  return const_cast<Signal*>(this)->at(frame, count);
}

}  // namespace trackout
