// The recorded files that an album names: where each use of one stands, and what was found there. Pure.
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

// Every use of a source, in the order of the spec: clips, twins, prints, impulses, those of versions too.
// (Where a print stands in for inserts, their impulses are not used.)
std::vector<SourceUse> SourceUses(const Album& album);

// Those of one song, as it sees them: places without "songs[0]", who without the song.
std::vector<SourceUse> SourceUsesOf(const Song& song);

}  // namespace trackout
