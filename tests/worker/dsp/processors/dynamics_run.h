// Runs a level-dependent processor over a whole sound, in pieces.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "tests/worker/dsp/each_isa.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

using Sound = std::vector<Samples>;  // planes

struct Ran {
  Sound out;
  Samples control;
};

// Sizes of pieces, over and over.
using Pieces = std::vector<size_t>;

inline std::vector<std::span<const double>> PartOf(const Sound& sound, size_t from, size_t count) {
  std::vector<std::span<const double>> part;
  for (const Samples& plane : sound) part.push_back(std::span(plane).subspan(from, count));
  return part;
}

inline Ran RunDynamics(const Processor& processor, const Sound& whole, const Sound& sidechain = {},
                       int64_t first_frame = 0, const Pieces& pieces = {512}) {
  const std::unique_ptr<Detector> detector = processor.NewDetector();
  const std::unique_ptr<Applier> applier = processor.NewApplier();
  const auto width = static_cast<size_t>(detector->width());
  const size_t frames = whole[0].size();
  Ran ran{whole, Samples(frames * width)};
  size_t piece = 0;
  for (size_t from = 0; from < frames;) {
    const size_t count = std::min(pieces[piece++ % pieces.size()], frames - from);
    const int64_t frame = first_frame + static_cast<int64_t>(from);
    const std::span<double> control = std::span(ran.control).subspan(from * width, count * width);
    detector->Detect(frame, PartOf(whole, from, count), PartOf(sidechain, from, count), control);
    std::vector<std::span<double>> planes;
    for (Samples& plane : ran.out) planes.push_back(std::span(plane).subspan(from, count));
    applier->Apply(frame, control, planes);
    from += count;
  }
  return ran;
}

// A part of the whole through an applier of its own.
inline Sound ApplyTo(const Processor& processor, const Sound& part, const Samples& control) {
  Sound out = part;
  std::vector<std::span<double>> planes(out.begin(), out.end());
  processor.NewApplier()->Apply(0, control, planes);
  return out;
}

inline Samples Sine(double hertz, double amplitude, size_t frames, int sample_rate, double phase = 0) {
  Samples samples(frames);
  for (size_t i = 0; i < frames; ++i) {
    samples[i] = amplitude *
                 std::sin(2 * 3.14159265358979323846 * hertz / sample_rate * static_cast<double>(i) + phase);
  }
  return samples;
}

inline double Decibel(double amplitude) {
  return 20 * std::log10(amplitude);
}

inline double Amplitude(double db) {
  return std::pow(10, db / 20);
}

}  // namespace trackout::dsp
