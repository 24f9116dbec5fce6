// What compressor, expander, de-esser and limiter have in common: the contract of processor.h.
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "tests/worker/dsp/processors/dynamics_run.h"
#include "worker/dsp/processors/compressor.h"
#include "worker/dsp/processors/deesser.h"
#include "worker/dsp/processors/expander.h"
#include "worker/dsp/processors/limiter.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kRate = 48000;

Parameter Moving(double from, double to) {
  return Parameter({{-300, from}, {500, to}, {777, from}, {777, to}, {2500, from}, {4000, to}});
}

KeyFilterSettings MovingFilter() {
  return {.low_cut = Moving(30, 300), .high_cut = Moving(15000, 3000)};
}

CompressorSettings MovingCompressor() {
  return {.threshold = Moving(-40, -10),
          .ratio = Moving(1, kInfinity),
          .knee = Moving(0, 20),
          .attack = Moving(0, 0.02),
          .release = Moving(0.001, 0.2),
          .hold = Moving(0, 0.01),
          .lookahead = 0.003,
          .link = Moving(0, 100),
          .makeup = Moving(-3, 9),
          .mix = Moving(0, 100),
          .key_filter = MovingFilter()};
}

using Made = std::unique_ptr<Processor>;
using Make = std::function<Made(int channels)>;

std::map<std::string, Make> Makers() {
  std::map<std::string, Make> makers;
  makers["compressor"] = [](int n) { return NewCompressor({.threshold = -20, .ratio = 4}, n, kRate); };
  makers["compressor_rms"] = [](int n) {
    return NewCompressor({.ratio = 3,
                          .lookahead = 0.005,
                          .detection = Detection::kRms,
                          .link = 50,
                          .mix = 60,
                          .key_filter = {.low_cut = 100}},
                         n, kRate);
  };
  makers["compressor_moving"] = [](int n) { return NewCompressor(MovingCompressor(), n, kRate); };
  makers["expander"] = [](int n) { return NewExpander({.threshold = -20, .lookahead = 0.001}, n, kRate); };
  makers["expander_moving"] = [](int n) {
    return NewExpander({.threshold = Moving(-40, -10),
                        .ratio = Moving(1, kInfinity),
                        .range = Moving(0, 80),
                        .attack = Moving(0, 0.01),
                        .hold = Moving(0, 0.02),
                        .release = Moving(0.001, 0.1),
                        .key_filter = MovingFilter()},
                       n, kRate);
  };
  makers["deesser"] = [](int n) { return NewDeesser({.threshold = -30}, n, kRate); };
  makers["deesser_moving"] = [](int n) {
    return NewDeesser({.frequency = Moving(2000, 9000),
                       .threshold = Moving(-50, -20),
                       .ratio = Moving(1, kInfinity),
                       .range = Moving(0, 20)},
                      n, kRate);
  };
  makers["limiter"] = [](int n) { return NewLimiter({.lookahead = 0.001, .drive = 12}, n, kRate); };
  makers["limiter_moving"] = [](int n) {
    return NewLimiter({.ceiling = Moving(-1, -6), .release = Moving(0.001, 0.1), .drive = Moving(-10, 20)}, n,
                      kRate);
  };
  return makers;
}

// Loud and soft by turns, with clicks.
Sound Playing(size_t channels, size_t frames) {
  Sound sound;
  for (size_t c = 0; c < channels; ++c) {
    Samples plane = Noise(frames, static_cast<unsigned>(5 + c), 0.9);
    for (size_t i = 0; i < frames; ++i) {
      plane[i] *= i / 700 % 3 == 0 ? 1 : i / 700 % 3 == 1 ? 0.05 : 1e-4;
      if (i % 1501 == 1500) plane[i] = c % 2 == 0 ? 1 : -1;
    }
    sound.push_back(plane);
  }
  return sound;
}

void ExpectSame(const Ran& a, const Ran& b, const std::string& what) {
  EXPECT_TRUE(SameBits(a.control, b.control)) << what;
  for (size_t c = 0; c < a.out.size(); ++c) EXPECT_TRUE(SameBits(a.out[c], b.out[c])) << what;
}

class Dynamics : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(Dynamics);

TEST_P(Dynamics, AreTheSameInAllPiecesAndInstructions) {
  for (const auto& [name, make] : Makers()) {
    for (const size_t channels : {1, 2, 6}) {
      const Made processor = make(static_cast<int>(channels));
      const Sound sound = Playing(channels, 5000);
      ASSERT_TRUE(UseIsa(Isa::kScalar));
      const Ran expected = RunDynamics(*processor, sound, {}, -100, {5000});
      ASSERT_TRUE(UseIsa(GetParam()));
      for (const Pieces& pieces : {Pieces{5000}, {1}, {64}, {511}, {1000}, {1, 3, 200, 7, 64, 129}})
        ExpectSame(RunDynamics(*processor, sound, {}, -100, pieces), expected, name);
    }
  }
}

TEST_P(Dynamics, MayBeginLaterInSilence) {
  for (const auto& [name, make] : Makers()) {
    const Made processor = make(2);
    const Sound late = Playing(2, 3000);
    for (const size_t silence : {1u, 63u, 64u, 1000u, 4001u}) {
      Sound early;
      for (const Samples& plane : late) {
        early.push_back(Samples(silence));
        early.back().insert(early.back().end(), plane.begin(), plane.end());
      }
      const Ran all = RunDynamics(*processor, early, {}, 200 - static_cast<int64_t>(silence));
      const Ran rest = RunDynamics(*processor, late, {}, 200);
      for (size_t c = 0; c < 2; ++c)
        EXPECT_TRUE(
            SameBits(Samples(all.out[c].begin() + static_cast<long>(silence), all.out[c].end()), rest.out[c]))
            << name << " after " << silence;
    }
  }
}

TEST_P(Dynamics, OfPartsAddUpToThatOfTheWhole) {
  for (const auto& [name, make] : Makers()) {
    const Made processor = make(2);
    const Sound a = Playing(2, 4000);
    Sound b = {Noise(4000, 21, 0.5), Noise(4000, 22, 0.5)};
    Sound whole = a;
    for (size_t c = 0; c < 2; ++c) {
      for (size_t i = 0; i < 4000; ++i) whole[c][i] += b[c][i];
    }
    const Ran ran = RunDynamics(*processor, whole);
    const Sound part_a = ApplyTo(*processor, a, ran.control);
    const Sound part_b = ApplyTo(*processor, b, ran.control);
    for (size_t c = 0; c < 2; ++c) {
      for (size_t i = 0; i < 4000; ++i) {
        const double size = std::abs(part_a[c][i]) + std::abs(part_b[c][i]) + std::abs(ran.out[c][i]);
        ASSERT_NEAR(part_a[c][i] + part_b[c][i], ran.out[c][i], 1e-12 * size + 1e-14) << name << " " << i;
      }
    }
  }
}

Sound Hostile(size_t frames) {
  Samples left = Noise(frames, 3);
  Samples right(frames);
  for (size_t i = 0; i < frames; ++i) {
    switch (i / 400 % 8) {
      case 0:
        left[i] = 5e-324 * (i % 3);
        break;
      case 1:
        left[i] = i % 2 == 0 ? 1 : -1;
        break;
      case 2:
        left[i] = 0;
        break;
      case 3:
        left[i] = i % 50 < 25 ? 1e6 : -1e6;
        break;
      case 4:
        left[i] = i % 100 == 0 ? 1 : 0;
        break;
      case 5:
        left[i] = 1e-310;
        break;
      case 6:
        left[i] = i % 7 == 0 ? 1e300 : -1e-300;
        break;
      default:
        break;
    }
    right[i] = -left[(i + 200) % frames];
  }
  return {left, right};
}

TEST_P(Dynamics, StayFinite) {
  std::mt19937_64 random(99);
  const auto within = [&](double low, double high) {
    const double part = static_cast<double>(random() >> 11) * 0x1p-53;
    const double value = part < 0.1 ? low : part > 0.9 ? high : low + part * (high - low);
    return random() % 2 == 0 ? Parameter(value) : Moving(value, high);
  };
  const Sound sound = Hostile(5000);
  for (int round = 0; round < 12; ++round) {
    const KeyFilterSettings filter{.low_cut = within(10, 20000), .high_cut = within(10, 20000)};
    const int rate = round % 3 == 0 ? 8000 : round % 3 == 1 ? 48000 : 768000;
    const Made made[] = {NewCompressor({.threshold = within(-80, 0),
                                        .ratio = within(1, kInfinity),
                                        .knee = within(0, 24),
                                        .attack = within(0, 1),
                                        .release = within(0.001, 10),
                                        .hold = within(0, 1),
                                        .lookahead = 0.02 * (round % 2),
                                        .detection = round % 2 == 0 ? Detection::kPeak : Detection::kRms,
                                        .link = within(0, 100),
                                        .makeup = within(-60, 60),
                                        .mix = within(0, 100),
                                        .key_filter = filter},
                                       2, rate),
                         NewExpander({.threshold = within(-100, 0),
                                      .ratio = within(1, kInfinity),
                                      .range = within(0, 120),
                                      .attack = within(0, 1),
                                      .hold = within(0, 5),
                                      .release = within(0.001, 10),
                                      .key_filter = filter},
                                     2, rate),
                         NewDeesser({.frequency = within(1000, 20000),
                                     .threshold = within(-80, 0),
                                     .ratio = within(1, kInfinity),
                                     .range = within(0, 60)},
                                    2, rate),
                         NewLimiter({.ceiling = within(-60, 0),
                                     .lookahead = round % 2 == 0 ? 0.001 : 0.02,
                                     .release = within(0.001, 10),
                                     .drive = within(-60, 60)},
                                    2, rate)};
    for (const Made& processor : made) {
      const Ran ran = RunDynamics(*processor, sound);
      for (const double gain : ran.control) ASSERT_TRUE(std::isfinite(gain));
      for (const Samples& plane : ran.out) {
        for (const double sample : plane) ASSERT_TRUE(std::isfinite(sample));
      }
    }
  }
}

// An impulse in a run of soft sound stands where latency() says.
TEST(DynamicsLatency, IsWhatItSays) {
  const Made made[] = {NewCompressor({.lookahead = 0.0123}, 1, kRate),
                       NewExpander({.ratio = 1, .lookahead = 0.02}, 1, kRate),
                       NewDeesser({.threshold = 0}, 1, kRate), NewLimiter({.lookahead = 0.0037}, 1, kRate)};
  EXPECT_EQ(made[0]->latency(), 590);
  EXPECT_EQ(made[1]->latency(), 960);
  for (const Made& processor : made) {
    Sound sound{Samples(3000)};
    sound[0][10] = 0.01;
    const Ran ran = RunDynamics(*processor, sound);
    const auto at = static_cast<size_t>(10 + processor->latency());
    for (size_t i = 0; i < 3000; ++i) ASSERT_EQ(ran.out[0][i], i == at ? 0.01 : 0);
  }
}

}  // namespace
}  // namespace trackout::dsp
