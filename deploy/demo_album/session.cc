#include "deploy/demo_album/session.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audio/wav.h"
#include "deploy/demo_album/instruments/filters.h"

namespace trackout::demo {
namespace {

constexpr double kSubsonicHz = 22;
constexpr double kDiedAway = 1e-5;  // of the peak: -100 dB
constexpr double kFade_s = 0.03;
constexpr double kSilence_s = 0.25;

double PeakOf(const Take& take) {
  double peak = 0;
  for (const std::vector<double>& side : take.sides) {
    for (double sample : side) peak = std::max(peak, std::abs(sample));
  }
  return peak;
}

void RemoveSubsonics(std::span<double> side, int sample_rate) {
  Biquad first = Biquad::HighPass(kSubsonicHz, 0.7071, sample_rate);
  for (double& sample : side) sample = first.Next(sample);
}

size_t FrameAt(double time_s, int sample_rate) {
  return static_cast<size_t>(std::llround(std::max(0.0, time_s) * sample_rate));
}

// The frames from the start up to where every side has fallen below the threshold for good.
size_t SoundingFrames(const Take& take, double threshold) {
  size_t frames = 0;
  for (const std::vector<double>& side : take.sides) {
    for (size_t n = side.size(); n > frames; --n) {
      if (std::abs(side[n - 1]) <= threshold) continue;
      frames = n;
      break;
    }
  }
  return frames;
}

void Crop(Take& take, const Print& print, int sample_rate) {
  const size_t from = FrameAt(print.from_s, sample_rate);
  size_t to = FrameAt(print.to_s, sample_rate);
  if (print.to_s == 0) {
    to = std::min(take.sides[0].size(),
                  SoundingFrames(take, kDiedAway * PeakOf(take)) + FrameAt(kSilence_s, sample_rate));
    const size_t fade = FrameAt(kFade_s, sample_rate);
    const size_t silent = to - std::min(to, FrameAt(kSilence_s, sample_rate));
    for (std::vector<double>& side : take.sides) {
      for (size_t n = silent; n < to; ++n) {
        side[n] *= std::max(0.0, 1.0 - static_cast<double>(n - silent) / static_cast<double>(fade));
      }
    }
  }
  for (std::vector<double>& side : take.sides) {
    side.resize(to);
    side.erase(side.begin(), side.begin() + static_cast<std::ptrdiff_t>(std::min(from, to)));
  }
}

// A sample as the word whose low bytes are written.
uint32_t WordOf(double sample, Format::Bits bits) {
  if (bits == Format::BITS_32F) return std::bit_cast<uint32_t>(static_cast<float>(sample));
  return static_cast<uint32_t>(std::lrint(sample * (bits == Format::BITS_16 ? 32767.0 : 8388607.0)));
}

std::string WavBytes(const Take& take, Format::Bits bits, int sample_rate) {
  Format format;
  format.set_container(Format::CONTAINER_WAV);
  format.set_bits(bits);
  const size_t frames = take.sides[0].size();
  std::string bytes =
      WavHeader(format, static_cast<int>(take.sides.size()), sample_rate, static_cast<int64_t>(frames));
  const size_t sample_bytes = bits == Format::BITS_16 ? 2 : bits == Format::BITS_32F ? 4 : 3;
  const size_t data_bytes = frames * take.sides.size() * sample_bytes;
  size_t at = bytes.size();
  bytes.resize(at + data_bytes + data_bytes % 2);  // RIFF pads to even
  for (size_t n = 0; n < frames; ++n) {
    for (const std::vector<double>& side : take.sides) {
      const uint32_t word = WordOf(side[n], bits);
      for (size_t i = 0; i < sample_bytes; ++i) bytes[at++] = static_cast<char>(word >> (8 * i));
    }
  }
  return bytes;
}

}  // namespace

std::span<double> From(std::span<double> sound, double start_s, int sample_rate) {
  return sound.subspan(std::min(sound.size(), FrameAt(start_s, sample_rate)));
}

void Add(std::span<const double> source, double gain, std::span<double> target) {
  for (size_t n = 0; n < source.size(); ++n) target[n] += gain * source[n];
}

Session::Session(std::filesystem::path folder, int sample_rate, double length_s)
    : folder_(std::move(folder)), sample_rate_(sample_rate), length_s_(length_s) {}

Take Session::Blank(size_t sides) const {
  Take take;
  take.sides.resize(sides);
  for (std::vector<double>& side : take.sides) side.resize(FrameAt(length_s_, sample_rate_));
  return take;
}

void Session::Keep(std::string_view file_name, Take take, const Print& print) {
  if (!status_.ok()) return;
  for (std::vector<double>& side : take.sides) RemoveSubsonics(side, sample_rate_);
  // The peak of the whole take, so that two files cut from one take keep their balance.
  const double gain = std::pow(10.0, print.peak_dbfs / 20.0) / std::max(1e-9, PeakOf(take));
  Crop(take, print, sample_rate_);
  for (std::vector<double>& side : take.sides) {
    for (double& sample : side) sample *= gain;
  }

  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  const std::filesystem::path path = folder_ / file_name;
  const std::string bytes = WavBytes(take, print.bits, sample_rate_);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) {
    status_ = absl::UnavailableError(
        absl::StrCat("cannot write \"", path.string(), "\": is the folder writable, and is there space?"));
  }
}

}  // namespace trackout::demo
