// Fused multiply-add rounds once where a multiplication and an addition round twice, so that the same sound
// would have other bytes on another machine. None may be in the objects that make sound.
#pragma once

#include <string>
#include <vector>

namespace trackout::test {

// Every object file below a folder whose path has one of these parts, such as "/dsp/".
std::vector<std::string> ObjectsBelow(const std::string& folder, const std::vector<std::string>& parts);

// Fused instructions in an object file, as objdump writes them; x86 and ARM.
std::vector<std::string> FusedInstructions(const std::string& object);

}  // namespace trackout::test
