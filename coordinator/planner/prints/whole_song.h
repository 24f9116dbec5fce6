// What gains listen to: strips with the whole song in them, so that nothing changes because a stem is
// rendered alone. Pure.
//
// A compressor on a bus must not work less because a stem has only some of what feeds the bus, and what
// listens to a side-chain hears it whether it is in the stem or not. So a job holds such strips a second
// time, with all that feeds and sends to them in the full song, whatever sources, cuts or dryness thin the
// rest of the job.
#pragma once

#include <vector>

#include "coordinator/planner/prints/strips.h"
#include "proto/render.pb.h"

namespace trackout {

using StripList = google::protobuf::RepeatedPtrField<Strip>;
using ProcessorList = google::protobuf::RepeatedPtrField<Processor>;

struct WholeSong {
  StripList strips;           // in the order of the spec; side-chains are indices into it
  std::vector<int> index_of;  // by strip of the song: where it stands; kNoStrip where it does not
};

// These strips, and what feeds, sends to, or is listened to by any of them: no more. One that is asked for
// may be muted or not heard, for it is listened to before that; it then gives nothing on. (In a song with a
// solo, what cannot be heard gives nothing either.)
WholeSong WholeSongOf(const Mixer& mixer, const std::vector<int>& needed);

// The strips that inserts listen to, where their side-chains are strips of the song.
void AddSidechains(const ProcessorList& inserts, std::vector<int>& needed);

// Turns those side-chains into indices.
void PointSidechains(const WholeSong& whole, ProcessorList& inserts);

}  // namespace trackout
