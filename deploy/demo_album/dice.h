// Chance, the same on every machine: a SplitMix64 generator (Steele, Lea, Flood 2014). The random
// numbers of the standard library would do, but its distributions differ from one library to the
// next, and the demo album must have the same bytes wherever it is made.
#pragma once

#include <cstdint>

namespace trackout::demo {

class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 0x1234567u) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // From 0 up to, but not, 1.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // From -width to +width; with the width 1 this is white noise.
  double Spread(double width) { return width * (2.0 * Uniform() - 1.0); }

  // Near 0, seldom near +-width: how a good player misses the beat.
  double Sway(double width) { return width * (Uniform() + Uniform() + Uniform() - 1.5) / 1.5; }

 private:
  uint64_t state_;
};

}  // namespace trackout::demo
