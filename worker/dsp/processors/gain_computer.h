// The static curves of dynamics: from a level in dB to a reduction in dB (0 and above), element by element.
// All spans of a call have one length.
#pragma once

#include <span>

namespace trackout::dsp {

// In place: Decibels of each (worker/dsp/functions.h), to the last bit.
void DecibelsOfSpan(std::span<double> amplitudes);

// Downward compression (Giannoulis, Massberg, Reiss: Digital Dynamic Range Compressor Design, JAES 60 (6),
// 2012, eq. 4). In place, with o = level - threshold, W = the knee and s = 1 - 1 / ratio: 0 below the knee; s
// (o + W/2)^2 / (2 W) within it, 2 |o| <= W; s o above it.
void CompressLevels(std::span<double> levels, std::span<const double> thresholds,
                    std::span<const double> slopes, std::span<const double> knees);

// 1 - 1 / ratio, in place. Ratios are 1 .. inf; what a line on its way from or to inf leaves undefined is
// inf.
void CompressionSlopes(std::span<double> ratios);

// Downward expansion, in place, as part of the range, 0 .. 1: min(1, (ratio - 1) (threshold - level) / range)
// below the threshold, 0 from it on. Levels of -300 dB and less are silence: 1.
void ExpandLevels(std::span<double> levels, std::span<const double> thresholds,
                  std::span<const double> slopes, std::span<const double> ranges);

// ratio - 1, at most 1e300, in place.
void ExpansionSlopes(std::span<double> ratios);

}  // namespace trackout::dsp
