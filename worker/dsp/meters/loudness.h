// Loudness from the energies of 10 ms (ITU-R BS.1770-5; EBU Tech 3341 and 3342): of each 10 ms of a file, the
// sum of squares behind the K-weighting, over the frames of 100 ms, summed over the channels with their
// weights.
//
// Windows are of 100 ms, 400 ms or 3 s and count when they are full. They lie 100 ms apart, those of
// short-term loudness for the range 1 s, and those of the loudest momentary value 10 ms: 100 ms would read a
// burst of 400 ms up to 0.6 LU too low, more than Tech 3341 allows (its cases 13 and 14). Figures are rounded
// to 0.0001; what is silent is -inf.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace trackout::dsp {

// What a channel of a layout weighs (table 3): 0 is the LFE, 1.41 a loudspeaker 60 to 120 degrees off the
// centre, 1 any other. Five channels are L R C Ls Rs.
double LoudnessWeight(int channels, int channel);

inline constexpr size_t kPartsOfTenth = 10;

// The energies of 100 ms, one for each 10 ms they can begin at: what the others ask for.
std::vector<double> Tenths(std::span<const double> energies);

// LUFS. Windows of 400 ms; those below -70 LUFS are left out, then those more than 10 LU below the mean of
// the others. Absent below 400 ms.
std::optional<double> IntegratedLoudness(std::span<const double> tenths);

// LUFS: of the loudest 400 ms and of the loudest 3 s. Absent where the file is shorter.
std::optional<double> MaxMomentary(std::span<const double> tenths);
std::optional<double> MaxShortTerm(std::span<const double> tenths);

// LU: from the 10th to the 95th percentile of windows of 3 s, of those above -70 LUFS and no more than 20 LU
// below their mean; 0 where there is none. Absent below 3 s.
std::optional<double> LoudnessRange(std::span<const double> tenths);

}  // namespace trackout::dsp
