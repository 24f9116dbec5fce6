// The session of a song: what everything that is laid on its time line needs to know. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/planner/timeline/sources.h"
#include "core/spec/tempo_map.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// Tells of one song. Each finding is told once, however often a song and its versions come by it. Not
// thread-safe.
class SongFindings {
 public:
  // Findings are appended to `findings`, which must outlive it, as must the song.
  SongFindings(const Song& song, int song_index, std::vector<Finding>& findings);

  // `place` is below the song: ".tracks[3].file"; empty: the song itself. The song is put before the message.
  void Error(const std::string& place, const std::string& message);
  void Warning(const std::string& place, const std::string& message);

  // Whether this teller had an error to tell, also one that had been told before.
  bool has_errors() const { return has_errors_; }

 private:
  void Add(Finding::Severity severity, const std::string& place, const std::string& message);

  const Song& song_;
  const std::string place_;
  std::vector<Finding>& findings_;
  std::set<std::pair<std::string, std::string>> told_;  // place and message
  bool has_errors_ = false;
};

// All frames are at the song's rate.
struct Session {
  const Song& song;
  const Sources& sources;
  const int sample_rate;
  const TempoMap& tempo;
  SongFindings& findings;

  // A time as frames; of one that passed the check.
  int64_t FrameOf(const Time& time) const { return tempo.FramesOf(time, sample_rate).value_or(0); }

  const Source& SourceOf(const std::string& file) const { return sources.at(SourcePath(song, file)); }
  // Its length once it has the song's rate.
  int64_t FramesOf(const Source& source) const;
  // For Region.source_rate: 0 where it has the song's.
  int RateToConvert(const Source& source) const;

  std::string Seconds(int64_t frames) const;  // "1.250 s"
};

}  // namespace trackout
