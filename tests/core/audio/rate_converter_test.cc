// The rate converter, measured by sines and impulses, and held against libsoxr's very high quality.
#include "core/audio/rate_converter.h"

#include <gtest/gtest.h>
#include <soxr.h>

#include <cmath>
#include <cstring>
#include <numbers>
#include <thread>
#include <vector>

#include "core/digest.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

using Sound = std::vector<double>;

struct Rates {
  int from, to;
};

void PrintTo(const Rates& rates, std::ostream* out) {
  *out << rates.from << " to " << rates.to;
}

// Converts sounds of one length, channel by channel, pushing `piece` frames at once.
std::vector<Sound> ConvertAll(Rates rates, const std::vector<Sound>& in, size_t piece) {
  auto converter = *RateConverter::Create(static_cast<int>(in.size()), rates.from, rates.to,
                                          static_cast<int64_t>(in.front().size()));
  std::vector<Sound> out(in.size());
  for (size_t first = 0; first < in.front().size(); first += piece) {
    const size_t count = std::min(piece, in.front().size() - first);
    std::vector<std::span<const double>> planes;
    for (const Sound& sound : in) planes.push_back(std::span(sound).subspan(first, count));
    EXPECT_TRUE(converter->Push(planes).ok());
    const size_t there = converter->available();
    std::vector<std::span<double>> room;
    for (Sound& sound : out) {
      sound.resize(sound.size() + there);
      room.push_back(std::span(sound).last(there));
    }
    converter->Pull(room);
  }
  return out;
}

Sound Convert(Rates rates, const Sound& in) {
  return ConvertAll(rates, {in}, in.size()).front();
}

Sound Sine(int rate, double hz, size_t frames) {
  Sound sound(frames);
  for (size_t i = 0; i < frames; ++i)
    sound[i] = std::cos(2 * std::numbers::pi * std::fmod(hz * static_cast<double>(i) / rate, 1.0));
  return sound;
}

// What the sound has at a frequency, of full scale; by a seven-term window whose side lobes are below -180
// dB.
double LevelAt(std::span<const double> sound, int rate, double hz) {
  constexpr double kTerms[] = {0.27105140069342415,   -0.43329793923448606, 0.21812299954311062,
                               -0.065925446388030898, 0.010811742098372268, -7.7658482522509342e-4,
                               1.3887217350903198e-5};
  double real = 0, imaginary = 0, weight = 0;
  for (size_t i = 0; i < sound.size(); ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(sound.size());
    double window = 0;
    for (int k = 0; k < 7; ++k) window += kTerms[k] * std::cos(k * turn);
    const double angle = 2 * std::numbers::pi * std::fmod(hz * static_cast<double>(i) / rate, 1.0);
    real += sound[i] * window * std::cos(angle);
    imaginary += sound[i] * window * std::sin(angle);
    weight += window;
  }
  return 2 * std::hypot(real, imaginary) / weight;
}

// The sound away from its ends, where a sine that begins and ends is not one sine.
std::span<const double> Middle(const Sound& sound) {
  return std::span(sound).subspan(sound.size() / 4, sound.size() / 2);
}

double RmsOf(std::span<const double> sound) {
  double sum = 0;
  for (const double sample : sound) sum += sample * sample;
  return std::sqrt(sum / static_cast<double>(sound.size()));
}

double Decibels(double ratio) {
  return 20 * std::log10(ratio);
}

class RateConverterTest : public ::testing::TestWithParam<Rates> {
 protected:
  int lower() const { return std::min(GetParam().from, GetParam().to); }
};

TEST_P(RateConverterTest, HasTheLengthThatTheRatesSay) {
  const auto [from, to] = GetParam();
  for (const int frames : {1, 2, 3, 7, 147, 1000, 44100, 44101}) {
    const Sound in(static_cast<size_t>(frames), 0.5);
    const int64_t expected = (int64_t{frames} * to + from - 1) / from;
    EXPECT_EQ(FramesAtRate(frames, from, to), expected);
    EXPECT_EQ(static_cast<int64_t>(Convert(GetParam(), in).size()), expected) << frames;
  }
}

TEST_P(RateConverterTest, GivesTheSameBytesInAnyPieces) {
  const std::vector<Sound> in{test::Noise(20000, 0.7, 1), test::Noise(20000, 0.7, 2)};
  const std::vector<Sound> whole = ConvertAll(GetParam(), in, 20000);
  for (const size_t piece : {1, 64, 511, 8192}) {
    const std::vector<Sound> pieces = ConvertAll(GetParam(), in, piece);
    for (size_t c = 0; c < 2; ++c) {
      ASSERT_EQ(pieces[c].size(), whole[c].size());
      EXPECT_EQ(std::memcmp(pieces[c].data(), whole[c].data(), whole[c].size() * sizeof(double)), 0) << piece;
    }
  }
}

TEST_P(RateConverterTest, DelaysNothing) {
  const auto [from, to] = GetParam();
  // A frame that has a frame of the other rate at the same moment, and one that may have none.
  for (const size_t frame : {size_t{3528}, size_t{4001}}) {
    Sound in(8000, 0.0);
    in[frame] = 1;
    const Sound out = Convert(GetParam(), in);
    double sum = 0, moment = 0, largest = 0;
    size_t largest_at = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      sum += out[i];
      moment += out[i] * static_cast<double>(i);
      if (std::fabs(out[i]) > largest) {
        largest = std::fabs(out[i]);
        largest_at = i;
      }
    }
    const double expected = static_cast<double>(frame) * to / from;
    EXPECT_NEAR(moment / sum, expected, 1e-4);  // the centre of what came out
    EXPECT_NEAR(static_cast<double>(largest_at), expected, 0.5001);
  }
}

TEST_P(RateConverterTest, RipplesLessThanAHundredthOfADecibel) {
  const auto [from, to] = GetParam();
  for (const double share : {0.001, 0.1, 0.25, 0.4, 0.449, 0.45}) {
    const double hz = share * lower();
    const Sound out = Convert(GetParam(), Sine(from, hz, static_cast<size_t>(from / 4)));
    EXPECT_NEAR(Decibels(LevelAt(Middle(out), to, hz)), 0, 0.001) << hz;
  }
}

// All that comes out beside the sine itself: images and aliases of it, wherever they fall.
TEST_P(RateConverterTest, AddsNothingAbove140Decibels) {
  const auto [from, to] = GetParam();
  for (const double share : {0.05, 0.31, 0.45}) {
    const double hz = std::round(share * lower());
    const Sound out = Convert(GetParam(), Sine(from, hz, static_cast<size_t>(from)));
    const Sound pure = Sine(to, hz, out.size());
    const double level = LevelAt(Middle(out), to, hz);
    Sound rest(Middle(out).begin(), Middle(out).end());
    for (size_t i = 0; i < rest.size(); ++i) rest[i] -= level * pure[i + out.size() / 4];
    EXPECT_LT(Decibels(RmsOf(rest) * std::numbers::sqrt2), -140) << hz;
  }
}

TEST_P(RateConverterTest, LetsNothingThroughThatTheLowerRateCannotHold) {
  const auto [from, to] = GetParam();
  if (from < to) return;
  for (const double share : {0.5, 0.51, 0.6, 0.75, 0.98}) {
    const double hz = share * to;
    if (hz > from / 2.0) continue;
    const Sound out = Convert(GetParam(), Sine(from, hz, static_cast<size_t>(from / 2)));
    EXPECT_LT(Decibels(RmsOf(Middle(out)) * std::numbers::sqrt2), -140) << hz;
  }
}

// Up to where both are flat it is libsoxr's sound; the slope between 0.456 and 0.5 is drawn a little
// otherwise.
TEST_P(RateConverterTest, SoundsAsLibsoxr) {
  const auto [from, to] = GetParam();
  Sound in(static_cast<size_t>(from / 2), 0.0);
  for (int k = 1; k <= 45; ++k) {
    const Sound sine = Sine(from, (k * 0.01 - 0.0003 * (k % 7)) * lower(), in.size());
    for (size_t i = 0; i < in.size(); ++i) in[i] += sine[i] / 45;
  }
  const Sound ours = Convert(GetParam(), in);
  Sound theirs(ours.size() + 10);
  const soxr_io_spec_t samples = soxr_io_spec(SOXR_FLOAT64_I, SOXR_FLOAT64_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, SOXR_ROLLOFF_NONE);
  size_t used = 0, made = 0;
  ASSERT_EQ(soxr_oneshot(from, to, 1, in.data(), in.size(), &used, theirs.data(), theirs.size(), &made,
                         &samples, &quality, nullptr),
            nullptr);
  ASSERT_GE(made, ours.size() - 1);
  double worst = 0;
  for (size_t i = ours.size() / 4; i < ours.size() * 3 / 4; ++i)
    worst = std::max(worst, std::fabs(ours[i] - theirs[i]));
  EXPECT_LT(Decibels(worst), -140);
}

INSTANTIATE_TEST_SUITE_P(Rates, RateConverterTest,
                         ::testing::Values(Rates{44100, 48000}, Rates{48000, 44100}, Rates{96000, 48000},
                                           Rates{48000, 96000}, Rates{88200, 44100}, Rates{192000, 44100}));

std::string HashOf(const Sound& sound) {
  return Hex(DigestOf(std::string_view(reinterpret_cast<const char*>(sound.data()), sound.size() * 8)));
}

// On every machine, from every compiler.
TEST(RateConverterBytesTest, AreTheseEverywhere) {
  const Sound in = test::Noise(30000, 0.7, 5);
  EXPECT_EQ(HashOf(Convert({44100, 48000}, in)),
            "52f7db75080a168d17d03e0a8c10d7edc4525ae7c7ae9c0b9190ac8791ac04bd");
  EXPECT_EQ(HashOf(Convert({192000, 44100}, in)),
            "2154cfc570dd79b6d8c36b612f646042819ae0d4367c6991e47e515a96005dff");
}

TEST(RateConverterBytesTest, AreTheSameSideBySide) {
  const Sound in = test::Noise(20000, 0.7, 6);
  const Sound expected = Convert({44100, 48000}, in);
  std::vector<Sound> out(4);
  {
    std::vector<std::jthread> threads;
    for (Sound& one : out) threads.emplace_back([&in, &one] { one = Convert({44100, 48000}, in); });
  }
  for (const Sound& one : out) EXPECT_EQ(one, expected);
}

TEST(RateConverterEdgesTest, OneRateLeavesTheSoundAsItIs) {
  const Sound in = test::Noise(5000, 0.7, 7);
  EXPECT_EQ(ConvertAll({48000, 48000}, {in}, 77).front(), in);
}

// Their filter is too large to be kept, and made as it is used.
TEST(RateConverterEdgesTest, RatesWithNothingInCommonAreConvertedToo) {
  const Sound in = Sine(48000, 997, 24000);
  const Sound out = Convert({48000, 44101}, in);
  EXPECT_EQ(out.size(), 22051u);
  EXPECT_NEAR(Decibels(LevelAt(Middle(out), 44101, 997)), 0, 0.001);
}

TEST(RateConverterEdgesTest, MoreThanWasAnnouncedIsRefused) {
  auto converter = *RateConverter::Create(1, 44100, 48000, 3);
  const Sound in(4, 0.0);
  const std::span<const double> plane = in;
  EXPECT_TRUE(absl::IsInvalidArgument(converter->Push({&plane, 1})));
}

TEST(RateConverterEdgesTest, ImpossibleRatesAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(RateConverter::Create(1, 0, 48000, 3).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(RateConverter::Create(1, 48000, 2'000'000'000, 3).status()));
}

}  // namespace
}  // namespace trackout
