// How long a song is: the end of its clips, what rings on behind it, the stretch of that which is delivered,
// and the longer one that prints hold. Pure.
#pragma once

#include <cstdint>

#include "coordinator/planner/timeline/session.h"
#include "coordinator/planner/timeline/timeline.h"
#include "core/spec/routing.h"

namespace trackout {

// Frames of the song. The later of two, each by itself, is the end of both.
struct SoundEnd {
  int64_t clips = 0;  // where the last clip or print ends, heard or not: raw tracks are delivered too
  int64_t ringing =
      0;  // where the last sound that is heard leaves the master, by way of every delay and insert
};
SoundEnd Later(const SoundEnd& a, const SoundEnd& b);

// Of the tracks and prints of one version.
SoundEnd SoundEndOf(const Session& session, const Routing& routing, const Timeline& timeline);

// Sets start_frame, frames and final_fade_frames by the song's `start`, `length`, `tail` and `max_tail`.
// Tells of errors; `frames` is 0 then.
// A finished master that ends elsewhere is doubted.
void SetExtent(const Session& session, const SoundEnd& end, Timeline& timeline);

// Sets prints_start_frame and prints_frames of a time line that has its extent. Prints begin a second before
// the first sound that negative delays, one after the other, can bring forward, and go on for a second behind
// the end: what a master or an edit looks at beside its own frames.
void SetPrintWindow(const Session& session, const Routing& routing, Timeline& timeline);

}  // namespace trackout
