// Makes one click into many: allpasses one behind the other (M. Schroeder, "Natural sounding artificial
// reverberation", 1962), v[n] = x[n] + g v[n - D], y[n] = v[n - D] - g v[n]. Energy in is energy out, at
// every frequency.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/processors/delay_line.h"

namespace trackout::dsp {

// The least prime that is not below `frames`.
int64_t PrimeFrom(int64_t frames);

// One channel's. One thread at a time.
class Diffuser {
 public:
  // `size`: 1 is a plate; lengths go with it, and differ from channel to channel.
  Diffuser(double size, size_t channel, int sample_rate);

  // In place; at most kTickFrames.
  void Run(std::span<double> samples);

 private:
  struct Allpass {
    int64_t frames;
    double gain;
    DelayLine line;
  };
  std::vector<Allpass> allpasses_;
};

}  // namespace trackout::dsp
