// Modal synthesis: whatever is struck or plucked (strings, skins, bronze) rings as a sum of sines
// that each die away at their own pace. Everything from the piano to the ride cymbal is a list of
// such modes.
#pragma once

#include <span>
#include <vector>

namespace trackout::demo {

struct Mode {
  double frequency_hz = 0;
  double level = 0;
  double decay_s = 0;  // the time to fall by 60 dB
  double phase = 0;    // 0 begins without a click
};

// Adds the modes to `out`, from its first sample until they have died away or `out` ends. Modes too
// near to half the sample rate are left out.
void Ring(std::span<const Mode> modes, int sample_rate, std::span<double> out);

}  // namespace trackout::demo
