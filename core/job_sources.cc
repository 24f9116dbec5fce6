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
  const auto add_inserts = [&](const auto& inserts) {
    for (const Processor& processor : inserts) add(processor.impulse());
  };
  const auto add_strips = [&](const auto& strips) {
    for (const Strip& strip : strips) {
      add(strip.playlist());
      add_inserts(strip.inserts());
    }
  };
  add_strips(job.print().strips());
  add_strips(job.print().whole());
  for (const TrackFile& track : job.track_files().tracks()) {
    for (const TrackSignal& signal : track.signals()) {
      add(signal.playlist());
      add_inserts(signal.inserts());
    }
  }
  add_strips(job.track_files().whole());
  add_inserts(job.finish().master().inserts());
  add(job.finish().master().print());
  return sources;
}

}  // namespace trackout
