// What is wrong or doubtful in the mixer of a song: names, feeds, sends, and what each strip has.
#pragma once

#include "core/spec/album_check.h"
#include "core/spec/check/checked_song.h"

namespace trackout {

// Ask CheckTimes first, which knows the bars.
void CheckMixer(CheckedSong& checked, Solo solo);

}  // namespace trackout
