#include "tests/worker/dsp/meters/test_sound.h"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace trackout::dsp {
namespace {

Expected Ask(ebur128_state* meter, size_t frames) {
  Expected expected;
  ebur128_loudness_global(meter, &expected.loudness);
  if (frames > 0) ebur128_loudness_range(meter, &expected.range);
  for (unsigned int c = 0; c < meter->channels; ++c) {
    double peak = 0;
    double true_peak = 0;
    ebur128_sample_peak(meter, c, &peak);
    ebur128_true_peak(meter, c, &true_peak);
    expected.peak = std::max(expected.peak, peak);
    expected.true_peak = std::max(expected.true_peak, true_peak);
  }
  expected.peak = 20 * std::log10(expected.peak);
  expected.true_peak = 20 * std::log10(expected.true_peak);
  return expected;
}

}  // namespace

Plane Silence(size_t frames) {
  return Plane(frames);
}

Plane Noise(size_t frames, double level, uint32_t seed) {
  Plane plane(frames);
  for (double& sample : plane) {
    seed = seed * 1664525 + 1013904223;
    sample = level * (seed / 2147483648.0 - 1);
  }
  return plane;
}

Plane Sine(size_t frames, double level, double hertz, int rate) {
  Plane plane(frames);
  for (size_t i = 0; i < frames; ++i) {
    plane[i] = level * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate);
  }
  return plane;
}

Plane Music(size_t frames, double level, uint32_t seed, int rate) {
  Plane plane = Noise(frames, 1, seed);
  double slow = 0;
  for (size_t i = 0; i < frames; ++i) {
    slow += 0.2 * (plane[i] - slow);
    const double seconds = static_cast<double>(i) / rate;
    const double beat = std::exp(-8 * std::fmod(seconds + seed % 7 * 0.01, 0.5));
    const double phrase = std::fmod(seconds, 8) < 5 ? 1 : 0.1;
    plane[i] = level * phrase * (0.5 * slow * (0.3 + beat) + 0.4 * std::sin(345.6 * seconds) * (0.5 + beat));
  }
  return plane;
}

Sound MusicOf(int channels, size_t frames, uint32_t seed, int rate) {
  Sound sound;
  for (int c = 0; c < channels; ++c) sound.push_back(Music(frames, 0.9 / (1 + c), seed + 5 * c, rate));
  return sound;
}

Reading Measure(const Sound& sound, int rate, size_t block) {
  MeterBank bank(rate, {static_cast<int>(sound.size())});
  const std::vector<double> scales{1};
  std::vector<std::span<const double>> planes(sound.size());
  for (size_t first = 0; first < sound[0].size(); first += block) {
    const size_t count = std::min(block, sound[0].size() - first);
    for (size_t c = 0; c < sound.size(); ++c) planes[c] = std::span(sound[c]).subspan(first, count);
    bank.Process(planes, scales);
  }
  return bank.Read(0);
}

Expected AskLibrary(const Sound& sound, int rate) {
  const size_t channels = sound.size();
  const size_t frames = sound[0].size();
  const int mode =
      EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_S | EBUR128_MODE_M | EBUR128_MODE_TRUE_PEAK;
  ebur128_state* meter = ebur128_init(channels, rate, mode);
  if (channels == 8) {
    ebur128_set_channel(meter, 4, EBUR128_Mp135);
    ebur128_set_channel(meter, 5, EBUR128_Mm135);
    ebur128_set_channel(meter, 6, EBUR128_Mp090);
    ebur128_set_channel(meter, 7, EBUR128_Mm090);
  }
  double momentary = -std::numeric_limits<double>::infinity();
  double short_term = momentary;
  const size_t tenth = (rate + 5) / 10;
  std::vector<double> interleaved;
  size_t done = 0;
  for (size_t part = 1; done < frames; ++part) {
    const size_t end = std::min(frames, part * tenth / 10);
    interleaved.clear();
    for (size_t i = done; i < end; ++i) {
      for (size_t c = 0; c < channels; ++c) interleaved.push_back(sound[c][i]);
    }
    ebur128_add_frames_double(meter, interleaved.data(), end - done);
    done = end;
    double loudness = 0;
    if (end >= 4 * tenth && end == part * tenth / 10) {
      ebur128_loudness_momentary(meter, &loudness);
      momentary = std::max(momentary, loudness);
    }
    if (end >= 30 * tenth && end % tenth == 0) {
      ebur128_loudness_shortterm(meter, &loudness);
      short_term = std::max(short_term, loudness);
    }
  }
  Expected expected = Ask(meter, frames);
  expected.momentary = momentary;
  expected.short_term = short_term;
  ebur128_destroy(&meter);
  return expected;
}

}  // namespace trackout::dsp
