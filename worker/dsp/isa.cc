// Highway numbers its targets by bits; ours are names. Of x86 those without SSE4.1 take the scalar kernels:
// SSSE3 alone is left out of the build (HWY_DISABLED_TARGETS in worker/CMakeLists.txt), and so is Arm's SVE.
#include "worker/dsp/isa.h"

#include <hwy/highway.h>

#include <array>
#include <cstdint>

namespace trackout::dsp {
namespace {

struct Target {
  Isa isa;
  std::string_view name;
  int64_t bit;
};

// From the plainest to the best.
constexpr std::array kTargets = {
    Target{Isa::kScalar, "scalar", HWY_SCALAR | HWY_EMU128},
    Target{Isa::kNeon, "neon", HWY_NEON},
    Target{Isa::kSse4, "sse4", HWY_SSE4},
    Target{Isa::kAvx2, "avx2", HWY_AVX2},
    Target{Isa::kAvx512, "avx512", HWY_AVX3},
};

// What the machine has, taken before anything is chosen.
int64_t OfMachine() {
  static const int64_t targets = HWY_SUPPORTED_TARGETS & HWY_TARGETS;
  return targets;
}

bool IsAvailable(const Target& target) {
  return (target.bit & OfMachine()) != 0;
}

}  // namespace

std::string_view NameOf(Isa isa) {
  for (const Target& target : kTargets) {
    if (target.isa == isa) return target.name;
  }
  return "";
}

std::vector<Isa> AvailableIsas() {
  std::vector<Isa> isas;
  for (const Target& target : kTargets) {
    if (IsAvailable(target)) isas.push_back(target.isa);
  }
  return isas;
}

bool UseIsa(Isa isa) {
  for (const Target& target : kTargets) {
    if (target.isa != isa || !IsAvailable(target)) continue;
#if (HWY_TARGETS & (HWY_TARGETS - 1)) != 0  // there is a choice
    hwy::GetChosenTarget().Update(target.bit & HWY_TARGETS);
#endif
    return true;
  }
  return false;
}

bool UseIsa(std::string_view name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return UseIsa(target.isa);
  }
  return false;
}

}  // namespace trackout::dsp
