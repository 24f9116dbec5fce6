// Chance with a seed: the same everywhere, which std::uniform_int_distribution is not.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace trackout::test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // SplitMix64 (Steele, Lea, Flood 2014).
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // From `least` to `most`, both included.
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(Next() % static_cast<uint64_t>(most - least + 1));
  }
  // Once in a thousand, and so on.
  bool Chance(int64_t per_mille) { return Between(0, 999) < per_mille; }
  absl::Duration Time(absl::Duration least, absl::Duration most) {
    return absl::Microseconds(Between(absl::ToInt64Microseconds(least), absl::ToInt64Microseconds(most)));
  }

 private:
  uint64_t state_;
};

}  // namespace trackout::test
