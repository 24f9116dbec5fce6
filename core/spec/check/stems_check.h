// What is wrong or doubtful in a request for stems.
#pragma once

#include <string>

#include "core/spec/check/checked_song.h"

namespace trackout {

// Of a song without cycles. `place` is that of the entry.
void CheckStems(CheckedSong& checked, const Deliverable& entry, const std::string& place);

}  // namespace trackout
