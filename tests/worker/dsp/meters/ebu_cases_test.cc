// The signals of EBU Tech 3341 (table 1) and Tech 3342 (table 1), made here, with their tolerances. Left out
// are those that are recordings: 7 and 8 of Tech 3341, 5 and 6 of Tech 3342.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "gtest/gtest.h"
#include "tests/worker/dsp/meters/test_sound.h"

namespace trackout::dsp {
namespace {

constexpr int kRate = 48000;

double Level(double db) {
  return std::pow(10, db / 20);
}

size_t Frames(double seconds) {
  return static_cast<size_t>(std::lround(seconds * kRate));
}

struct Part {
  double seconds;
  double db;
};
constexpr double kSilent = -1000;

// 1 kHz, whose phase runs on from part to part.
Plane Tone(const std::vector<Part>& parts) {
  Plane plane;
  for (const Part& part : parts) {
    const double level = part.db == kSilent ? 0 : Level(part.db);
    const size_t end = plane.size() + Frames(part.seconds);
    while (plane.size() < end) {
      const double turns = static_cast<double>(plane.size() % 48) / 48;
      plane.push_back(level * std::sin(2 * std::numbers::pi * turns));
    }
  }
  return plane;
}

Reading MeasureStereo(const Plane& plane) {
  return Measure({plane, plane}, kRate);
}

Reading MeasureTone(const std::vector<Part>& parts) {
  return MeasureStereo(Tone(parts));
}

TEST(Tech3341, Case1And2AreSteadyTones) {
  for (const double db : {-23.0, -33.0}) {
    const Reading reading = MeasureTone({{20, db}});
    EXPECT_NEAR(*reading.loudness_lufs, db, 0.1);
    EXPECT_NEAR(*reading.max_momentary_lufs, db, 0.1);
    EXPECT_NEAR(*reading.max_short_term_lufs, db, 0.1);
  }
}

TEST(Tech3341, Case3GatesQuietTones) {
  EXPECT_NEAR(*MeasureTone({{10, -36}, {60, -23}, {10, -36}}).loudness_lufs, -23, 0.1);
}

TEST(Tech3341, Case4GatesVeryQuietTones) {
  EXPECT_NEAR(*MeasureTone({{10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}}).loudness_lufs, -23, 0.1);
}

TEST(Tech3341, Case5KeepsWhatIsNotQuietEnough) {
  EXPECT_NEAR(*MeasureTone({{20, -26}, {20.1, -20}, {20, -26}}).loudness_lufs, -23, 0.1);
}

TEST(Tech3341, Case6WeighsSurroundsOfFiveChannelsAndOf5Point1) {
  const Plane front = Tone({{20, -28}});
  const Plane centre = Tone({{20, -24}});
  const Plane surround = Tone({{20, -30}});
  EXPECT_NEAR(*Measure({front, front, centre, surround, surround}, kRate).loudness_lufs, -23, 0.1);
  const Plane lfe = Tone({{20, -6}});
  EXPECT_NEAR(*Measure({front, front, centre, lfe, surround, surround}, kRate).loudness_lufs, -23, 0.1);
}

// "Constant": each file that ends after 3 s has the same loudest 3 s, and no window is quieter: seen from the
// files that begin later.
TEST(Tech3341, Case9HasAConstantShortTermLoudness) {
  std::vector<Part> parts;
  for (int i = 0; i < 5; ++i) parts.insert(parts.end(), {{1.34, -20}, {1.66, -30}});
  const Plane plane = Tone(parts);
  EXPECT_NEAR(*MeasureStereo(plane).max_short_term_lufs, -23, 0.1);
  for (double start = 0.5; start <= 12; start += 0.5) {
    const Plane window(plane.begin() + Frames(start), plane.begin() + Frames(start + 3));
    EXPECT_NEAR(*MeasureStereo(window).max_short_term_lufs, -23, 0.1) << start;
  }
}

TEST(Tech3341, Case10FindsThreeSecondsWhereverTheyBegin) {
  for (int i = 0; i < 20; ++i) {
    const Reading reading = MeasureTone({{0.15 * i, kSilent}, {3, -23}, {1, kSilent}});
    EXPECT_NEAR(*reading.max_short_term_lufs, -23, 0.1) << i;
  }
}

TEST(Tech3341, Case11FollowsLouderAndLouderSegments) {
  std::vector<Part> parts;
  for (int i = 0; i < 20; ++i) {
    parts.insert(parts.end(), {{0.15 * i, kSilent}, {3, -38.0 + i}, {3 - 0.15 * i, kSilent}});
    EXPECT_NEAR(*MeasureTone(parts).max_short_term_lufs, -38 + i, 0.1) << i;
  }
}

TEST(Tech3341, Case12HasAConstantMomentaryLoudness) {
  std::vector<Part> parts;
  for (int i = 0; i < 25; ++i) parts.insert(parts.end(), {{0.18, -20}, {0.22, -30}});
  const Plane plane = Tone(parts);
  EXPECT_NEAR(*MeasureStereo(plane).max_momentary_lufs, -23, 0.1);
  for (double start = 1; start <= 9.5; start += 0.13) {
    const Plane window(plane.begin() + Frames(start), plane.begin() + Frames(start + 0.4));
    EXPECT_NEAR(*MeasureStereo(window).max_momentary_lufs, -23, 0.1) << start;
  }
}

TEST(Tech3341, Case13Finds400MillisecondsWhereverTheyBegin) {
  for (int i = 0; i < 20; ++i) {
    const Reading reading = MeasureTone({{0.02 * i, kSilent}, {0.4, -23}, {1, kSilent}});
    EXPECT_NEAR(*reading.max_momentary_lufs, -23, 0.1) << i;
  }
}

TEST(Tech3341, Case14FollowsLouderAndLouderSegments) {
  std::vector<Part> parts;
  for (int i = 0; i < 20; ++i) {
    parts.insert(parts.end(), {{0.02 * i, kSilent}, {0.4, -38.0 + i}, {0.4 - 0.02 * i, kSilent}});
    EXPECT_NEAR(*MeasureTone(parts).max_momentary_lufs, -38 + i, 0.1) << i;
  }
}

// Tones at rate / divisor, with fades of 10 ms, for their ends are no part of the test.
Plane Divided(double level, double divisor, double degrees) {
  Plane plane(Frames(1));
  const size_t fade = Frames(0.01);
  for (size_t i = 0; i < plane.size(); ++i) {
    const double turns = static_cast<double>(i) / divisor + degrees / 360;
    const size_t edge = std::min({i, plane.size() - 1 - i, fade});
    plane[i] = level * std::sin(2 * std::numbers::pi * turns) * static_cast<double>(edge) /
               static_cast<double>(fade);
  }
  return plane;
}

void ExpectTruePeak(const Plane& plane, double db, int number) {
  const double reading = MeasureStereo(plane).true_peak_dbtp;
  EXPECT_LE(reading, db + 0.2) << "case " << number;
  EXPECT_GE(reading, db - 0.4) << "case " << number;
}

TEST(Tech3341, Case15To19FindPeaksBetweenSamples) {
  ExpectTruePeak(Divided(0.5, 4, 0), -6, 15);
  ExpectTruePeak(Divided(0.5, 4, 45), -6, 16);
  ExpectTruePeak(Divided(0.5, 6, 60), -6, 17);
  ExpectTruePeak(Divided(0.5, 8, 67.5), -6, 18);
  ExpectTruePeak(Divided(1.41, 4, 45), 3, 19);
}

// A tone at a sixth of the rate, in the midst of which is one period at a fourth of it, twice as high: made
// at four times the rate, band-limited, and then every fourth sample taken from `offset` on.
Plane OnePeriod(size_t offset) {
  Plane fine;
  const auto add = [&fine](size_t count, double period, double level) {
    for (size_t i = 0; i < count; ++i) {
      fine.push_back(level * std::sin(2 * std::numbers::pi * static_cast<double>(i) / period));
    }
  };
  add(2400, 24, 0.5);
  add(16, 16, 1);
  add(2400, 24, 0.5);
  constexpr int kHalf = 160;
  Plane plane;
  for (size_t i = kHalf + offset; i + kHalf < fine.size(); i += 4) {
    double sum = 0;
    for (int k = -kHalf; k <= kHalf; ++k) {
      const double x = std::numbers::pi * k / 4;
      const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * k / (kHalf + 1));
      sum += fine[i + k] * (k == 0 ? 1 : std::sin(x) / x) * window / 4;
    }
    plane.push_back(sum);
  }
  const size_t fade = plane.size() / 4;
  for (size_t i = 0; i < fade; ++i) {
    plane[i] *= static_cast<double>(i) / static_cast<double>(fade);
    plane[plane.size() - 1 - i] *= static_cast<double>(i) / static_cast<double>(fade);
  }
  return plane;
}

TEST(Tech3341, Case20To23FindOnePeakAtEveryOffset) {
  for (int offset = 0; offset < 4; ++offset) ExpectTruePeak(OnePeriod(offset), 0, 20 + offset);
}

TEST(Tech3342, Cases1To4SpanTheirRange) {
  EXPECT_NEAR(*MeasureTone({{20, -20}, {20, -30}}).loudness_range_lu, 10, 1);
  EXPECT_NEAR(*MeasureTone({{20, -20}, {20, -15}}).loudness_range_lu, 5, 1);
  EXPECT_NEAR(*MeasureTone({{20, -40}, {20, -20}}).loudness_range_lu, 20, 1);
  EXPECT_NEAR(*MeasureTone({{20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}}).loudness_range_lu, 15, 1);
}

}  // namespace
}  // namespace trackout::dsp
