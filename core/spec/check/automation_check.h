// What is wrong in the automation of a strip or the master.
#pragma once

#include "core/spec/check/checked_song.h"

namespace trackout {

// Of a track, bus or return, or of kMaster.
void CheckAutomation(CheckedSong& checked, int strip);

}  // namespace trackout
