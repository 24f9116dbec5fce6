// The stems of a song: its sources and returns in groups, as sets that add up. Pure.
//
// wet: what a group's sources give to the master over every path but those that stand as stems of their own
// (returns), and the paths of the returns that the group names. dry: the same without sends. effects: wet
// minus dry. Dry and effects asked for together are one set: they add up to the mix, as the wet ones do.
//
// Keyed stems go through the master with the gains of the whole mix, and add up to the master mix. Where a
// finished master stands in for the inserts, what the filter derived from it does not explain is one stem
// more, Residual, the last one. Stems alone go through the master with gains of their own: they need not add
// up.
#pragma once

#include <string>
#include <vector>

#include "coordinator/planner/prints/mixes.h"
#include "coordinator/planner/prints/prints.h"
#include "proto/album.pb.h"

namespace trackout {

struct Stem {
  std::string name;
  std::string variant;           // wet, dry, effects
  std::vector<PrintTerm> terms;  // none: silence
  MasterPath master = {};
};

struct StemGroupSet {
  std::vector<Stem> stems;  // in the order of the sum
  // What they add up to, where that is not the mix: dry, effects, partial; else empty.
  std::string adds_up_to;
  // What tells the set from others of the song: "dry tracks keyed".
  std::string words;
  std::string master_word = {};  // keyed, alone, or empty: without the master's chain
  MasterPath master = {};        // of what they add up to, or are held against
  bool is_open = false;          // they need not add up
};

// The sets of one entry: wet first.
std::vector<StemGroupSet> StemSetsOf(const Mixer& mixer, const StemsRequest& request);

// Which groups are surely not alike on both sides, so that a mono file does not hold them whole: a sentence
// for each of those.
std::vector<std::string> DoubtsOfMonoStems(const Mixer& mixer, const StemsRequest& request);

}  // namespace trackout
