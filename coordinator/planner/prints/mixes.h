// The mixer of a song taken apart into prints: what each mix hears of it. Pure.
//
// The master mix is the sum of one print for each feeder of the master: the sources that feed it directly
// first, then the buses in the order of the spec. Returns belong to the sources that feed them. A mix that
// leaves out sources takes prints of the others; one that moves a level takes a print of what moves and one
// of the rest; one that moves a return takes prints without its paths, and prints of its paths alone. So a
// mix leaves out what a stem would hold, exactly.
#pragma once

#include <vector>

#include "coordinator/planner/prints/prints.h"
#include "proto/album.pb.h"

namespace trackout {

// How a sum of prints leaves the master.
struct MasterPath {
  MasterUse use = MASTER_NONE;
  bool without_limiters = false;
};

// Whether the master has inserts, or a finished master in their place.
bool HasMasterChain(const Mixer& mixer);

// Of a mix: premaster without the chain; no_limiter without its limiters; words that move a level with gains
// of their own, all others with those of the whole mix, unless `key` says otherwise. Where a finished master
// stands in for the inserts there are no gains of their own: the filter that is derived from it is the whole
// mix's.
MasterPath MasterPathOf(const Mixer& mixer, const MixRequest& mix);

// Of stems: as `master` says, in the same way.
MasterPath MasterPathOf(const Mixer& mixer, StemMaster master);

// What adds up to the mix, in the order of the sum. `mix` must have passed the check.
std::vector<PrintTerm> TermsOf(const Mixer& mixer, const MixRequest& mix);

// The mix of the whole song.
std::vector<PrintTerm> TermsOfMaster(const Mixer& mixer);

}  // namespace trackout
