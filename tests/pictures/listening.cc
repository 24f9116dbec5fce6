#include "tests/pictures/listening.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "worker/dsp/functions.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/processors/fft.h"

namespace trackout::pictures {
namespace {

constexpr size_t kPiece = 4096;
constexpr double kTurn = 2 * 3.14159265358979323846;
constexpr int kResponsePoints = 2000;

template <class Samples>
std::vector<std::span<Samples>> PartOf(auto& sound, size_t from, size_t count) {
  std::vector<std::span<Samples>> part;
  for (auto& plane : sound) part.push_back(std::span(plane).subspan(from, count));
  return part;
}

void DropFront(Samples& samples, size_t count) {
  samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

Heard Hear(const dsp::Processor& processor, Sound in) {
  const auto latency = static_cast<size_t>(processor.latency());
  for (Samples& plane : in) plane.resize(plane.size() + latency);
  const std::unique_ptr<dsp::Detector> detector = processor.NewDetector();
  const std::unique_ptr<dsp::Applier> applier = processor.NewApplier();
  const size_t width = detector ? static_cast<size_t>(detector->width()) : 0;
  Heard heard{std::move(in), {}};
  Samples control;
  const size_t frames = heard.out[0].size();
  for (size_t from = 0; from < frames; from += kPiece) {
    const size_t count = std::min(kPiece, frames - from);
    const auto frame = static_cast<int64_t>(from);
    control.resize(count * width);
    if (detector) detector->Detect(frame, PartOf<const double>(heard.out, from, count), {}, control);
    applier->Apply(frame, control, PartOf<double>(heard.out, from, count));
    if (width == 1) heard.control.insert(heard.control.end(), control.begin(), control.end());
  }
  for (Samples& plane : heard.out) DropFront(plane, latency);
  if (width == 1) DropFront(heard.control, latency);
  return heard;
}

Samples Tone(double hertz, size_t frames, const std::function<double(size_t)>& level) {
  Samples samples(frames);
  for (size_t i = 0; i < frames; ++i) {
    const double turns = hertz * static_cast<double>(i) / kRate;
    samples[i] = dsp::Sine(kTurn * (turns - std::floor(turns))) * level(i);
  }
  return samples;
}

Samples Tone(double hertz, size_t frames, double level) {
  return Tone(hertz, frames, [level](size_t) { return level; });
}

Samples Impulse(size_t frames) {
  Samples samples(frames);
  samples[0] = 1;
  return samples;
}

Samples Noise(size_t frames) {
  Samples samples(frames);
  uint64_t state = 1;
  for (double& sample : samples) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    sample = static_cast<double>(static_cast<int64_t>(state) >> 11) * 0x1p-52;
  }
  return samples;
}

size_t FramesIn(double seconds) {
  return static_cast<size_t>(seconds * kRate + 0.5);
}

double SecondsAt(size_t frame) {
  return static_cast<double>(frame) / kRate;
}

double Amplitude(double db) {
  return dsp::FromDecibels(db);
}

double Decibels(double amplitude) {
  return dsp::Decibels(amplitude);
}

double RmsDecibels(const Samples& samples, size_t from, size_t to) {
  double sum = 0;
  for (size_t i = from; i < to; ++i) sum += samples[i] * samples[i];
  return Decibels(std::sqrt(sum / static_cast<double>(to - from)));
}

Samples PowersOf(const Samples& samples) {
  const dsp::Fft fft(samples.size());
  Samples real(fft.bins());
  Samples imaginary(fft.bins());
  Samples scratch(2 * samples.size());
  fft.Forward(samples, {real, imaginary}, scratch);
  for (size_t k = 0; k < real.size(); ++k) real[k] = real[k] * real[k] + imaginary[k] * imaginary[k];
  return real;
}

Points ResponseOf(const Samples& samples, double from_hertz, double to_hertz) {
  const Samples powers = PowersOf(samples);
  const double hertz_of_bin = static_cast<double>(kRate) / static_cast<double>(samples.size());
  const double octaves = dsp::Log2(to_hertz / from_hertz);
  Points points;
  size_t last = 0;
  for (int i = 0; i <= kResponsePoints; ++i) {
    const double hertz = from_hertz * dsp::Exp2(octaves * i / kResponsePoints);
    const size_t bin = static_cast<size_t>(hertz / hertz_of_bin + 0.5);
    if (bin == last || bin >= powers.size()) continue;
    last = bin;
    points.push_back({static_cast<double>(bin) * hertz_of_bin, Decibels(std::sqrt(powers[bin]))});
  }
  return points;
}

// Each level stands for 0.2 s, the last 20 ms of which count: 20 periods.
Points StaticCurve(const dsp::Processor& processor, double from_db, double to_db) {
  const size_t stand = FramesIn(0.2);
  const size_t counted = FramesIn(0.02);
  constexpr double kStep = 0.5;
  const auto levels = static_cast<size_t>((to_db - from_db) / kStep + 1.5);
  const auto level_at = [&](size_t i) { return from_db + kStep * static_cast<double>(i); };
  const Samples in = Tone(1000, stand * levels, [&](size_t i) { return Amplitude(level_at(i / stand)); });
  const Samples out = Hear(processor, {in}).out[0];
  Points points;
  for (size_t i = 0; i < levels; ++i) {
    const size_t end = stand * (i + 1);
    const double gain = RmsDecibels(out, end - counted, end) - RmsDecibels(in, end - counted, end);
    points.push_back({level_at(i), level_at(i) + gain});
  }
  return points;
}

Points GainOver(const dsp::Processor& processor, const Step& step) {
  const size_t from = FramesIn(step.from);
  const size_t to = FramesIn(step.to);
  const Samples in = Tone(1000, FramesIn(step.seconds), [&](size_t i) {
    return Amplitude(i >= from && i < to ? step.high_db : step.low_db);
  });
  const Samples gains = Hear(processor, {in}).control;
  Points points;
  for (size_t i = 0; i < gains.size(); i += 12) points.push_back({1000 * SecondsAt(i), Decibels(gains[i])});
  return points;
}

}  // namespace trackout::pictures
