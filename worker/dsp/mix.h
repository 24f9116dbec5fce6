// The loops over samples that mixing is made of, in 64-bit float. All spans of a call have one length.
// Element by element, so that no width of vectors and no block size changes a bit: multiply, then add,
// never fused.
#pragma once

#include <cstddef>
#include <span>

namespace trackout::dsp {

// out += in * gain
void AddScaled(std::span<const double> in, double gain, std::span<double> out);

// samples *= gain
void Scale(double gain, std::span<double> samples);

// out[i] += interleaved[i * channels + channel] * gain
void AddChannel(std::span<const double> interleaved, size_t channels, size_t channel, double gain,
                std::span<double> out);

// out[2i] = left[i], out[2i + 1] = right[i]
void Interleave(std::span<const double> left, std::span<const double> right, std::span<double> out);
void Deinterleave(std::span<const double> in, std::span<double> left, std::span<double> right);

}  // namespace trackout::dsp
