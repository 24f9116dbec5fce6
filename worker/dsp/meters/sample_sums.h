// What is measured of the samples themselves: peak, sum, squares, products of two channels.
//
// Sample i of a file goes to sum i % 8, whatever the width of a vector is, and the eight sums are added in a
// fixed order at the end. Calls begin at multiples of 64 frames of the file.
#pragma once

#include <array>
#include <cstddef>

namespace trackout::dsp {

using EightSums = std::array<double, 8>;

double Total(const EightSums& sums);

struct SampleSums {
  EightSums sum{};
  EightSums squares{};
};

// Of `frames` samples, a multiple of 64: adds to the sums, writes the samples as 32-bit floats, and the
// largest magnitude of each 64 samples: peaks[frames / 64].
void Survey(const double* samples, size_t frames, SampleSums& sums, float* floats, double* peaks);

// products[i % 8] += left[i] * right[i]; frames is a multiple of 64.
void AddProducts(const double* left, const double* right, size_t frames, EightSums& products);

}  // namespace trackout::dsp
