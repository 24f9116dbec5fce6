// A signal block by block: planes of 64-bit float, known by the frames of the song, with as much of the past
// as its readers ask for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/layout.h"

namespace trackout {

// One span for each channel of a signal, at most dsp::kMostChannels, all of one length.
template <typename Sample>
class PlaneSet {
 public:
  PlaneSet() = default;
  size_t channels() const { return channels_; }
  size_t frames() const { return channels_ == 0 ? 0 : planes_[0].size(); }
  void Add(std::span<Sample> plane) { planes_[channels_++] = plane; }
  std::span<Sample> operator[](size_t channel) const { return planes_[channel]; }
  const std::span<Sample>* begin() const { return planes_.data(); }
  const std::span<Sample>* end() const { return planes_.data() + channels_; }
  operator std::span<const std::span<Sample>>() const { return {planes_.data(), channels_}; }
  // Only from double to const double.
  operator PlaneSet<const double>() const {
    PlaneSet<const double> planes;
    for (const std::span<Sample> plane : *this) planes.Add(plane);
    return planes;
  }
  PlaneSet Channels(size_t count) const {
    PlaneSet first;
    for (size_t c = 0; c < count; ++c) first.Add(planes_[c]);
    return first;
  }
  PlaneSet Part(size_t from, size_t count) const {
    PlaneSet part;
    for (const std::span<Sample> plane : *this) part.Add(plane.subspan(from, count));
    return part;
  }

 private:
  std::array<std::span<Sample>, dsp::kMostChannels> planes_;
  size_t channels_ = 0;
};

using Planes = PlaneSet<double>;
using ConstPlanes = PlaneSet<const double>;

void Clear(const Planes& planes);
void Copy(const ConstPlanes& from, const Planes& to);
// to += from
void Add(const ConstPlanes& from, const Planes& to);

// Planes without a past.
class Block {
 public:
  Block(int channels, size_t frames)
      : channels_(static_cast<size_t>(channels)), frames_(frames), samples_(channels_ * frames) {}
  size_t frames() const { return frames_; }
  Planes planes(size_t from, size_t count) {
    Planes planes;
    for (size_t c = 0; c < channels_; ++c) planes.Add(std::span(samples_).subspan(c * frames_ + from, count));
    return planes;
  }

 private:
  size_t channels_;
  size_t frames_;
  std::vector<double> samples_;
};

// Many may read, or write parts of their own, at a time; Begin wants it alone.
class Signal {
 public:
  // Before the first Begin it is silent. `history_frames`: how far behind the stretch that is being made it
  // is read.
  Signal(int channels, int block_frames, int64_t history_frames);

  int channels() const { return static_cast<int>(channels_); }

  // A stretch of at most block_frames begins, where the last one ended (the first: anywhere).
  void Begin(int64_t first_frame, int frames);

  // Of the stretch, or of what has been made before.
  Planes at(int64_t frame, size_t count);
  ConstPlanes at(int64_t frame, size_t count) const;

 private:
  const size_t channels_;
  const size_t history_;
  const size_t capacity_;  // of a plane
  std::vector<double> samples_;
  int64_t base_frame_ = 0;  // of the song: what stands at the front
  size_t end_;              // behind the last frame that was begun
  bool is_begun_ = false;
};

}  // namespace trackout
