// The loops over samples that mixing is made of, in 64-bit float. All spans of a call have one length.
// Element by element, so that no width of vectors and no block size changes a bit: multiply, then add,
// never fused.
#pragma once

#include <cstddef>
#include <span>

namespace trackout::dsp {

// out += in * gain
void AddScaled(std::span<const double> in, double gain, std::span<double> out);

// out += (in * gain) * gains
void AddScaledBy(std::span<const double> in, double gain, std::span<const double> gains,
                 std::span<double> out);

// samples *= gain
void Scale(double gain, std::span<double> samples);

// samples *= gains
void ScaleBy(std::span<const double> gains, std::span<double> samples);

// out[i * channels + c] = planes[c][i], and back.
void Interleave(std::span<const std::span<const double>> planes, std::span<double> out);
void Deinterleave(std::span<const double> in, std::span<const std::span<double>> planes);

}  // namespace trackout::dsp
