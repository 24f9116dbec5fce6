// What is wrong or doubtful in a song's versions and edits.
#pragma once

#include "core/spec/check/checked_song.h"

namespace trackout {

// Ask CheckTimes first, which knows the bars.
void CheckVersions(CheckedSong& checked);
void CheckEdits(CheckedSong& checked);

}  // namespace trackout
