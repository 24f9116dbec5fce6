// True peak (ITU-R BS.1770-5, annex 2): the largest magnitude of the signal between its samples.
//
// The interpolator is that of libebur128: a sinc of 49 taps under a Hann window, four times below 96 kHz,
// twice below 192 kHz. Its middle tap is 1 and those a sample apart are 0, so that one phase is the signal
// itself; what is left is, for sample n of four times, over t = 0 .. 11:
//   at 1/4 and 3/4:  p(n) = sum c[t] x[n - t] and r(n) = sum c[11 - t] x[n - t]
//   at 1/2:          m(n) = sum h[t] x[n - t], h[t] = h[11 - t]
// With s[t] = x[n - t] + x[n - 11 + t] and d[t] = x[n - t] - x[n - 11 + t], t = 0 .. 5, p and r are E + O and
// E - O of E = sum (c[t] + c[11 - t]) / 2 s[t] and O = sum (c[t] - c[11 - t]) / 2 d[t]. So the larger
// magnitude of the two is |E| + |O|. Twice has the phase at 1/2 alone, of 24 taps. Sums are of 32-bit floats,
// in the order of t.
#pragma once

#include <array>
#include <cstddef>

namespace trackout::dsp {

struct Interpolator {
  int factor = 1;                // 4, 2, or 1: nothing between samples is looked at
  std::array<float, 6> even{};   // of four times: (c[t] + c[11 - t]) / 2
  std::array<float, 6> odd{};    // (c[t] - c[11 - t]) / 2
  std::array<float, 12> half{};  // h[t]: 6 of four times, 12 of twice
  // No value between samples is larger than the largest sample of its window times this: the sum of
  // magnitudes of the taps, and what floats may round up.
  double bound = 1;
};

Interpolator InterpolatorAt(int sample_rate);

// How many samples before the first one are looked at.
inline constexpr size_t kInterpolatorHistory = 24;

// The largest magnitude between the samples, for n = 0 .. count - 1. samples[-kInterpolatorHistory .. 63] are
// there to be read. count <= 64.
float HighestBetween(const Interpolator& interpolator, const float* samples, size_t count);

}  // namespace trackout::dsp
