// From the bytes of a file to 64-bit float, one plane a channel. Integers come out exactly: steps / 2^(bits -
// 1).
#pragma once

#include <cstddef>
#include <span>

namespace trackout::dsp {

// Little-endian, interleaved. kFloat64 is what libsndfile hands out.
enum class SampleKind { kInt16, kInt24, kInt32, kFloat32, kFloat64 };

size_t BytesOf(SampleKind kind);

// planes[p][i] = sample of channel channels_wanted[p] in frame i, for all frames of the planes (one length).
// `bytes` has that many frames of `channels` samples. No plane twice.
void Unpack(SampleKind kind, std::span<const std::byte> bytes, size_t channels,
            std::span<const int> channels_wanted, std::span<const std::span<double>> planes);

}  // namespace trackout::dsp
