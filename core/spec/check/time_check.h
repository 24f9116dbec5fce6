// What is wrong or doubtful in a song's times: its tempo, its stretch, its markers, its clips.
#pragma once

#include <string>

#include "core/spec/check/checked_song.h"

namespace trackout {

// Makes the bars known to the song, and checks every time of it but those of automation, versions and edits.
void CheckTimes(CheckedSong& checked);

// Of a track, or of what a version replaces in it. `place` is that of the list.
void CheckClips(CheckedSong& checked, const google::protobuf::RepeatedPtrField<Clip>& clips,
                const std::string& place, const std::string& who);

}  // namespace trackout
