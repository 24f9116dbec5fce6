#include <cstring>

#include "tests/worker/dsp/digest/digest.h"
#include "worker/dsp/envelope.h"
#include "worker/dsp/fade.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/layout.h"
#include "worker/dsp/mix.h"
#include "worker/dsp/quantise.h"
#include "worker/dsp/unpack.h"

namespace trackout::dsp::digest {
namespace {

constexpr size_t kFrames = 1003;  // leaves a tail for every vector

Samples Noise(uint64_t seed, double most) {
  return digest::Noise(seed, most, kFrames);
}

Planes NoisePlanes(int channels, uint64_t seed, double most = 1) {
  return digest::NoisePlanes(channels, seed, kFrames, most);
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
  const Samples noise = digest::Noise(14, 1, kFrames * 3);
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

}  // namespace

void AddKernels(Hash& hash) {
  AddMixing(hash);
  AddPanning(hash);
  AddCurves(hash);
  AddBytes(hash);
  AddUnpacked(hash);
}

}  // namespace trackout::dsp::digest
