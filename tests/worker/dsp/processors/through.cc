#include "tests/worker/dsp/processors/through.h"

#include <algorithm>
#include <limits>
#include <numbers>

namespace trackout::dsp {
namespace {

constexpr double kWindowBeta = 18;

std::vector<std::span<double>> PiecesOf(Sound& sound, size_t first, size_t count) {
  std::vector<std::span<double>> spans;
  for (Samples& plane : sound) spans.push_back(std::span(plane).subspan(first, count));
  return spans;
}

std::vector<std::span<const double>> PiecesOf(const Sound& sound, size_t first, size_t count) {
  std::vector<std::span<const double>> spans;
  for (const Samples& plane : sound) spans.push_back(std::span(plane).subspan(first, count));
  return spans;
}

}  // namespace

std::vector<Sound> PartsThrough(const Processor& processor, const Sound& whole, std::vector<Sound> parts,
                                const std::vector<size_t>& pieces, int64_t first_frame) {
  const std::unique_ptr<Detector> detector = processor.NewDetector();
  std::vector<std::unique_ptr<Applier>> appliers;
  for (size_t k = 0; k < parts.size(); ++k) appliers.push_back(processor.NewApplier());
  const size_t frames = whole[0].size();
  size_t turn = 0;
  for (size_t i = 0; i < frames;) {
    const size_t count = std::min(frames - i, pieces[turn++ % pieces.size()]);
    const int64_t frame = first_frame + static_cast<int64_t>(i);
    Samples control;
    if (detector != nullptr) {
      control.resize(count * static_cast<size_t>(detector->width()));
      detector->Detect(frame, PiecesOf(whole, i, count), {}, control);
    }
    for (size_t k = 0; k < parts.size(); ++k)
      appliers[k]->Apply(frame, control, PiecesOf(parts[k], i, count));
    i += count;
  }
  return parts;
}

Sound Through(const Processor& processor, const Sound& whole, const std::vector<size_t>& pieces,
              int64_t first_frame) {
  return PartsThrough(processor, whole, {whole}, pieces, first_frame)[0];
}

Sound NoiseSound(size_t channels, size_t frames, unsigned seed, double most) {
  Sound sound;
  for (size_t c = 0; c < channels; ++c) sound.push_back(Noise(frames, seed + static_cast<unsigned>(c), most));
  return sound;
}

Sound HostileSound(size_t channels, size_t frames, unsigned seed) {
  Sound sound = NoiseSound(channels, frames, seed);
  const size_t part = frames / 6;
  for (size_t c = 0; c < channels; ++c) {
    Samples& s = sound[c];
    for (size_t i = 0; i < frames; ++i) {
      switch (i / part) {
        case 0:
          s[i] = s[i] < 0 ? -1 : 1;
          break;
        case 1:
          s[i] = 0;
          break;
        case 2:
          s[i] *= 4e-320;
          break;
        case 3:
          s[i] = i % 501 == c ? 1 : 0;
          break;
        case 4:
          s[i] = (i / (30 + c)) % 2 == 0 ? 1 : -1;
          break;
        default:
          break;
      }
    }
  }
  return sound;
}

void CheckKeepsTheRules(Isa isa, const Make& make, size_t channels) {
  constexpr size_t kFrames = 5000;
  const std::unique_ptr<Processor> processor = make();
  const Sound whole = NoiseSound(channels, kFrames, 77);
  const Sound expected = Through(*processor, whole, {kFrames});
  for (const std::vector<size_t>& pieces :
       std::vector<std::vector<size_t>>{{1}, {64}, {511}, {1000}, {3, 700, 1, 32, 65, 2000}}) {
    const Sound got = Through(*processor, whole, pieces);
    for (size_t c = 0; c < channels; ++c)
      ASSERT_TRUE(SameBits(got[c], expected[c])) << "pieces of " << pieces[0];
  }
  UseIsa(AvailableIsas().front());
  const Sound plain = Through(*processor, whole, {kFrames});
  UseIsa(isa);
  for (size_t c = 0; c < channels; ++c) ASSERT_TRUE(SameBits(plain[c], expected[c])) << "plain instructions";
  constexpr size_t kBefore = 777;
  Sound later = whole;
  for (Samples& plane : later) plane.insert(plane.begin(), kBefore, 0.0);
  later = Through(*processor, later, {509}, -static_cast<int64_t>(kBefore));
  for (size_t c = 0; c < channels; ++c) {
    later[c].erase(later[c].begin(), later[c].begin() + kBefore);
    ASSERT_TRUE(SameBits(later[c], expected[c])) << "with silence before";
  }
  std::vector<Sound> parts{NoiseSound(channels, kFrames, 5), NoiseSound(channels, kFrames, 9, 0.3), whole};
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < kFrames; ++i) parts[2][c][i] -= parts[0][c][i] + parts[1][c][i];
  }
  parts = PartsThrough(*processor, whole, parts);
  double most = 0;
  for (const Samples& plane : expected) {
    for (const double y : plane) most = std::max(most, std::fabs(y));
  }
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = 0; i < kFrames; ++i) {
      ASSERT_NEAR(parts[0][c][i] + parts[1][c][i] + parts[2][c][i], expected[c][i], 1e-12 * (1 + most)) << i;
    }
  }
}

namespace {

// In place, by halves; 2^n values.
void Transform(std::vector<std::complex<double>>& values) {
  const size_t count = values.size();
  if (count == 1) return;
  std::vector<std::complex<double>> even(count / 2);
  std::vector<std::complex<double>> odd(count / 2);
  for (size_t i = 0; i < count / 2; ++i) {
    even[i] = values[2 * i];
    odd[i] = values[2 * i + 1];
  }
  Transform(even);
  Transform(odd);
  for (size_t i = 0; i < count / 2; ++i) {
    const double turn = -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count);
    const std::complex<double> turned = std::polar(1.0, turn) * odd[i];
    values[i] = even[i] + turned;
    values[i + count / 2] = even[i] - turned;
  }
}

}  // namespace

Samples SpectrumOf(std::span<const double> samples) {
  const size_t count = samples.size();
  std::vector<std::complex<double>> values(count);
  double weights = 0;
  for (size_t i = 0; i < count; ++i) {
    const double t = 2 * (static_cast<double>(i) + 0.5) / static_cast<double>(count) - 1;
    const double weight = std::cyl_bessel_i(0, kWindowBeta * std::sqrt(1 - t * t));
    values[i] = samples[i] * weight;
    weights += weight;
  }
  Transform(values);
  Samples amplitudes;
  for (size_t i = 0; i < count / 2; ++i) amplitudes.push_back(2 * std::abs(values[i]) / weights);
  return amplitudes;
}

Samples Sine(size_t frames, double frequency, int rate, double amplitude) {
  Samples samples(frames);
  const double turn = 2 * std::numbers::pi * frequency / rate;
  for (size_t i = 0; i < frames; ++i) samples[i] = amplitude * std::sin(turn * static_cast<double>(i));
  return samples;
}

}  // namespace trackout::dsp
