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

// Functions of the mathematics library that an object calls and whose last bit is the library's own affair
// (exp, sin, pow, ...; not those that are exact by definition, such as floor and sqrt). std::fma is one of
// them.
std::vector<std::string> InexactCalls(const std::string& object);

}  // namespace trackout::test
