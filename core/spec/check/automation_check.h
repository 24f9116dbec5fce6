// What is wrong in the automation of a strip or the master.
#pragma once

#include <string>

#include "core/spec/check/checked_song.h"

namespace trackout {

// Of a track, bus or return.
void CheckAutomation(CheckedSong& checked, int strip);

void CheckMasterAutomation(CheckedSong& checked);

}  // namespace trackout
