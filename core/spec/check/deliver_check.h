// What is wrong or doubtful in what is to be delivered of a song.
#pragma once

#include "core/spec/check/checked_song.h"

namespace trackout {

void CheckDeliver(CheckedSong& checked);

}  // namespace trackout
