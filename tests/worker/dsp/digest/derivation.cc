// A master by a compressor and an eq, taken apart.
#include <algorithm>
#include <cassert>
#include <memory>

#include "tests/worker/dsp/digest/digest.h"
#include "worker/dsp/derivation/derivation.h"
#include "worker/dsp/processors/compressor.h"
#include "worker/dsp/processors/eq.h"

namespace trackout::dsp::digest {
namespace {

constexpr int kChannels = 2;
constexpr int kRate = 16000;
constexpr size_t kFrames = 32000;
constexpr int64_t kOffset = 37;

// Notes of noise that die away.
Planes Premaster() {
  Planes premaster = NoisePlanes(kChannels, 120, kFrames);
  double level = 0;
  for (size_t n = 0; n < kFrames; ++n) {
    if (n % 1500 == 0) level = n % 4500 == 0 ? 0.9 : 0.2;
    level *= 0.999;
    for (Samples& plane : premaster) plane[n] *= n + 500 < kFrames ? level : 0;
  }
  return premaster;
}

Planes Through(const Processor& processor, Planes sound) {
  Samples control(sound[0].size());
  const std::unique_ptr<Detector> detector = processor.NewDetector();
  if (detector != nullptr) detector->Detect(0, In(sound), {}, control);
  processor.NewApplier()->Apply(0, detector == nullptr ? Samples() : control, Out(sound));
  return sound;
}

Planes Mastered(const Planes& premaster) {
  const auto compressor =
      NewCompressor({.threshold = -25, .ratio = 3, .attack = 0.03, .release = 0.2}, kChannels, kRate);
  const auto eq =
      NewEq({{BandShape::kLowCut, 60, 0, 0.7, 12}, {BandShape::kBell, 1000, 5, 1, 12}}, kChannels, kRate);
  Planes master = Through(*eq, Through(*compressor, premaster));
  for (Samples& plane : master) {
    for (double& sample : plane) sample = -sample;
    std::rotate(plane.begin(), plane.end() - kOffset, plane.end());
  }
  return master;
}

ReadFrames ReaderOf(const Planes& sound) {
  return [&sound](int64_t first, Channels planes) {
    for (size_t c = 0; c < planes.size(); ++c) {
      for (size_t i = 0; i < planes[c].size(); ++i) {
        const int64_t n = first + static_cast<int64_t>(i);
        planes[c][i] = n >= 0 && n < static_cast<int64_t>(kFrames) ? sound[c][static_cast<size_t>(n)] : 0;
      }
    }
    return true;
  };
}

}  // namespace

void AddDerivation(Hash& hash) {
  const Planes premaster = Premaster();
  const Planes master = Mastered(premaster);
  Derivation derivation;
  const bool was_read = Derive({.premaster = ReaderOf(premaster),
                                .master = ReaderOf(master),
                                .channels = kChannels,
                                .sample_rate = kRate,
                                .frames = static_cast<int64_t>(kFrames),
                                .first_frame = -100},
                               derivation);
  hash.Add({static_cast<double>(was_read), static_cast<double>(derivation.offset_frames),
            static_cast<double>(derivation.inverted), derivation.residual_db, derivation.still_residual_db});
  assert(derivation.filter != nullptr);
  Planes padded = premaster;
  for (Samples& plane : padded) plane.resize(kFrames + static_cast<size_t>(derivation.filter->latency()));
  AddRun(hash, *derivation.filter, padded);
}

}  // namespace trackout::dsp::digest
