// What is wrong or doubtful in what a song wants of its master: its finished print, and deliverables that go
// through its inserts or listen to them.
#pragma once

#include <string>

#include "core/spec/check/checked_song.h"

namespace trackout {

// Of the master itself.
void CheckMaster(CheckedSong& checked);

// Of an entry of `deliver`, at its place.
void CheckThroughMaster(CheckedSong& checked, const Deliverable& entry, const std::string& place);

}  // namespace trackout
