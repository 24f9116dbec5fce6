// What all kinds of jobs are made of, checked: frames, levels, envelopes, playlists. Pure.
#pragma once

#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "core/limits.h"
#include "proto/render.pb.h"

namespace trackout {

// Twice what a spec can say.
inline constexpr int64_t kMostFrames = 2 * kLongestTimeFrames;

// Of a length, or a place that is not before the beginning.
bool IsFrame(int64_t frame);
// A place on the song's time line, or a way along it: before the beginning, too.
bool IsPlace(int64_t frame);
// -inf is silence; NaN is no level.
bool IsLevel(double db);
bool IsRate(int rate);

// Whether its frames ascend and are in range, and is_value(value) of every point. Without points it is one.
template <typename IsValue>
bool IsEnvelope(const Envelope& envelope, const IsValue& is_value) {
  int64_t last = std::numeric_limits<int64_t>::min();
  for (const Point& point : envelope.points()) {
    if (point.frame() < last || !IsPlace(point.frame()) || !is_value(point.value())) return false;
    last = point.frame();
  }
  return true;
}

// InvalidArgument, with the reason.
absl::Status CheckPlaylist(const Playlist& playlist);

}  // namespace trackout
