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

// What adds up to the mix, in the order of the sum. `mix` must have passed the check.
std::vector<PrintTerm> TermsOf(const Mixer& mixer, const MixRequest& mix);

// The mix of the whole song.
std::vector<PrintTerm> TermsOfMaster(const Mixer& mixer);

}  // namespace trackout
