// Albums made by chance: songs whose tracks, buses, returns and master have chains of processors that the
// seed chooses.
#pragma once

#include <cstdint>
#include <string>

namespace trackout::test {

// The sources that the songs play, below the session's folder.
void RecordForChains(const std::string& folder);

// `songs` songs of about a second, keyed stems as 24-bit and as float files beside the master of both. The
// sum of the float set is not closed by rounding: it tells whether the stems really add up.
std::string RandomChainsText(uint64_t seed, int songs);

}  // namespace trackout::test
