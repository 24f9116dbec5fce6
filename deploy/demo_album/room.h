// A room: eight delay lines that feed each other through a Hadamard matrix (Jot and Chaigne 1991),
// so that a sound comes back from everywhere, ever denser and duller. The album has no reverb of its
// own at mix time; rooms, plates and halls are recorded as tracks, as returns often are.
#pragma once

#include <span>

namespace trackout::demo {

struct Space {
  double decay_s = 1.5;  // to -60 dB
  double size = 1;       // 1 is a hall, 0.3 a small room
  double damping_hz = 5000;
  double predelay_s = 0.01;
  double low_cut_hz = 120;
};

// Adds what the room answers to `left` and `right`. All four are equally long.
void Reverberate(const Space& space, int sample_rate, std::span<const double> in_left,
                 std::span<const double> in_right, std::span<double> left, std::span<double> right);

}  // namespace trackout::demo
