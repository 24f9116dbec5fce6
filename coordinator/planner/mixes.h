// The mixer of a song taken apart into prints: what each deliverable hears of it. Pure.
//
// A print is what one feeder of the master (a bus, or all tracks that feed the master directly) gives with
// some of its tracks sounding. The master mix is the sum of all prints, direct tracks first, then buses in
// the order of the spec. A mix that leaves out tracks takes prints of the others; one that moves a level
// takes a print of what moves and one of the rest. So a mix leaves out what a stem would hold, exactly.
#pragma once

#include <vector>

#include "coordinator/planner/timeline.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// The buses that feed the master, in the order of the spec; kMaster first where tracks feed it directly.
std::vector<int> FeedersOf(const Song& song);

// The print of one feeder with all of its heard tracks.
Print PrintOfFeeder(const Album& album, const Song& song, const Timeline& timeline, int feeder);

// A print and its level in a mix.
struct PrintTerm {
  Print print;
  double gain_db = 0;
};

// What adds up to the mix, in the order of the sum. `mix` must have passed the check.
std::vector<PrintTerm> TermsOf(const Album& album, const Song& song, const Timeline& timeline,
                               const MixRequest& mix);

}  // namespace trackout
