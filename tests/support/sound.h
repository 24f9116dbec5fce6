// Sound for tests: made by rule, written as WAV, read back by programs that are not ours.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "proto/album.pb.h"

namespace trackout::test {

Format Wav(Format::Bits bits);

// Noise within +-level of full scale, the same for the same seed, on the grid of 24 bits.
std::vector<double> Noise(int64_t samples, double level, uint64_t seed);

// Writes interleaved samples as WAV. 16 and 24 bits: rounded; float: as they are. Returns the path.
std::string WriteWav(const std::string& path, const Format& format, int channels, int sample_rate,
                     const std::vector<double>& interleaved);

// Interleaved samples of any file, read by ffmpeg.
std::vector<double> ReadByFfmpeg(const std::string& path);

}  // namespace trackout::test
