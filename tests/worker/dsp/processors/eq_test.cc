// The equaliser against the cookbook's biquads (R. Bristow-Johnson), through long double.
#include "worker/dsp/processors/eq.h"

#include <algorithm>
#include <array>
#include <complex>
#include <numbers>

#include "tests/worker/dsp/processors/through.h"
#include "worker/dsp/processors/filter_section.h"

namespace trackout::dsp {
namespace {

using Long = long double;
using Complex = std::complex<Long>;

constexpr Long kPi = std::numbers::pi_v<Long>;

// The analogue prototype, s in units of the frequency.
Complex Prototype(const BandSettings& band, Complex s) {
  const Long q = band.q.At(0);
  const Long a = std::pow(10.0L, static_cast<Long>(band.gain.At(0)) / 40);
  const Long root = std::sqrt(a);
  const Complex s2 = s * s;
  const int order = band.slope / 6;
  switch (band.shape) {
    case BandShape::kBell:
      return (s2 + s * (a / q) + 1.0L) / (s2 + s / (a * q) + 1.0L);
    case BandShape::kLowShelf:
      return a * (s2 + s * (root / q) + a) / (a * s2 + s * (root / q) + 1.0L);
    case BandShape::kHighShelf:
      return a * (a * s2 + s * (root / q) + 1.0L) / (s2 + s * (root / q) + a);
    case BandShape::kNotch:
      return (s2 + 1.0L) / (s2 + s / q + 1.0L);
    case BandShape::kTilt:
      return (a * s + 1.0L) / (s + a);
    default:
      break;
  }
  const bool is_low = band.shape == BandShape::kLowCut;
  if (order == 2) return (is_low ? s2 : Complex(1)) / (s2 + s / q + 1.0L);
  Complex h = 1;  // Butterworth by its poles
  for (int k = 0; k < order; ++k) {
    const Complex pole = std::polar(1.0L, kPi / 2 + kPi * (2 * k + 1) / (2 * order));
    h *= (is_low ? s : Complex(1)) / (s - pole);
  }
  return h;
}

Complex Bilinear(const BandSettings& band, Long frequency, Long rate) {
  const Long set = std::min<Long>(band.frequency.At(0), 0.49L * rate);
  return Prototype(band, Complex(0, std::tan(kPi * frequency / rate) / std::tan(kPi * set / rate)));
}

Complex Transform(const Samples& samples, Long frequency, Long rate) {
  const Complex step = std::polar(1.0L, -2 * kPi * frequency / rate);
  Complex sum = 0;
  for (size_t i = samples.size(); i-- > 0;) sum = sum * step + static_cast<Long>(samples[i]);
  return sum;
}

Samples Impulse(size_t frames) {
  Samples samples(frames);
  samples[0] = 1;
  return samples;
}

// Frames after which the slowest pole is below e^-25.
size_t RingingFrames(const BandSettings& band, int rate) {
  const double a = std::pow(10.0, band.gain.At(0) / 40);
  double w = 2 * std::numbers::pi * band.frequency.At(0) / rate;
  double k = 1 / band.q.At(0);
  if (band.shape == BandShape::kBell) k /= a;
  if (band.shape == BandShape::kLowShelf) w /= std::sqrt(a);
  if (band.shape == BandShape::kHighShelf) w *= std::sqrt(a);
  if (band.shape == BandShape::kTilt) w *= a;
  if (band.slope != 12) k = 0.3;
  const double g = std::tan(std::min(w / 2, 0.49 * std::numbers::pi));  // towards the top it rings in turns
  return static_cast<size_t>(25 / (w * (k < 2 ? k / 2 : 1 / k)) + 25 * g * std::max(k, 1 / k)) + 500;
}

void ExpectCookbook(const BandSettings& band, int rate) {
  const Samples heard = Through(*NewEq({band}, 1, rate), {Impulse(RingingFrames(band, rate))})[0];
  for (const Long f :
       {0.0L, 20.0L, 70.0L, 200.0L, 999.0L, 1000.0L, 3000.0L, 7777.0L, 12000.0L, 19000.0L, 0.49L * rate}) {
    const Complex exact = Bilinear(band, f, rate);
    const Complex got = Transform(heard, f, rate);
    // 0.01 dB of it, or -160 dB of what goes in (the bottom of a notch or of a cut).
    EXPECT_LE(std::abs(got - exact), 0.00115L * std::abs(exact) + 1e-8L)
        << "shape " << static_cast<int>(band.shape) << ", " << band.frequency.At(0) << " Hz, "
        << band.gain.At(0) << " dB, q " << band.q.At(0) << ", " << band.slope << " dB/oct, at " << f;
  }
}

constexpr std::array kShapes = {BandShape::kLowCut,    BandShape::kHighCut, BandShape::kLowShelf,
                                BandShape::kHighShelf, BandShape::kBell,    BandShape::kNotch,
                                BandShape::kTilt};

TEST(Eq, HasTheResponsesOfTheCookbook) {
  for (const BandShape shape : kShapes) {
    for (const double f : {31.0, 250.0, 1000.0, 8000.0, 20000.0}) {
      for (const double gain : {-36.0, -6.0, 3.0, 18.0, 36.0}) {
        for (const double q : {0.05, 0.7071, 3.0}) {
          const BandSettings band{.shape = shape, .frequency = f, .gain = gain, .q = q};
          if (RingingFrames(band, 48000) < 400'000) ExpectCookbook(band, 48000);
        }
      }
    }
  }
}

TEST(Eq, HasTheResponsesOfTheCookbookAtOtherRates) {
  for (const int rate : {44100, 96000, 192000}) {
    for (const BandShape shape : kShapes)
      ExpectCookbook({.shape = shape, .frequency = 3000, .gain = -9, .q = 1.3}, rate);
  }
}

TEST(Eq, CutsByButterworth) {
  for (const BandShape shape : {BandShape::kLowCut, BandShape::kHighCut}) {
    for (const int slope : {6, 18, 24, 36, 48}) {
      for (const double f : {20.0, 80.0, 1000.0, 9000.0, 23000.0})
        ExpectCookbook({.shape = shape, .frequency = f, .q = 9, .slope = slope}, 48000);
    }
  }
}

TEST(Eq, TakesFrequenciesBeyondItsRangeAsTheNearest) {
  const Sound noise = NoiseSound(1, 2000, 1);
  const auto heard = [&](double f) {
    return Through(*NewEq({{.frequency = f, .gain = 9}}, 1, 48000), noise)[0];
  };
  EXPECT_TRUE(SameBits(heard(1e6), heard(0.49 * 48000)));
  EXPECT_TRUE(SameBits(heard(-5), heard(10)));
  EXPECT_FALSE(SameBits(heard(10), heard(11)));
}

// Sets each number of a band moving between two values, back and forth.
Parameter Moving(double a, double b, int64_t frames, int64_t end = 48000) {
  std::vector<EnvelopePoint> points;
  for (int64_t n = 0; n <= end; n += 2 * frames) {
    points.push_back({n, a});
    points.push_back({n + frames, b});
  }
  return Parameter(points);
}

std::vector<BandSettings> SomeBands() {
  return {
      {.shape = BandShape::kLowCut, .frequency = 40, .slope = 48},
      {.shape = BandShape::kLowShelf, .frequency = 200, .gain = 4},
      {.shape = BandShape::kBell, .frequency = Moving(300, 3000, 777), .gain = Moving(-9, 9, 500), .q = 2},
      {.shape = BandShape::kTilt, .frequency = 900, .gain = -3},
      {.shape = BandShape::kHighCut, .frequency = Moving(15000, 18000, 2000), .slope = 18}};
}

class EveryEq : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(EveryEq);

TEST_P(EveryEq, KeepsTheRules) {
  std::vector<BandSettings> still = SomeBands();
  still.erase(still.begin() + 2);
  still.pop_back();
  for (const int channels : {1, 2, 3, 6}) {
    CheckKeepsTheRules(
        GetParam(), [&] { return NewEq(SomeBands(), channels, 48000); }, channels);
    CheckKeepsTheRules(
        GetParam(), [&] { return NewEq(still, channels, 48000); }, channels);
  }
}

TEST_P(EveryEq, WithoutBandsIsWhatGoesIn) {
  const Sound noise = NoiseSound(2, 999, 4);
  EXPECT_EQ(Through(*NewEq({}, 2, 48000), noise), noise);
}

TEST(Eq, OfAChannelIsTheSameInAnyCompany) {
  const Sound noise = NoiseSound(3, 3000, 8);
  const Sound together = Through(*NewEq(SomeBands(), 3, 48000), noise);
  for (size_t c = 0; c < 3; ++c)
    EXPECT_TRUE(SameBits(Through(*NewEq(SomeBands(), 1, 48000), {noise[c]})[0], together[c]));
}

TEST(Eq, ThatMovesAndStandsStillIsTheOneThatStandsStill) {
  const Sound noise = NoiseSound(2, 3000, 8);
  const auto bell = [](Parameter gain) {
    return std::vector<BandSettings>{{.gain = std::move(gain), .q = 3}};
  };
  const Parameter points(std::vector<EnvelopePoint>{{10, 7.0}, {999, 7.0}});
  EXPECT_EQ(Through(*NewEq(bell(points), 2, 48000), noise), Through(*NewEq(bell(7), 2, 48000), noise));
}

TEST(Eq, StaysFiniteWhateverHappens) {
  std::mt19937_64 random(12);
  const auto between = [&](double least, double most) {
    return least + (most - least) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  const std::array slopes{6, 12, 18, 24, 36, 48};
  for (int turn = 0; turn < 150; ++turn) {
    std::vector<BandSettings> bands;
    for (int k = 0; k < 5; ++k) {
      const auto number = [&](double least, double most) {
        if (random() % 2 == 0) return Parameter(between(least, most));
        return Moving(between(least, most), between(least, most), 1 + static_cast<int64_t>(random() % 300));
      };
      bands.push_back({.shape = kShapes[random() % kShapes.size()],
                       .frequency = number(10, 23520),
                       .gain = number(-36, 36),
                       .q = number(0.05, 40),
                       .slope = slopes[random() % slopes.size()]});
    }
    const Sound heard = Through(*NewEq(bands, 2, 48000), HostileSound(2, 12000, 5));
    for (const Samples& plane : heard) {
      for (const double y : plane) ASSERT_LT(std::fabs(y), 1e12) << turn;
    }
  }
}

TEST(Eq, DoesNotRingUpHoweverFastItMoves) {
  // A filter of q 40 thrown between the ends of the spectrum at every cell of the grid.
  const Sound noise = NoiseSound(1, 96000, 3);
  for (const int64_t frames : {1, 31, 32, 33, 100}) {
    const BandSettings band{
        .shape = BandShape::kHighCut, .frequency = Moving(20, 23000, frames, 96000), .q = 40};
    const Sound heard = Through(*NewEq({band}, 1, 48000), noise);
    for (const double y : heard[0]) ASSERT_LT(std::fabs(y), 200);
  }
}

TEST(Eq, ForgetsWhatIsTooSmall) {
  Sound click{Samples(48000 * 4)};
  click[0][0] = 1;
  const Sound heard = Through(*NewEq({{.frequency = 100, .gain = 12, .q = 4}}, 1, 48000), click);
  EXPECT_NE(heard[0][5000], 0);
  for (size_t i = 48000 * 3; i < heard[0].size(); ++i) ASSERT_EQ(heard[0][i], 0);
}

// A sine of 1 kHz through a band that moves across half a second. What is more than 500 Hz away from it was
// not in the sine and is no side of a slow change of its level.
TEST(Eq, MovesWithoutClicks) {
  const Sound sine{Sine(48000, 1000, 48000)};
  const auto ramp = [](double a, double b) {
    return Parameter(std::vector<EnvelopePoint>{{12000, a}, {36000, b}});
  };
  const std::vector<BandSettings> moves{
      {.gain = ramp(-12, 12)},
      {.frequency = ramp(300, 5000), .gain = 12},
      {.shape = BandShape::kLowCut, .frequency = ramp(20, 900), .slope = 24},
      {.shape = BandShape::kTilt, .frequency = 700, .gain = ramp(-20, 20)},
      {.shape = BandShape::kHighShelf, .frequency = 2000, .gain = ramp(6, -12)},
      {.frequency = 1000, .gain = 18, .q = ramp(0.3, 6)}};
  for (const BandSettings& band : moves) {
    const Samples heard = Through(*NewEq({band}, 1, 48000), sine)[0];
    const Samples spectrum = SpectrumOf(std::span(heard).subspan(8000, 32768));
    const double sound = *std::ranges::max_element(spectrum);
    const double splatter = *std::max_element(spectrum.begin() + 32768 * 1500 / 48000, spectrum.end());
    EXPECT_LT(splatter, 1e-5 * sound) << 20 * std::log10(splatter / sound);
  }
}

}  // namespace
}  // namespace trackout::dsp
