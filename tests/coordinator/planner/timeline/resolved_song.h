// Songs on their time line, from their text.
#pragma once

#include <string>
#include <vector>

#include "coordinator/planner/timeline/timeline.h"
#include "tests/coordinator/planned_album.h"

namespace trackout::test {

// A song "One" of these lines, indented by four. What is not said otherwise is 1000 frames of mono at 48 kHz.
inline PlannedAlbum SongOf(const std::string& lines, const std::vector<Source>& recorded = {}) {
  return PlannedAlbum(AlbumText("{mixes: [master]}", "  - title: One\n" + lines), recorded);
}

inline Timeline Resolve(PlannedAlbum& album, int version = -1) {
  return ResolveTimeline(album.album, 0, version, album.sources, album.findings);
}

// What is told of the song itself.
inline std::vector<std::string> ToldOf(const std::string& lines, const std::vector<Source>& recorded = {}) {
  PlannedAlbum album = SongOf(lines, recorded);
  Resolve(album);
  return album.Told();
}

// "0+1000" of each region: where it starts, and how long it is.
inline std::vector<std::string> RegionsOf(const Playlist& playlist) {
  std::vector<std::string> regions;
  for (const Region& region : playlist.regions())
    regions.push_back(std::to_string(region.start_frame()) + "+" + std::to_string(region.frame_count()));
  return regions;
}

}  // namespace trackout::test
