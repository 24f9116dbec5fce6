// Runs the kernels, meters, processors and the derivation of worker/dsp on fixed samples, with every
// instruction set of the machine, and prints one hash of all bits for each part: "avx2 kernels
// 0123456789abcdef". Needs nothing but worker/dsp, so that it is also built for another processor and run
// there (tests/house/neon). Fails where two instruction sets differ.
//   kernel_digest [PART ...]    without a part all of them
#include <cinttypes>
#include <cstdio>
#include <string>
#include <string_view>

#include "tests/worker/dsp/digest/digest.h"
#include "worker/dsp/isa.h"

namespace trackout::dsp {
namespace {

struct Part {
  const char* name;
  void (*add)(digest::Hash& hash);
};

constexpr Part kParts[] = {
    {"kernels", digest::AddKernels},       {"meters", digest::AddMeters},
    {"levels", digest::AddLevels},         {"eqs", digest::AddEqs},
    {"times", digest::AddTimes},           {"dynamics", digest::AddDynamics},
    {"limiters", digest::AddLimiters},     {"saturators", digest::AddSaturators},
    {"derivation", digest::AddDerivation},
};

// Whether all instruction sets agree.
bool Print(const Part& part) {
  uint64_t first = 0;
  bool agree = true;
  for (const Isa isa : AvailableIsas()) {
    UseIsa(isa);
    digest::Hash hash;
    part.add(hash);
    if (first == 0) first = hash.value();
    agree = agree && hash.value() == first;
    std::printf("%s %s %016" PRIx64 "\n", std::string(NameOf(isa)).c_str(), part.name, hash.value());
  }
  return agree && first != 0;
}

int Main(int count, char** words) {
  bool agree = true;
  bool any = false;
  for (const Part& part : kParts) {
    bool wanted = count < 2;
    for (int i = 1; i < count; ++i) wanted = wanted || std::string_view(part.name) == words[i];
    if (wanted) agree = Print(part) && agree;
    any = any || wanted;
  }
  return agree && any ? 0 : 1;
}

}  // namespace
}  // namespace trackout::dsp

int main(int count, char** words) {
  return trackout::dsp::Main(count, words);
}
