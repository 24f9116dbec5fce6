// Every figure, beside libebur128 and beside sums written out.
#include "worker/dsp/meters/meter_bank.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/worker/dsp/meters/test_sound.h"
#include "worker/dsp/meters/elementary.h"
#include "worker/dsp/meters/true_peak.h"

namespace trackout::dsp {
namespace {

constexpr double kSilent = -std::numeric_limits<double>::infinity();
constexpr double kNear = 0.01;

// NEAR of two -inf is not a number.
void ExpectNear(double figure, double expected) {
  if (figure == expected) return;
  EXPECT_NEAR(figure, expected, kNear);
}

void ExpectAsLibrary(const Sound& sound, int rate) {
  SCOPED_TRACE(testing::Message() << sound.size() << " channels at " << rate);
  const Reading reading = Measure(sound, rate);
  const Expected expected = AskLibrary(sound, rate);
  ExpectNear(reading.peak_dbfs, expected.peak);
  ExpectNear(reading.true_peak_dbtp, expected.true_peak);
  EXPECT_GE(reading.true_peak_dbtp, reading.peak_dbfs);
  ASSERT_TRUE(reading.loudness_range_lu.has_value());
  ExpectNear(*reading.loudness_lufs, expected.loudness);
  ExpectNear(*reading.max_momentary_lufs, expected.momentary);
  ExpectNear(*reading.max_short_term_lufs, expected.short_term);
  ExpectNear(*reading.loudness_range_lu, expected.range);
}

TEST(BesideLibebur128, MusicAtEveryRate) {
  for (const int rate : {8000, 22050, 44100, 48000, 88200, 96000, 176400, 192000}) {
    ExpectAsLibrary(MusicOf(2, 21 * rate + 77, 1, rate), rate);
  }
}

TEST(BesideLibebur128, EveryLayout) {
  for (const int channels : {1, 2, 3, 4, 5, 6, 8}) {
    ExpectAsLibrary(MusicOf(channels, 12 * 48000, channels, 48000), 48000);
  }
}

TEST(BesideLibebur128, NoiseAtEveryRate) {
  for (const int rate : {44100, 48000, 88200, 96000, 192000}) {
    ExpectAsLibrary({Noise(5 * rate, 1, 1), Noise(5 * rate, 0.5, 2)}, rate);
  }
}

TEST(BesideLibebur128, WhatIsOnlyInTheLastTile) {
  Sound sound{Silence(48000 * 4 + 50)};
  const Plane end = Noise(40, 0.9, 7);
  std::copy(end.begin(), end.end(), sound[0].end() - 40);
  ExpectAsLibrary(sound, 48000);
}

TEST(BesideLibebur128, WhatIsTooQuiet) {
  ExpectAsLibrary({Noise(48000 * 5, 1e-5, 7)}, 48000);
}

// With libebur128's 100 ms, and no more than its whole windows.
TEST(BesideLibebur128, FilesThatEndAtAWindow) {
  for (const size_t frames : {19199, 19200, 19201, 143999, 144000, 144001}) {
    const Sound sound{Noise(frames, 0.3, 7)};
    const Reading reading = Measure(sound, 48000);
    const Expected expected = AskLibrary(sound, 48000);
    ASSERT_EQ(reading.loudness_lufs.has_value(), frames >= 19200);
    ASSERT_EQ(reading.max_momentary_lufs.has_value(), frames >= 19200);
    ASSERT_EQ(reading.max_short_term_lufs.has_value(), frames >= 144000);
    ASSERT_EQ(reading.loudness_range_lu.has_value(), frames >= 144000);
    if (frames < 19200) continue;
    ExpectNear(*reading.loudness_lufs, expected.loudness);
    ExpectNear(*reading.max_momentary_lufs, expected.momentary);
    if (frames < 144000) continue;
    ExpectNear(*reading.max_short_term_lufs, expected.short_term);
    ExpectNear(*reading.loudness_range_lu, expected.range);
  }
}

TEST(MeterBank, SilenceHasNoLevel) {
  const Reading reading = Measure({Silence(200000), Silence(200000)}, 48000);
  EXPECT_EQ(reading.peak_dbfs, kSilent);
  EXPECT_EQ(reading.true_peak_dbtp, kSilent);
  EXPECT_EQ(reading.rms_dbfs, kSilent);
  EXPECT_EQ(reading.dc_offset, 0);
  EXPECT_EQ(reading.correlation, std::nullopt);
  EXPECT_EQ(reading.loudness_lufs, kSilent);
  EXPECT_EQ(reading.max_momentary_lufs, kSilent);
  EXPECT_EQ(reading.max_short_term_lufs, kSilent);
  EXPECT_EQ(reading.loudness_range_lu, 0);
}

TEST(MeterBank, ReadsAnEmptyFile) {
  const MeterBank bank(48000, {2, 1});
  for (const size_t file : {0, 1}) {
    const Reading reading = bank.Read(file);
    EXPECT_EQ(reading.peak_dbfs, kSilent);
    EXPECT_EQ(reading.rms_dbfs, kSilent);
    EXPECT_EQ(reading.dc_offset, 0);
    EXPECT_EQ(reading.loudness_lufs, std::nullopt);
  }
}

TEST(MeterBank, RmsIsOfAllChannels) {
  const Reading one = Measure({Sine(48000, 0.5, 1000, 48000)}, 48000);
  EXPECT_NEAR(one.rms_dbfs, 20 * std::log10(0.5) - 10 * std::log10(2), 0.0001);
  const Reading two = Measure({Sine(48000, 0.5, 1000, 48000), Silence(48000)}, 48000);
  EXPECT_NEAR(two.rms_dbfs, one.rms_dbfs - 10 * std::log10(2), 0.0002);
}

TEST(MeterBank, DcIsOfTheChannelThatHasMost) {
  Sound sound{Sine(48000, 0.5, 1000, 48000), Sine(48000, 0.5, 1000, 48000)};
  for (double& sample : sound[0]) sample += 0.001;
  for (double& sample : sound[1]) sample -= 0.002;
  EXPECT_NEAR(Measure(sound, 48000).dc_offset, -0.002, 1e-12);
}

TEST(MeterBank, CorrelationIsOfTheFirstTwoChannels) {
  const Plane noise = Noise(50000, 0.5, 1);
  Plane turned = noise;
  for (double& sample : turned) sample *= -0.25;
  EXPECT_EQ(Measure({noise, noise}, 48000).correlation, 1);
  EXPECT_EQ(Measure({noise, turned, noise}, 48000).correlation, -1);
  EXPECT_NEAR(*Measure({noise, Noise(50000, 0.5, 77)}, 48000).correlation, 0, 0.02);
  EXPECT_EQ(Measure({noise}, 48000).correlation, std::nullopt);
  EXPECT_EQ(Measure({noise, Silence(50000)}, 48000).correlation, std::nullopt);
}

TEST(MeterBank, CorrelationIsItsSums) {
  const Plane left = Music(70001, 0.5, 1, 48000);
  const Plane right = Music(70001, 0.5, 2, 48000);
  double ll = 0, rr = 0, lr = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    ll += left[i] * left[i];
    rr += right[i] * right[i];
    lr += left[i] * right[i];
  }
  EXPECT_NEAR(*Measure({left, right}, 48000).correlation, lr / std::sqrt(ll * rr), 1e-12);
}

TEST(MeterBank, ScalesAreOfEachFile) {
  const Plane sound = Noise(200000, 0.5, 1);
  Plane steps = sound;
  for (double& sample : steps) sample = sample * 0x1p23;
  MeterBank bank(48000, {1, 1});
  bank.Process(std::vector<std::span<const double>>{sound, steps}, std::vector<double>{1, 0x1p-23});
  const Reading a = bank.Read(0);
  const Reading b = bank.Read(1);
  EXPECT_EQ(a.peak_dbfs, b.peak_dbfs);
  EXPECT_EQ(a.true_peak_dbtp, b.true_peak_dbtp);
  EXPECT_EQ(a.rms_dbfs, b.rms_dbfs);
  EXPECT_EQ(a.dc_offset, b.dc_offset);
  EXPECT_EQ(a.loudness_lufs, b.loudness_lufs);
  EXPECT_EQ(a.max_short_term_lufs, b.max_short_term_lufs);
  EXPECT_EQ(a.loudness_range_lu, b.loudness_range_lu);
}

// Between the samples in its middle the signal is 4.6 dB higher.
constexpr std::array<double, 4> kBurst{-0.4, 0.4, 0.4, -0.4};

// The interpolator of true_peak.h, phase after phase, of every sample, with nothing left out.
double PlainTruePeak(const Plane& plane, int rate) {
  const Interpolator by = InterpolatorAt(rate);
  const auto at = [&plane](size_t i, size_t back) {
    return back <= i ? static_cast<float>(plane[i - back]) : 0.0F;
  };
  double highest = 0;
  for (size_t i = 0; i < plane.size(); ++i) {
    float even = 0, odd = 0, half = 0;
    const size_t taps = by.factor == 4 ? 6 : 12;
    for (size_t t = 0; t < taps; ++t) {
      const float later = at(i, t);
      const float earlier = at(i, 2 * taps - 1 - t);
      half += (later + earlier) * by.half[t];
      if (by.factor == 2) continue;
      even += (later + earlier) * by.even[t];
      odd += (later - earlier) * by.odd[t];
    }
    highest = std::max({highest, std::abs(plane[i]), static_cast<double>(std::abs(even) + std::abs(odd)),
                        static_cast<double>(std::abs(half))});
  }
  return DecibelsOfAmplitude(highest);
}

TEST(TruePeak, LeavesOutOnlyWhatCannotBeTheHighest) {
  for (const int rate : {44100, 48000, 96000}) {
    for (uint32_t seed = 1; seed <= 8; ++seed) {
      const Plane noise = Noise(3000, 0.3, seed);
      EXPECT_EQ(Measure({noise}, rate).true_peak_dbtp, PlainTruePeak(noise, rate));
      const Plane music = Music(30000, 0.9, seed, rate);
      EXPECT_EQ(Measure({music}, rate).true_peak_dbtp, PlainTruePeak(music, rate));
      // What lies between the last samples of a tile is found in the next, which is low itself.
      Plane burst = Noise(640, 0.05, seed);
      std::copy(kBurst.begin(), kBurst.end(), burst.begin() + 4 * 64 - kBurst.size());
      EXPECT_EQ(Measure({burst}, rate).true_peak_dbtp, PlainTruePeak(burst, rate));
      EXPECT_GT(Measure({burst}, rate).true_peak_dbtp, Measure({burst}, rate).peak_dbfs + 3);
    }
  }
}

// The interpolator would need samples that are not there.
TEST(TruePeak, DoesNotLookBeyondTheEnd) {
  for (const size_t frames : {6 * 64, 6 * 64 + 6, 6 * 64 + 50}) {
    Plane plane = Silence(frames);
    std::copy(kBurst.begin(), kBurst.end(), plane.end() - kBurst.size());
    const Reading reading = Measure({plane}, 48000);
    EXPECT_NEAR(reading.true_peak_dbtp, AskLibrary({plane}, 48000).true_peak, kNear);
    EXPECT_LT(reading.true_peak_dbtp, reading.peak_dbfs + 1);
  }
}

TEST(TruePeak, TheBoundIsThatOfTheTaps) {
  EXPECT_NEAR(InterpolatorAt(48000).bound, 1.864, 0.001);
  EXPECT_EQ(InterpolatorAt(192000).factor, 1);
}

}  // namespace
}  // namespace trackout::dsp
