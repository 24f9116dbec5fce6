// Which instructions the kernels use. Every kernel is one source (Highway) that is compiled for several
// instruction sets, and the best one of this machine is taken at run time. The bytes do not change with it.
//
// Thread-safe. What is set counts for the whole process, so it is set once, at the start, or in a test.
#pragma once

#include <string_view>
#include <vector>

namespace trackout::dsp {

enum class Isa { kScalar, kSse4, kAvx2, kAvx512, kNeon };

std::string_view NameOf(Isa isa);  // "scalar", "sse4", "avx2", "avx512", "neon"

// What this build and this machine have, from the plainest to the best.
std::vector<Isa> AvailableIsas();

// False where this build or this machine does not have it; then nothing changes.
bool UseIsa(Isa isa);
bool UseIsa(std::string_view name);

}  // namespace trackout::dsp
