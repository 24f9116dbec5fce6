#include "tests/worker/dsp/digest/digest.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <memory>

namespace trackout::dsp::digest {
namespace {

constexpr int64_t kFirstFrame = -100;
constexpr size_t kPieces[] = {1, 64, 511, 1000, 27};

template <typename Planes, typename View>
std::vector<View> PartOf(Planes& planes, size_t from, size_t count) {
  std::vector<View> views;
  for (auto& plane : planes) views.push_back(View(plane).subspan(from, count));
  return views;
}

// What is not a number has bits of the machine's own.
void AddFinite(Hash& hash, const Planes& planes) {
  for (const Samples& plane : planes) {
    assert(std::all_of(plane.begin(), plane.end(), [](double sample) { return std::isfinite(sample); }));
    hash.Add(plane);
  }
}

// take(from, count) for one piece after the other.
template <typename Take>
void InPieces(size_t frames, const Take& take) {
  size_t piece = 0;
  for (size_t from = 0; from < frames; ++piece) {
    const size_t count = std::min(kPieces[piece % std::size(kPieces)], frames - from);
    take(from, count);
    from += count;
  }
}

Samples ControlOf(const Processor& processor, const Planes& whole, const Planes& sidechain, size_t& width) {
  const std::unique_ptr<Detector> detector = processor.NewDetector();
  width = detector == nullptr ? 0 : static_cast<size_t>(detector->width());
  Samples control(whole[0].size() * width);
  if (detector == nullptr) return control;
  InPieces(whole[0].size(), [&](size_t from, size_t count) {
    using View = std::span<const double>;
    detector->Detect(kFirstFrame + static_cast<int64_t>(from), PartOf<const Planes, View>(whole, from, count),
                     PartOf<const Planes, View>(sidechain, from, count),
                     std::span(control).subspan(from * width, count * width));
  });
  return control;
}

void AddApplied(Hash& hash, const Processor& processor, std::span<const double> control, size_t width,
                Planes part) {
  const std::unique_ptr<Applier> applier = processor.NewApplier();
  InPieces(part[0].size(), [&](size_t from, size_t count) {
    applier->Apply(kFirstFrame + static_cast<int64_t>(from), control.subspan(from * width, count * width),
                   PartOf<Planes, std::span<double>>(part, from, count));
  });
  AddFinite(hash, part);
}

}  // namespace

void Hash::Add(const void* data, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < size; ++i) value_ = (value_ ^ bytes[i]) * 0x100000001b3u;
}

void Hash::Add(const Samples& samples) {
  Add(samples.data(), samples.size() * sizeof(double));
}

void Hash::Add(const Planes& planes) {
  for (const Samples& plane : planes) Add(plane);
}

Samples Noise(uint64_t seed, double most, size_t count) {
  Samples samples(count);
  for (double& sample : samples) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    sample = (static_cast<double>(seed >> 11) * 0x1p-52 - 1) * most;
  }
  return samples;
}

Planes NoisePlanes(int channels, uint64_t seed, size_t count, double most) {
  Planes planes;
  for (int c = 0; c < channels; ++c) planes.push_back(Noise(seed + static_cast<uint64_t>(c), most, count));
  return planes;
}

Planes SteppingPlanes(int channels, uint64_t seed, size_t count) {
  constexpr double kLevels[] = {0.3, 1e-3, 1.5, 0, 0.08, 1, 1e-310, 0.02, 6};
  constexpr size_t kStep = 200;
  Planes planes = NoisePlanes(channels, seed, count);
  for (Samples& plane : planes) {
    double low = 0;
    for (size_t n = 0; n < count; ++n) {
      low += (plane[n] - low) * 0.2;
      plane[n] = (plane[n] * 0.3 + low) * kLevels[n / kStep % std::size(kLevels)];
    }
  }
  return planes;
}

std::vector<std::span<const double>> In(const Planes& planes) {
  return {planes.begin(), planes.end()};
}

std::vector<std::span<double>> Out(Planes& planes) {
  return {planes.begin(), planes.end()};
}

Parameter Moving(double a, double b) {
  return Parameter({{-30, a}, {333, b}, {333, (a + b) / 2}, {1000, (a + b) / 2}, {1501, a}});
}

void AddRun(Hash& hash, const Processor& processor, const Planes& whole, const Planes& sidechain) {
  size_t width = 0;
  const Samples control = ControlOf(processor, whole, sidechain, width);
  AddFinite(hash, {control});
  AddApplied(hash, processor, control, width, whole);
  Planes part = whole;
  for (size_t c = 0; c < part.size(); ++c) {
    const Samples other = Noise(1000 + c, 1, part[c].size());
    for (size_t n = 0; n < other.size(); ++n) part[c][n] *= other[n];
  }
  AddApplied(hash, processor, control, width, std::move(part));
}

}  // namespace trackout::dsp::digest
