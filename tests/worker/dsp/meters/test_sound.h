// Sound for the tests of meters, and what libebur128 says of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/dsp/meters/meter_bank.h"

namespace trackout::dsp {

using Plane = std::vector<double>;
using Sound = std::vector<Plane>;  // of one file

Plane Silence(size_t frames);
Plane Noise(size_t frames, double level, uint32_t seed);              // white, +-level
Plane Sine(size_t frames, double level, double hertz, int rate);      // from phase 0
Plane Music(size_t frames, double level, uint32_t seed, int rate);    // bass, beats and rests of noise
Sound MusicOf(int channels, size_t frames, uint32_t seed, int rate);  // channels differ

Reading Measure(const Sound& sound, int rate, size_t block = 4096);

// Of libebur128, peaks in dB. Its momentary values are asked for every 10 ms, those of 3 s every 100 ms, both
// from when their window is full.
struct Expected {
  double peak = 0;
  double true_peak = 0;
  double loudness = 0;
  double momentary = 0;
  double short_term = 0;
  double range = 0;
};
Expected AskLibrary(const Sound& sound, int rate);

}  // namespace trackout::dsp
