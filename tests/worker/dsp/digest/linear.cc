// Processors that do not depend on the level.
#include <limits>

#include "tests/worker/dsp/digest/digest.h"
#include "worker/dsp/processors/convolution.h"
#include "worker/dsp/processors/delay.h"
#include "worker/dsp/processors/eq.h"
#include "worker/dsp/processors/level.h"
#include "worker/dsp/processors/reverb.h"

namespace trackout::dsp::digest {
namespace {

constexpr int kRate = 48000;
constexpr size_t kFrames = 2203;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<BandSettings> Bands(bool moving) {
  std::vector<BandSettings> bands;
  const auto add = [&](BandShape shape, double frequency, double gain, double q, int slope) {
    BandSettings band{shape, frequency, gain, q, slope};
    if (moving) {
      band.frequency = Moving(frequency, frequency * 3);
      band.gain = Moving(gain, -gain);
      band.q = Moving(q, q * 2);
    }
    bands.push_back(band);
  };
  for (const int slope : {6, 12, 18, 24, 36, 48}) {
    add(BandShape::kLowCut, 30, 0, 0.7, slope);
    add(BandShape::kHighCut, 15000, 0, 0.9, slope);
  }
  add(BandShape::kLowShelf, 120, 5, 0.7, 12);
  add(BandShape::kHighShelf, 8000, -4, 0.6, 12);
  add(BandShape::kBell, 900, 7.5, 2, 12);
  add(BandShape::kBell, 3000, 0, 1, 12);
  add(BandShape::kNotch, 50, 0, 20, 12);
  add(BandShape::kTilt, 700, 3, 1, 12);
  return bands;
}

void AddDelays(Hash& hash) {
  for (const int channels : {1, 2, 6}) {
    const Planes sound = SteppingPlanes(channels, 50, kFrames);
    AddRun(hash, *NewDelay({.time = 0.003, .feedback = 60}, channels, kRate), sound);
    AddRun(hash,
           *NewDelay({.time = 0.0101,
                      .feedback = 95,
                      .low_cut = Parameter(200),
                      .high_cut = Parameter(5000),
                      .ping_pong = true,
                      .mix = 40},
                     channels, kRate),
           sound);
    AddRun(hash,
           *NewDelay({.time = Moving(0.002, 0.02),
                      .feedback = Moving(0, 80),
                      .low_cut = Moving(50, 500),
                      .high_cut = Moving(9000, 1000),
                      .ping_pong = channels == 2,
                      .mix = Moving(100, 20)},
                     channels, kRate),
           sound);
  }
}

void AddReverbs(Hash& hash) {
  for (const int channels : {1, 2, 6}) {
    const Planes sound = SteppingPlanes(channels, 60, kFrames);
    AddRun(hash, *NewReverb({.decay = 0.3, .predelay = 0}, channels, kRate), sound);
    AddRun(hash,
           *NewReverb({.decay = Moving(0.1, 0.4),
                       .predelay = Moving(0.001, 0.01),
                       .damping = Moving(6000, 2000),
                       .low_cut = Moving(100, 300),
                       .width = Moving(0, 200),
                       .mix = Moving(100, 30)},
                      channels, kRate),
           sound);
  }
  const Planes stereo = SteppingPlanes(2, 61, kFrames);
  AddRun(hash, *NewReverb({.decay = 2, .low_cut = Parameter(150), .width = 70, .mix = 35}, 2, 96000), stereo);
  AddRun(hash, *NewUnprocessedSide(35), stereo);
  AddRun(hash, *NewUnprocessedSide(Moving(0, 100)), stereo);
}

void AddConvolutions(Hash& hash) {
  const struct {
    int impulse_channels;
    int channels;
    size_t frames;
  } cases[] = {{1, 1, 1}, {1, 2, 300}, {2, 2, 5000}, {4, 2, 700}, {1, 6, 64}, {6, 6, 2500}, {0, 2, 0}};
  for (const auto& one : cases) {
    const Planes sound = SteppingPlanes(one.channels, 70, 2 * kFrames);
    const Planes impulse = NoisePlanes(one.impulse_channels, 71, one.frames, 0.1);
    AddRun(hash, *NewConvolution({.impulse = impulse}, one.channels, kRate), sound);
    AddRun(
        hash,
        *NewConvolution(
            {.impulse = impulse, .predelay = Moving(0, 0.01), .gain = Moving(-6, 3), .mix = Moving(90, 20)},
            one.channels, kRate),
        sound);
  }
}

}  // namespace

void AddLevels(Hash& hash) {
  for (const int channels : {1, 2, 6}) {
    const Planes sound = SteppingPlanes(channels, 30, kFrames);
    AddRun(hash, *NewGain({.level = -3.3, .inverted = true}), sound);
    AddRun(hash, *NewGain({.level = -kInfinity}), sound);
    AddRun(hash, *NewGain({.level = Moving(6, -20), .inverted = channels == 2}), sound);
    AddRun(hash, *NewGain({.level = Parameter({{0, 3}, {700, -kInfinity}, {900, -kInfinity}, {1500, 0}})}),
           sound);
    AddRun(hash, *NewWidth({.width = 130}, channels), sound);
    AddRun(hash, *NewWidth({.width = Moving(0, 200)}, channels), sound);
  }
}

void AddEqs(Hash& hash) {
  for (const int channels : {1, 2, 6}) {
    const Planes sound = SteppingPlanes(channels, 40, kFrames);
    for (const int sample_rate : {44100, 96000}) {
      AddRun(hash, *NewEq(Bands(false), channels, sample_rate), sound);
      AddRun(hash, *NewEq(Bands(true), channels, sample_rate), sound);
    }
    for (const BandSettings& band : Bands(true)) AddRun(hash, *NewEq({band}, channels, kRate), sound);
  }
}

void AddTimes(Hash& hash) {
  AddDelays(hash);
  AddReverbs(hash);
  AddConvolutions(hash);
}

}  // namespace trackout::dsp::digest
