// An album of two songs that uses every feature of the mixer at once, for tests of the same bytes: the sound
// is judged elsewhere (tests/worker/render), here it only has to be a hard case.
#pragma once

#include <string>

namespace trackout::test {

// Its sources below `folder`: 16, 24 and 32 bits, float and FLAC, mono to 5.1, at three rates; about 3 s.
void RecordTorture(const std::string& folder);

std::string TortureText();

}  // namespace trackout::test
