// The files of a song's tracks: raw (clips, nothing else), processed (up to the fader, with the inserts), and
// their unprocessed twins; some of them added up to one. Pure.
#pragma once

#include <string>
#include <vector>

#include "coordinator/planner/prints/strips.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

struct TrackDelivery {
  std::string name;        // of the track, or of the combination
  std::string variant;     // raw, processed, di
  bool is_unused = false;  // nothing of it is heard in the mix
  int bus = kMaster;       // that the (first) track feeds
  int channels = 0;        // the most of its signals
  // In the order of the spec. What their inserts listen to are strips of the song as yet.
  std::vector<TrackSignal> signals = {};
};

// In the order of what was asked for, then of the spec; a combination stands where its first track would, and
// its tracks are not there by themselves. What has no twin has no di file.
std::vector<TrackDelivery> TrackDeliveriesOf(const Mixer& mixer, const TracksRequest& request);

// Gives the files, when all of a job are there, what their inserts listen to.
void AddWhole(const Mixer& mixer, TrackFiles& files);

}  // namespace trackout
