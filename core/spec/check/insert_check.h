// What is wrong or doubtful in the inserts of a strip or the master.
#pragma once

#include <string>
#include <vector>

#include "core/spec/check/checked_song.h"

namespace trackout {

// Of a track, bus or return, or of kMaster. What depends on the song's rate, CheckInsertRates knows.
void CheckInserts(CheckedSong& checked, int strip);

// `insert "Glue"`, or where it has no name its type.
std::string WhoIsInsert(const Insert& insert);

}  // namespace trackout
