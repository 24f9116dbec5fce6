// What is wrong in the inserts of a song at its sample rate: frequencies that it does not hold, and times in
// samples that are out of their range. Pure.
#pragma once

#include <vector>

#include "core/spec/check/checked_song.h"

namespace trackout {

// A filter's frequency is at most this part of the rate: nearer to its half, the bilinear design has no room.
inline constexpr double kMostOfRate = 0.49;

// Of the tracks, buses, returns and the master, in the values that are written and in their automation; and
// of a deesser that writes no frequency.
void CheckInsertRates(CheckedSong& checked, int sample_rate);

// The same for those who learn the rate from the sources, as whole findings: `song "One": ...`, at places as
// CheckAlbum gives. A song that writes its sample_rate has been asked by CheckAlbum already.
std::vector<Finding> CheckInsertsAtRate(const Album& album, int song_index, int sample_rate);

}  // namespace trackout
