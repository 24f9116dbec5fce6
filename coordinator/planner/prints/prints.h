// Prints: what some sources give to the master, over some of their paths. Pure.
//
// A source is a track, or a bus or return with a `print` (Routing::IsSource). A path runs from a source over
// feeds and sends to the master; it belongs to the last return on it, for a return that sends on hands its
// signal over. So every path of a song is either one of the sources' own (no return on it) or of one return,
// and prints that share the paths out add up to the mix. A print depends on nothing but the song and the
// paths; what its gains listen to (whole_song.h) on the song alone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "coordinator/planner/prints/strips.h"

namespace trackout {

struct Paths {
  enum class Sends { kAll, kNone };
  Sends sends = Sends::kAll;  // none: dry, and of delays and reverbs the unprocessed side alone
  // Returns whose paths are left out. What such a return gives to other returns goes on, also behind buses
  // that it feeds.
  std::set<int> cut;
  // Returns that are taken out of the mixer, with all that runs through them.
  std::set<int> without;
  // The paths of this return alone.
  int only = kNoStrip;
};

// The print of these sources; of those that are not heard (Routing::IsHeard) nothing sounds. Without strips
// where nothing reaches the master.
Print PrintOf(const Mixer& mixer, const std::vector<int>& sources, const Paths& paths);

// The signal of a strip with the whole song in it, behind its inserts: a side-chain of the master.
Print TapOf(const Mixer& mixer, int strip);

// A print, and what becomes of it in a sum.
struct PrintTerm {
  Print print;
  double gain_db = 0;
  bool inverted = false;
};

// What sounds in the song: its sources that are heard, in the order of the spec.
std::vector<int> HeardSources(const Routing& routing);

// A key for sets of sources: what a source's sound runs through last before the master, a bus; kMaster where
// there is none (tracks and printed returns that feed it directly).
int FeederOf(const Routing& routing, int source);

// The feeders of the song's sources: kMaster first where it is one, then the buses that feed the master, in
// the order of the spec (those without a source too).
std::vector<int> FeedersOf(const Routing& routing);

}  // namespace trackout
