// How the signals of one song run: who feeds whom, what role they have, what is heard. Pure questions
// about a Song; an index of -1 is the master.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/album.pb.h"

namespace trackout {

inline constexpr int kMaster = -1;
inline constexpr int kNoBus = -2;

// The bus with this name; kMaster for an empty name, kNoBus where there is none.
int FindBus(const Song& song, std::string_view name);

// The track with this name, or -1.
int FindTrack(const Song& song, std::string_view name);

// What a track or a bus feeds. Unknown names count as the master (the check has told them).
int FeedOf(const Song& song, const Track& track);
int FeedOf(const Song& song, const Bus& bus);

// The buses of a cycle, in order of the signal; empty where there is none.
std::vector<int> FindCycle(const Song& song);

// Of a song without cycles:

// The bus that feeds the master on the way of this track; kMaster where the track feeds it directly.
int TopBusOf(const Song& song, const Track& track);

// Whether the track runs through the bus, at any depth.
bool RunsThrough(const Song& song, const Track& track, int bus);

// The track's role, or its bus's, or that of the bus which that one feeds, else ROLE_OTHER.
Role RoleOf(const Song& song, const Track& track);

bool HasSolo(const Song& song);

// Whether the track is heard in the mix: neither it nor a bus on its way is muted, and where anything is
// soloed, it is soloed or feeds a bus that is.
bool IsHeard(const Song& song, const Track& track);

// What a name in `without` or `gains` means: a bus, a role, or (as track:NAME) a track.
struct Selection {
  enum class Kind { kNothing, kBus, kRole, kTrack };
  Kind kind = Kind::kNothing;
  int index = 0;  // of the bus or the track
  Role role = ROLE_UNSPECIFIED;
};
Selection Select(const Song& song, std::string_view name);
bool Includes(const Selection& selection, const Song& song, const Track& track);

}  // namespace trackout
