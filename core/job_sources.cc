#include "core/job_sources.h"

#include <set>
#include <string>

namespace trackout {

std::vector<const Digest*> SourcesOf(const RenderJob& job) {
  std::vector<const Digest*> sources;
  std::set<std::string> seen;
  const auto add = [&](const Playlist& playlist) {
    for (const Region& region : playlist.regions()) {
      if (seen.insert(region.source().sha256()).second) sources.push_back(&region.source());
    }
  };
  for (const Strip& strip : job.print().strips()) add(strip.playlist());
  for (const TrackFile& track : job.track_files().tracks()) {
    for (const TrackSignal& signal : track.signals()) add(signal.playlist());
  }
  return sources;
}

}  // namespace trackout
