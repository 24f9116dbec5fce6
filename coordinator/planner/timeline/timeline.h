// A song on its time line: what the spec says, held against what the sources are. Pure.
//
// timeline.cc puts it together of: session.h (the song's rate, tempo and sources), playlists.h (clips, twins,
// prints), processors.h (inserts), extent.h (start, length, tail, what prints hold), edits.h (cutdowns).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/planner/timeline/sources.h"
#include "core/spec/routing.h"
#include "core/spec/tempo_map.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

struct TimedTrack {
  Playlist raw;                // its clips; in a version, that one's, with its silences
  std::optional<Playlist> di;  // the same of its twin; not where a version has other clips
  std::optional<Playlist>
      print;  // stands in for raw, polarity, delay, inserts in the mixer; its silences too
};

struct TimedEdit {
  std::string name;
  Edit edit;           // frames count from the song's `start`
  int64_t frames = 0;  // its length
};

// Of one version of a song. All frames are at the song's rate.
struct Timeline {
  std::string version;  // its name; empty: the song itself
  int sample_rate = 0;
  int64_t start_frame = 0;  // of the stretch that is delivered; the same for every version, as its length
  int64_t frames = 0;       // its length
  int64_t final_fade_frames = 0;  // where the tail was cut at max_tail
  // Of prints: from before the first sound, whatever is delivered, to a second behind what is delivered. The
  // same for every version.
  int64_t prints_start_frame = 0;
  int64_t prints_frames = 0;
  std::vector<TimedTrack> tracks;
  std::map<int, Playlist> bus_prints;  // by strip (core/spec/routing.h)
  // By strip; none where a print stands in for them. Their side-chains are strips.
  std::vector<std::vector<Processor>> inserts;
  std::vector<Processor> master_inserts;  // the same of the master
  std::optional<Playlist> master_print;
  std::vector<TimedEdit> edits;

  // A time of this song as frames; of one that passed the check.
  int64_t FrameOf(const Time& time) const { return tempo.FramesOf(time, sample_rate).value_or(0); }
  TempoMap tempo{Song()};
};

// The channels of a strip's signal: a track's of what it plays (print or raw), a bus's as written.
int ChannelsOf(const Routing& routing, const Timeline& timeline, int strip);

// `version`: an index into the song's versions; -1: the song itself. Findings (errors and warnings) are
// appended, but for what stands there already: a song and its versions tell of one thing once. The time line
// is whole where no error was. Every source that the song uses must be in `sources`.
Timeline ResolveTimeline(const Album& album, int song_index, int version, const Sources& sources,
                         std::vector<Finding>& findings);

}  // namespace trackout
