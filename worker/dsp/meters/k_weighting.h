// K-weighting (ITU-R BS.1770-5, annex 1): a high shelf for the head, then a high-pass, and the energy behind
// them.
//
// The filters run frame after frame, so the lanes of a vector are channels: a tile holds the frames of all
// channels in the order of time, tile[frame * lanes + channel]. Each lane does the same sums in the same
// order whatever the width of a vector is, and whoever is in the lanes beside it.
//
// Both filters are in direct form 2. Shelf: w0 = x - a2 w2 - a1 w1, y = b0 w0 + b1 w1 + b2 w2. High-pass,
// whose zeros are at 0 Hz: v0 = y - c2 v2 - c1 v1, z = v0 - 2 v1 + v2 = (v0 - v1) - (v1 - v2). b0 is taken
// out of the loop: it scales the energy.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trackout::dsp {

struct KWeighting {
  double a1 = 0, a2 = 0;  // poles of the shelf
  double b1 = 0, b2 = 0;  // its zeros, over b0
  double c1 = 0, c2 = 0;  // poles of the high-pass
  double power = 1;       // b0^2: what energies are to be multiplied by
};

// For any rate of 7000 Hz and more: the analogue filters behind the table of BS.1770, as De Man found them
// ("Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018) and libebur128 has
// them, by the bilinear transform.
KWeighting KWeightingAt(int sample_rate);

inline constexpr size_t kTileFrames = 64;

// Lanes of a tile: 2, 4, or as many times 8 as the channels need. No vector has more than 8.
size_t LanesFor(size_t channels);

// Of the channels of a tile. Lanes beyond the channels stay 0.
struct KState {
  explicit KState(size_t channels);

  size_t lanes;
  std::vector<double> filters;  // w1 of each lane, then w2, v1, v2, and d1 = v1 - v2
  std::vector<double> energy;   // of each lane the sum of z^2, over b0^2
};

// tile[i * lanes + p] = planes[p][offset + i], for kTileFrames frames. planes.size() <= lanes; other lanes
// are left as they are.
void Transpose(std::span<const double* const> planes, size_t offset, size_t lanes, double* tile);

// Filters `frames` frames of a tile and adds to the energies.
void Weigh(const KWeighting& filter, const double* tile, size_t frames, KState& state);

// What has faded below 1e-30 becomes 0, before it gets so small that processors are slow. To be called at the
// same frames of a file, whatever its blocks are.
void FlushTiny(KState& state);

}  // namespace trackout::dsp
