// A farm in one thread: the desk of the product, and around it a clock, a disk, a store, a network, workers
// and clients that are simulated, with every fault that they can have. All chance comes from the seed: a seed
// is a history, and gives it again.
//
//   while faults last (some leases long): coordinators crash before and after their batch is durable, the
//   journal's disk is full, blobs are lost at rest; workers crash, freeze, are drained, fail, lie; messages
//   are lost, doubled, late, overtake each other, and whole directions are cut; clients submit twice, take
//   each other's ids, cancel and pause in the middle of completions then: everything heals, and every order
//   must end
//
// A checker watches from outside (checker.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/coordinator/desk/checker.h"

namespace trackout::test {

// Bugs put between the desk and its farm, to prove that the checker sees such.
enum class Planted {
  kNothing,
  kStaleAccepted,  // a completion of an old lease is taken for that of the lease that is current
  kUnjournaled,    // sometimes a batch is said to be durable, and is not written
  kReadForgotten,  // sometimes a print is forgotten that is read
  kHoarded,        // the desk takes the store's disk for larger than it is
};

enum class Logging { kSilent, kVerbose };

struct Outcome {
  std::optional<Violation> violation;
  Counts counts{};
  int64_t events = 0;
  std::vector<std::string> log;  // where it is verbose
};

Outcome RunHistory(uint64_t seed, Planted planted = Planted::kNothing, Logging logging = Logging::kSilent);

}  // namespace trackout::test
