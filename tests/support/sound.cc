#include "tests/support/sound.h"

#include <cmath>
#include <cstring>
#include <fstream>

#include "core/audio/wav.h"
#include "tests/support/process.h"

namespace trackout::test {

Format Wav(Format::Bits bits) {
  Format format;
  format.set_container(Format::CONTAINER_WAV);
  format.set_bits(bits);
  return format;
}

std::vector<double> Noise(int64_t samples, double level, uint64_t seed) {
  std::vector<double> noise(static_cast<size_t>(samples));
  uint64_t state = seed * 2654435761u + 1;
  for (double& sample : noise) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto steps = std::floor((static_cast<double>(state >> 11) * 0x1p-52 - 1) * level * 8388607);
    sample = steps / 8388608;
  }
  return noise;
}

std::string WriteWav(const std::string& path, const Format& format, int channels, int sample_rate,
                     const std::vector<double>& interleaved) {
  std::string bytes =
      WavHeader(format, channels, sample_rate, static_cast<int64_t>(interleaved.size()) / channels);
  for (const double sample : interleaved) {
    if (IsFloat(format)) {
      const auto value = static_cast<float>(sample);
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else {
      const auto steps = static_cast<int32_t>(std::lrint(sample * StepsPerUnit(format)));
      bytes.append(reinterpret_cast<const char*>(&steps), static_cast<size_t>(BytesPerSample(format)));
    }
  }
  if (bytes.size() % 2 != 0) bytes.push_back('\0');
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::vector<double> ReadByFfmpeg(const std::string& path) {
  const Ended ended =
      Run({"ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "f64le", "-c:a", "pcm_f64le", "-"});
  std::vector<double> samples(ended.out.size() / sizeof(double));
  std::memcpy(samples.data(), ended.out.data(), samples.size() * sizeof(double));
  return samples;
}

}  // namespace trackout::test
