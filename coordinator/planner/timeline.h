// A song's tracks on its time line: what the spec says, held against what the sources are. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

using Sources = std::map<std::string, Source>;  // by the path that SourcePath gives

// A song's file name with the song's folder before it; an absolute one stays.
std::string SourcePath(const Song& song, const std::string& file);

// A place of an album that names a source: "songs[0].tracks[3].file".
struct SourceUse {
  std::string path;
  std::string place;
  std::string who;  // for messages: song "One": track "Kick"
};

// Every use of a source, in the order of the spec.
std::vector<SourceUse> SourceUses(const Album& album);

struct Timeline {
  int sample_rate = 0;
  int64_t frames = 0;            // from 0 to the end of the last clip
  std::vector<RawTrack> tracks;  // channels and regions; no format yet
};

// Findings (errors and warnings) are appended; the time line is whole where no error was. Every source
// that the song uses must be in `sources`.
Timeline ResolveTimeline(const Album& album, int song_index, const Sources& sources,
                         std::vector<Finding>& findings);

}  // namespace trackout
