// From 64-bit float to the samples of a file. All spans of a call have one length.
//
// Rounding is to the nearest step, halves to even. It is done by adding 1.5 * 2^52, at which a double's
// last bit is 1, and taking it away again: the processor's own rounding, with no function call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trackout::dsp {

// steps = round(samples * steps_per_unit): whole numbers, not yet clipped. +-2^50 bounds them. In place is
// allowed.
void Round(std::span<const double> samples, double steps_per_unit, std::span<double> steps);

// The same with TPDF dither of +-1 step (2 steps from peak to peak; Lipshitz, Wannamaker, Vanderkooy 1992).
// The noise is a function of seed, channel and frame alone, so it is the same in whatever blocks it is asked
// for: two 32-bit halves of SplitMix64 (Steele, Lea, Flood 2014) of a counter, added.
void RoundWithTpdf(std::span<const double> samples, double steps_per_unit, uint64_t seed, int channel,
                   int64_t first_frame, std::span<double> steps);

// A stem of a set that is quantised cumulatively: `steps` has q(s1 + ... + sk) and becomes the stem, the
// difference from `last`, q(s1 + ... + s(k-1)), which becomes q(s1 + ... + sk).
void TakeStem(std::span<double> steps, std::span<double> last);

// What clipping does to whole steps: within -steps_per_unit .. steps_per_unit - 1. Returns the overs (samples
// clipped).
int64_t Clip(double steps_per_unit, std::span<double> steps);

// samples = the nearest 32-bit floats; magnitudes beyond their range become the largest.
void RoundToFloat(std::span<const double> samples, std::span<double> rounded);

// Little-endian bytes of interleaved frames: sample i of channel c at bytes[(i * channels + c) * size]. Steps
// are whole and within the format: Clip comes first.
void Pack16(std::span<const std::span<const double>> steps, std::span<std::byte> bytes);
void Pack24(std::span<const std::span<const double>> steps, std::span<std::byte> bytes);
void PackFloat(std::span<const std::span<const double>> samples, std::span<std::byte> bytes);

}  // namespace trackout::dsp
