// The saturator against the formulas of its header, and what is heard of its rate.
#include "worker/dsp/processors/saturator.h"

#include <algorithm>
#include <array>
#include <complex>
#include <numbers>

#include "tests/worker/dsp/processors/through.h"
#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

constexpr std::array kCurves = {SaturatorCurve::kTanh, SaturatorCurve::kSoft, SaturatorCurve::kTube};

double Curve(SaturatorCurve curve, double drive, double x) {
  const double g = std::pow(10, drive / 20);
  const double u = g * x;
  const double b = std::tanh(0.3);
  switch (curve) {
    case SaturatorCurve::kTanh:
      return std::tanh(u) / g;
    case SaturatorCurve::kSoft:
      return u / (1 + std::fabs(u)) / g;
    case SaturatorCurve::kTube:
      return (std::tanh(u + 0.3) - b) / (g * (1 - b * b));
  }
  return 0;
}

double Db(double amplitude) {
  return 20 * std::log10(amplitude);
}

Parameter Ramp(double from, double to, int64_t begin = 12000, int64_t end = 36000) {
  return Parameter(std::vector<EnvelopePoint>{{begin, from}, {end, to}});
}

TEST(Saturator, FollowsItsCurve) {
  for (const SaturatorCurve curve : kCurves) {
    for (const double drive : {0.0, 12.0, 24.0}) {
      const auto processor = NewSaturator({.drive = drive, .curve = curve}, 1, 48000);
      const Sound sine{Sine(9600, 20, 48000)};
      const Samples heard = Through(*processor, sine)[0];
      const auto late = static_cast<size_t>(processor->latency());
      for (size_t i = 1000; i < sine[0].size(); ++i) {
        const double x = sine[0][i - late];
        if (std::fabs(x) < 0.05) continue;
        ASSERT_LT(std::fabs(Db(heard[i] / Curve(curve, drive, x))), 0.001)
            << static_cast<int>(curve) << " " << x;
      }
    }
  }
}

// Of a full sine of 5 kHz: the largest that is no harmonic of it, in dBFS.
double Alias(SaturatorCurve curve, double drive, int rate) {
  const auto processor = NewSaturator({.drive = drive, .curve = curve}, 1, rate);
  const Samples heard = Through(*processor, {Sine(40000, 5000, rate)})[0];
  Samples spectrum = SpectrumOf(std::span(heard).subspan(4000, 32768));
  for (double f = 0; f < rate / 2; f += 5000) {
    const auto at = static_cast<size_t>(f / rate * 32768);
    const size_t end = std::min(spectrum.size(), at + 2 + kSpectrumReach);
    for (size_t i = at - std::min(at, kSpectrumReach); i < end; ++i) spectrum[i] = 0;
  }
  return Db(*std::ranges::max_element(spectrum));
}

TEST(Saturator, HardlyAliases) {
  for (const int rate : {44100, 48000, 96000, 192000}) {
    for (const SaturatorCurve curve : kCurves) {
      const auto where = [&] {
        return std::to_string(rate) + " Hz, curve " + std::to_string(static_cast<int>(curve));
      };
      EXPECT_LT(Alias(curve, 12, rate), -100) << where();
      EXPECT_LT(Alias(curve, 24, rate), -90) << where();
      EXPECT_LT(Alias(curve, 36, rate), -85) << where();
    }
  }
}

// Of so small a signal that no curve is left: the filters alone.
TEST(Saturator, IsFlatAndOnTime) {
  for (const int rate : {44100, 48000, 96000, 192000}) {
    for (const SaturatorCurve curve : kCurves) {
      const auto processor = NewSaturator({.drive = 36, .curve = curve}, 1, rate);
      const auto late = static_cast<size_t>(processor->latency());
      EXPECT_GE(late, 120U);
      EXPECT_LE(late, 140U);
      Sound click{Samples(1000)};
      click[0][100] = 1e-16;
      const Samples heard = Through(*processor, click)[0];
      for (size_t i = 1; i <= late; ++i)
        ASSERT_NEAR(heard[100 + late - i], heard[100 + late + i], 1e-27) << "linear phase";
      for (double f = 0; f <= 0.4536; f += 0.0099) {
        std::complex<double> sum = 0;
        for (size_t i = 0; i < heard.size(); ++i) {
          const auto n = static_cast<double>(i) - static_cast<double>(100 + late);
          sum += heard[i] * 1e16 * std::polar(1.0, -2 * std::numbers::pi * f * n);
        }
        EXPECT_LT(std::fabs(Db(std::abs(sum))), 0.001) << f;
        EXPECT_LT(std::fabs(std::arg(sum)), 1e-9) << f;
      }
    }
  }
}

TEST(Saturator, MixesWithWhatGoesIn) {
  const Sound noise = NoiseSound(2, 4000, 4);
  const auto heard = [&](Parameter mix, Parameter output) {
    return Through(*NewSaturator({.drive = 18, .mix = std::move(mix), .output = std::move(output)}, 2, 48000),
                   noise);
  };
  const auto late = static_cast<size_t>(NewSaturator({.drive = 18}, 2, 48000)->latency());
  const Sound wet = heard(100, 0);
  const Sound dry = heard(0, 0);
  const Sound some = heard(30, -7);
  for (size_t c = 0; c < 2; ++c) {
    for (size_t i = 0; i < 4000; ++i) {
      ASSERT_EQ(dry[c][i], i < late ? 0 : noise[c][i - late]);
      ASSERT_NEAR(some[c][i], (dry[c][i] * 0.7 + wet[c][i] * 0.3) * FromDecibels(-7), 1e-15);
    }
  }
  // What moves is read at the frame that is heard: frame i of what comes out is song frame i - latency.
  const Sound moving = heard(Ramp(100, 0, 1000, 2000), Ramp(0, -12, 1000, 2000));
  for (size_t i = late; i < 4000; ++i) {
    const double way = std::clamp(static_cast<double>(i - late) - 1000, 0.0, 1000.0) / 1000;
    ASSERT_NEAR(moving[0][i], (dry[0][i] * way + wet[0][i] * (1 - way)) * FromDecibels(-12 * way), 1e-14)
        << i;
  }
}

TEST(Saturator, MovesItsDriveAtTheFrameThatIsHeard) {
  // A constant, so that the drive can be read from the level.
  const Sound constant{Samples(6000, 0.5)};
  const auto processor = NewSaturator({.drive = Ramp(0, 24, 1000, 5000)}, 1, 48000);
  const Samples heard = Through(*processor, constant)[0];
  for (size_t i = 1500; i < 6000; ++i) {
    const double frame = static_cast<double>(i) - static_cast<double>(processor->latency());
    if (std::fabs(frame - 5000) < 200) continue;  // the corner, through filters
    const double drive = std::clamp(24 * (frame - 1000) / 4000, 0.0, 24.0);
    ASSERT_NEAR(heard[i], Curve(SaturatorCurve::kTanh, drive, 0.5), 1e-6) << i;
  }
}

// A drive that moves changes the level of harmonics; between them nothing may be heard.
TEST(Saturator, MovesWithoutClicks) {
  for (const SaturatorCurve curve : kCurves) {
    const SaturatorSettings settings{
        .drive = Ramp(0, 24), .curve = curve, .mix = Ramp(100, 40), .output = Ramp(0, -9)};
    const Samples heard = Through(*NewSaturator(settings, 1, 48000), {Sine(48000, 1000, 48000)})[0];
    const Samples spectrum = SpectrumOf(std::span(heard).subspan(8000, 32768));
    double splatter = 0;
    for (size_t i = 0; i < spectrum.size(); ++i) {
      const double harmonics = static_cast<double>(i) * 48000 / 32768 / 1000;
      if (std::fabs(harmonics - std::round(harmonics)) > 0.25) splatter = std::max(splatter, spectrum[i]);
    }
    const double sound = *std::ranges::max_element(spectrum);
    EXPECT_LT(Db(splatter / sound), -110) << static_cast<int>(curve);
  }
}

TEST(Saturator, StaysFiniteWhateverHappens) {
  std::mt19937_64 random(12);
  const auto number = [&](double least, double most) {
    const auto one = [&] { return least + (most - least) * static_cast<double>(random() >> 11) * 0x1p-53; };
    if (random() % 2 == 0) return Parameter(one());
    return Parameter(std::vector<EnvelopePoint>{{100, one()}, {900, one()}, {900, one()}, {2500, one()}});
  };
  for (int turn = 0; turn < 30; ++turn) {
    const SaturatorSettings settings{.drive = number(0, 36),
                                     .curve = kCurves[random() % 3],
                                     .mix = number(0, 100),
                                     .output = number(-36, 36)};
    Sound sound = HostileSound(2, 6000, 5);
    for (double& x : sound[1]) x *= 1e6;
    const Sound heard = Through(*NewSaturator(settings, 2, 48000), sound);
    for (const Samples& plane : heard) {
      for (const double y : plane) ASSERT_LT(std::fabs(y), 1e9) << turn;
    }
  }
}

class EverySaturator : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(EverySaturator);

TEST_P(EverySaturator, KeepsTheRules) {
  for (const SaturatorCurve curve : kCurves) {
    const SaturatorSettings still{.drive = 20, .curve = curve};
    const SaturatorSettings moving{.drive = Ramp(0, 30, 100, 4000),
                                   .curve = curve,
                                   .mix = Ramp(20, 100, 0, 3000),
                                   .output = Ramp(3, -9, 500, 800)};
    CheckKeepsTheRules(
        GetParam(), [&] { return NewSaturator(still, 2, 48000); }, 2);
    CheckKeepsTheRules(
        GetParam(), [&] { return NewSaturator(moving, 3, 96000); }, 3);
    CheckKeepsTheRules(
        GetParam(), [&] { return NewSaturator(moving, 1, 192000); }, 1);
  }
}

}  // namespace
}  // namespace trackout::dsp
