// Processors that depend on the level: their controls, and what they are put on.
#include <limits>

#include "tests/worker/dsp/digest/digest.h"
#include "worker/dsp/processors/compressor.h"
#include "worker/dsp/processors/deesser.h"
#include "worker/dsp/processors/expander.h"
#include "worker/dsp/processors/limiter.h"
#include "worker/dsp/processors/saturator.h"

namespace trackout::dsp::digest {
namespace {

constexpr int kRate = 48000;
constexpr size_t kFrames = 3011;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

KeyFilterSettings StillCuts() {
  return {.low_cut = Parameter(150), .high_cut = Parameter(7000)};
}

KeyFilterSettings MovingCuts() {
  return {.low_cut = Moving(80, 800), .high_cut = Moving(12000, 3000)};
}

// By itself, under a side-chain of as many channels, and under one of another number.
void AddKeyed(Hash& hash, const Processor& processor, int channels) {
  const Planes sound = SteppingPlanes(channels, 80, kFrames);
  AddRun(hash, processor, sound);
  AddRun(hash, processor, sound, SteppingPlanes(channels, 90, kFrames));
  AddRun(hash, processor, sound, SteppingPlanes(channels == 2 ? 1 : 2, 95, kFrames));
}

void AddCompressors(Hash& hash, int channels) {
  AddKeyed(hash, *NewCompressor({}, channels, kRate), channels);
  for (const Detection detection : {Detection::kPeak, Detection::kRms}) {
    AddKeyed(hash,
             *NewCompressor({.threshold = -30,
                             .ratio = kInfinity,
                             .knee = 0,
                             .attack = 0,
                             .hold = 0.004,
                             .lookahead = 0.0013,
                             .detection = detection,
                             .link = 30,
                             .makeup = 5,
                             .mix = 80,
                             .key_filter = StillCuts()},
                            channels, kRate),
             channels);
    AddKeyed(hash,
             *NewCompressor({.threshold = Moving(-40, -10),
                             .ratio = Moving(1, 8),
                             .knee = Moving(0, 24),
                             .attack = Moving(0, 0.01),
                             .release = Moving(0.001, 0.05),
                             .hold = Moving(0, 0.01),
                             .lookahead = 0.002,
                             .detection = detection,
                             .link = Moving(0, 100),
                             .makeup = Moving(0, 12),
                             .mix = Moving(100, 0),
                             .key_filter = MovingCuts()},
                            channels, kRate),
             channels);
  }
}

void AddExpanders(Hash& hash, int channels) {
  AddKeyed(hash, *NewExpander({.ratio = 1}, channels, kRate), channels);
  AddKeyed(hash, *NewExpander({.threshold = -12, .release = 0.005}, channels, kRate), channels);
  AddKeyed(hash,
           *NewExpander({.threshold = -20,
                         .ratio = kInfinity,
                         .range = 40,
                         .hold = 0,
                         .lookahead = 0.001,
                         .key_filter = StillCuts()},
                        channels, kRate),
           channels);
  AddKeyed(hash,
           *NewExpander({.threshold = Moving(-40, -5),
                         .ratio = Moving(1, 6),
                         .range = Moving(0, 90),
                         .attack = Moving(0, 0.003),
                         .hold = Moving(0, 0.01),
                         .release = Moving(0.001, 0.02),
                         .key_filter = MovingCuts()},
                        channels, kRate),
           channels);
}

void AddDeessers(Hash& hash, int channels) {
  const Planes sound = SteppingPlanes(channels, 85, kFrames);
  AddRun(hash, *NewDeesser({}, channels, kRate), sound);
  AddRun(hash,
         *NewDeesser({.frequency = Moving(3000, 12000),
                      .threshold = Moving(-60, -20),
                      .ratio = Moving(1, 20),
                      .range = Moving(0, 30)},
                     channels, 44100),
         sound);
}

}  // namespace

void AddDynamics(Hash& hash) {
  for (const int channels : {1, 2, 6}) {
    AddCompressors(hash, channels);
    AddExpanders(hash, channels);
    AddDeessers(hash, channels);
  }
}

void AddLimiters(Hash& hash) {
  for (const int channels : {1, 2, 6}) {
    const Planes sound = SteppingPlanes(channels, 100, kFrames);
    AddRun(hash, *NewLimiter({.drive = 9}, channels, kRate), sound);
    AddRun(hash,
           *NewLimiter({.ceiling = Moving(-12, -0.1),
                        .lookahead = 0.001,
                        .release = Moving(0.001, 0.3),
                        .drive = Moving(-6, 20)},
                       channels, channels == 1 ? 192000 : 96000),
           sound);
  }
}

void AddSaturators(Hash& hash) {
  constexpr size_t kFewFrames = 1103;
  for (const int channels : {1, 2, 6}) {
    const Planes sound = SteppingPlanes(channels, 110, kFewFrames);
    for (const SaturatorCurve curve : {SaturatorCurve::kTanh, SaturatorCurve::kSoft, SaturatorCurve::kTube}) {
      const int rate = channels == 1 ? 48000 : channels == 2 ? 96000 : 192000;
      AddRun(hash, *NewSaturator({.drive = 12, .curve = curve}, channels, rate), sound);
      AddRun(hash,
             *NewSaturator(
                 {.drive = Moving(0, 30), .curve = curve, .mix = Moving(100, 20), .output = Moving(-6, 3)},
                 channels, rate),
             sound);
    }
  }
}

}  // namespace trackout::dsp::digest
