// Runs every kernel of worker/dsp on fixed samples, with every instruction set of the machine, and prints one
// hash of all their bits for each: "avx2 0123456789abcdef". Needs nothing but worker/dsp, so that it is also
// built for another processor and run there (tests/house/neon). Fails where two instruction sets differ.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "worker/dsp/envelope.h"
#include "worker/dsp/fade.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/isa.h"
#include "worker/dsp/layout.h"
#include "worker/dsp/mix.h"
#include "worker/dsp/quantise.h"
#include "worker/dsp/unpack.h"

namespace trackout::dsp {
namespace {

using Samples = std::vector<double>;
using Planes = std::vector<Samples>;

constexpr size_t kFrames = 1003;  // leaves a tail for every vector

// FNV-1a, 64 bits.
class Hash {
 public:
  void Add(const void* data, size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < size; ++i) value_ = (value_ ^ bytes[i]) * 0x100000001b3u;
  }
  void Add(const Samples& samples) { Add(samples.data(), samples.size() * sizeof(double)); }
  void Add(const Planes& planes) {
    for (const Samples& plane : planes) Add(plane);
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325u;
};

// Within +-most, by a linear congruence (Knuth's MMIX).
Samples Noise(uint64_t seed, double most, size_t count = kFrames) {
  Samples samples(count);
  for (double& sample : samples) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    sample = (static_cast<double>(seed >> 11) * 0x1p-52 - 1) * most;
  }
  return samples;
}

Planes NoisePlanes(int channels, uint64_t seed, double most = 1) {
  Planes planes;
  for (int c = 0; c < channels; ++c) planes.push_back(Noise(seed + static_cast<uint64_t>(c), most));
  return planes;
}

std::vector<std::span<const double>> In(const Planes& planes) {
  return {planes.begin(), planes.end()};
}

std::vector<std::span<double>> Out(Planes& planes) {
  return {planes.begin(), planes.end()};
}

void AddMixing(Hash& hash) {
  const Samples in = Noise(1, 1);
  const Samples gains = Noise(2, 1);
  Samples out = Noise(3, 1);
  AddScaled(in, 0.3, out);
  AddScaledBy(in, 0.7, gains, out);
  Scale(1.1, out);
  ScaleBy(gains, out);
  hash.Add(out);
  Planes stereo = NoisePlanes(2, 4);
  Samples frames(2 * kFrames);
  Interleave(In(stereo), frames);
  hash.Add(frames);
  Deinterleave(frames, Out(stereo));
  hash.Add(stereo);
}

void AddPanning(Hash& hash) {
  const Samples gains = Noise(5, 1);
  for (const int from : {1, 2, 3, 4, 6, 8}) {
    for (const int to : {1, 2, 3, 4, 6, 8}) {
      const Matrix matrix = PanMatrix({PanLaw::kMinus4_5, 70, {12.5}}, from, to);
      Planes out = NoisePlanes(to, 6);
      AddMatrix(matrix, In(NoisePlanes(from, 7)), {}, Out(out));
      AddMatrix(matrix, In(NoisePlanes(from, 8)), gains, Out(out));
      hash.Add(out);
    }
  }
  const Samples pan = Noise(9, 100);
  for (const PanLaw law :
       {PanLaw::kMinus3, PanLaw::kMinus4_5, PanLaw::kMinus6, PanLaw::k0, PanLaw::kMinus3Compensated}) {
    Planes out = NoisePlanes(2, 0);
    PanGains(law, 1, pan, Out(out));
    hash.Add(out);
  }
  Planes out = NoisePlanes(8, 0);
  PanGains(PanLaw::kMinus3, 8, pan, Out(out));
  hash.Add(out);
}

void AddCurves(Hash& hash) {
  Samples gains(kFrames);
  FromDecibels(Noise(10, 200), gains);
  hash.Add(gains);
  const EnvelopePoint points[] = {{-10, -3.3}, {100, 6}, {333, -40}, {800, 0.1}};
  LineValues(points, -50, gains);
  hash.Add(gains);
  DecibelGains(points, -50, gains);
  hash.Add(gains);
  const EnvelopePoint mutes[] = {{0, 0}, {100, 1}, {150, 0}, {500, 1}};
  MuteGains(mutes, 96, -50, gains);
  hash.Add(gains);
  for (const FadeShape shape :
       {FadeShape::kLinear, FadeShape::kEqualPower, FadeShape::kSCurve, FadeShape::kLog}) {
    Samples samples = Noise(11, 1);
    FadeIn(shape, 777, 0, samples);
    FadeOut(shape, 555, -500, samples);
    hash.Add(samples);
  }
}

void AddBytes(Hash& hash) {
  Planes steps = NoisePlanes(3, 12, 1.1);
  for (size_t c = 0; c < steps.size(); ++c) {
    if (c == 0) Round(steps[c], 0x1p15, steps[c]);
    if (c != 0) RoundWithTpdf(steps[c], 0x1p15, 99, static_cast<int>(c), 1'000'000, steps[c]);
    hash.Add(steps[c]);
    const int64_t overs = Clip(0x1p15, steps[c]);
    hash.Add(&overs, sizeof overs);
  }
  for (size_t channels = 1; channels <= steps.size(); ++channels) {
    const Planes part(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(channels));
    std::vector<std::byte> bytes(kFrames * channels * 2);
    Pack16(In(part), bytes);
    hash.Add(bytes.data(), bytes.size());
    bytes.resize(kFrames * channels * 3);
    Pack24(In(part), bytes);
    hash.Add(bytes.data(), bytes.size());
    bytes.resize(kFrames * channels * 4);
    PackFloat(In(part), bytes);
    hash.Add(bytes.data(), bytes.size());
  }
  TakeStem(steps[0], steps[1]);
  RoundToFloat(Noise(13, 3), steps[2]);
  hash.Add(steps);
}

void AddUnpacked(Hash& hash) {
  const Samples noise = Noise(14, 1, kFrames * 3);
  for (const SampleKind kind : {SampleKind::kInt16, SampleKind::kInt24, SampleKind::kInt32,
                                SampleKind::kFloat32, SampleKind::kFloat64}) {
    for (int channels = 1; channels <= 3; ++channels) {
      std::vector<std::byte> bytes(kFrames * static_cast<size_t>(channels) * BytesOf(kind));
      for (size_t i = 0; i < bytes.size() / BytesOf(kind); ++i) {
        const auto narrow = static_cast<float>(noise[i]);
        const auto whole = static_cast<int32_t>(noise[i] * 2147483647);
        std::byte* to = &bytes[i * BytesOf(kind)];
        if (kind == SampleKind::kFloat64) {
          std::memcpy(to, &noise[i], 8);
        } else if (kind == SampleKind::kFloat32) {
          std::memcpy(to, &narrow, 4);
        } else {
          std::memcpy(to, &whole, BytesOf(kind));
        }
      }
      Planes planes = NoisePlanes(channels, 0);
      const std::vector<int> wanted = channels == 1   ? std::vector{0}
                                      : channels == 2 ? std::vector{0, 1}
                                                      : std::vector{2, 0, 1};
      Unpack(kind, bytes, static_cast<size_t>(channels), wanted, Out(planes));
      hash.Add(planes);
    }
  }
}

uint64_t DigestOfAll() {
  Hash hash;
  AddMixing(hash);
  AddPanning(hash);
  AddCurves(hash);
  AddBytes(hash);
  AddUnpacked(hash);
  return hash.value();
}

int Main() {
  uint64_t first = 0;
  bool differs = false;
  for (const Isa isa : AvailableIsas()) {
    UseIsa(isa);
    const uint64_t digest = DigestOfAll();
    if (first == 0) first = digest;
    differs |= digest != first;
    const std::string_view name = NameOf(isa);
    std::printf("%.*s %016" PRIx64 "\n", static_cast<int>(name.size()), name.data(), digest);
  }
  return differs || first == 0 ? 1 : 0;
}

}  // namespace
}  // namespace trackout::dsp

int main() {
  return trackout::dsp::Main();
}
