// The inserts of a strip or of the master as they are rendered: every parameter written, every time in
// nanoseconds, automation at frames of the song, impulses as they are recorded. Pure.
#pragma once

#include <string>
#include <vector>

#include "coordinator/planner/timeline/session.h"
#include "core/spec/routing.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// Whose inserts, and where the spec has them.
struct Rack {
  int strip;  // of the song, or kMaster
  const google::protobuf::RepeatedPtrField<AutomationLane>& automation;
  std::string place;  // below the song: ".tracks[3]"
  std::string who;    // for messages: track "Vox"
  int channels;       // 0 where nobody knows: there was an error
};

// One processor for each insert of a song that passed the check, in order. `sidechain` is a strip of the song
// as yet: a job counts it among its own. Tells what only the sources know (an impulse or a width that does
// not fit) to the session; whole where nothing was wrong.
std::vector<Processor> ProcessorsOf(const Session& session, const Routing& routing, const Rack& rack);

// Whether what it does depends on how loud its signal is, or that of its side-chain.
bool IsLevelDependent(const Insert& insert);

// Whether its unprocessed side is what a dry stem has of it.
bool IsTimeBased(const Insert& insert);

}  // namespace trackout
