// Parameters over time against the formula at each frame, in whatever blocks they are asked for.
#include "worker/dsp/envelope.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/worker/dsp/each_isa.h"
#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Points = std::vector<EnvelopePoint>;

// The two points around a frame; the same one twice where the value holds.
std::pair<EnvelopePoint, EnvelopePoint> Around(const Points& points, int64_t frame) {
  if (frame < points.front().frame) return {points.front(), points.front()};
  size_t k = 0;
  while (k + 1 < points.size() && points[k + 1].frame <= frame) ++k;
  return {points[k], points[std::min(k + 1, points.size() - 1)]};
}

double Line(double v0, double v1, int64_t n0, int64_t n1, int64_t n) {
  if (n0 == n1) return v0;
  const volatile double slope = (v1 - v0) / static_cast<double>(n1 - n0);
  const volatile double way = static_cast<double>(n - n0) * slope;
  return v0 + way;
}

double PlainLine(const Points& points, int64_t n) {
  const auto [a, b] = Around(points, n);
  return Line(a.value, b.value, a.frame, b.frame, n);
}

double PlainDecibels(const Points& points, int64_t n) {
  const auto [a, b] = Around(points, n);
  if (std::isinf(a.value) || std::isinf(b.value))
    return Line(FromDecibels(a.value), FromDecibels(b.value), a.frame, b.frame, n);
  return FromDecibels(Line(a.value, b.value, a.frame, b.frame, n));
}

using Fill = std::function<void(int64_t, std::span<double>)>;
using At = std::function<double(int64_t)>;

class Envelope : public EachIsa {
 protected:
  static constexpr int64_t kFirst = -20;
  static constexpr size_t kCount = 400;

  // The same in blocks of any size.
  static void Check(const Fill& fill, const At& at) {
    Samples expected(kCount);
    for (size_t i = 0; i < kCount; ++i) expected[i] = at(kFirst + static_cast<int64_t>(i));
    for (const size_t block : {kCount, size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{64}, size_t{101}}) {
      Samples values(kCount, -1);
      for (size_t i = 0; i < kCount; i += block) {
        fill(kFirst + static_cast<int64_t>(i), std::span(values).subspan(i, std::min(block, kCount - i)));
      }
      ASSERT_TRUE(SameBits(values, expected)) << "blocks of " << block;
    }
  }
};
TRACKOUT_FOR_EACH_ISA(Envelope);

const Points kPoints[] = {
    {{0, -7.3}},
    {{100, 0.1}, {200, 0.9}},
    {{-50, 1}, {-10, -1}, {33, -1}, {34, 5}, {100, 0.7}, {317, 0.3}, {1000, 12}},
    {{0, 1}, {100, 2}, {100, -3}, {150, -3}, {150, 4}},  // two at one frame: a step
};

TEST_P(Envelope, IsStraightBetweenPoints) {
  for (const Points& points : kPoints) {
    Check([&](int64_t n, std::span<double> values) { LineValues(points, n, values); },
          [&](int64_t n) { return PlainLine(points, n); });
  }
}

TEST_P(Envelope, OfDecibelsIsStraightInDecibels) {
  for (const Points& points : kPoints) {
    Check([&](int64_t n, std::span<double> values) { DecibelGains(points, n, values); },
          [&](int64_t n) { return PlainDecibels(points, n); });
  }
}

TEST_P(Envelope, ThatTouchesSilenceIsStraightInAmplitude) {
  const Points points{{0, -kInfinity}, {100, -6}, {150, -12}, {200, -kInfinity}, {250, -kInfinity}, {300, 0}};
  Check([&](int64_t n, std::span<double> values) { DecibelGains(points, n, values); },
        [&](int64_t n) { return PlainDecibels(points, n); });
  Samples gains(301);
  DecibelGains(points, 0, gains);
  EXPECT_EQ(gains[0], 0);
  EXPECT_NEAR(gains[50], FromDecibels(-6) / 2, 1e-15);
  EXPECT_NEAR(gains[125], FromDecibels(-9), 1e-15);
  EXPECT_NEAR(gains[175], FromDecibels(-12) / 2, 1e-15);
  EXPECT_EQ(gains[220], 0);
  EXPECT_EQ(gains[300], 1);
}

TEST_P(Envelope, ReachesItsPointsExactly) {
  Samples values(1);
  for (const EnvelopePoint& point : kPoints[2]) {
    LineValues(kPoints[2], point.frame, values);
    EXPECT_EQ(values[0], point.value);
  }
}

// A mute, frame by frame: the gain walks to its target from where it stood when the point came.
double PlainMute(const Points& points, int64_t ramp, int64_t n) {
  double from = 1 - points.front().value;
  for (size_t k = 0; k < points.size() && points[k].frame <= n; ++k) {
    const double to = 1 - points[k].value;
    const int64_t end = k + 1 < points.size() ? std::min(points[k + 1].frame, n) : n;
    from = end - points[k].frame >= ramp ? to : Line(from, to, 0, ramp, end - points[k].frame);
  }
  return from;
}

TEST_P(Envelope, OfAMuteMovesWithinItsRamp) {
  const Points mutes[] = {
      {{0, 1}},
      {{50, 0}, {100, 1}, {200, 0}},
      {{-100, 0}, {-5, 1}, {3, 0}, {20, 1}, {25, 0}, {26, 1}, {300, 0}},  // within each other's ramps
      {{10, 0}, {60, 1}, {60, 0}, {90, 1}},
  };
  for (const Points& points : mutes) {
    for (const int64_t ramp : {0, 1, 10, 96}) {
      Check([&](int64_t n, std::span<double> values) { MuteGains(points, ramp, n, values); },
            [&](int64_t n) { return PlainMute(points, ramp, n); });
    }
  }
}

TEST_P(Envelope, OfAMuteByHand) {
  const Points points{{0, 0}, {10, 1}, {30, 0}, {32, 1}};
  Samples gains(40);
  MuteGains(points, 4, 0, gains);
  EXPECT_EQ(Samples(gains.begin() + 8, gains.begin() + 16), (Samples{1, 1, 1, 0.75, 0.5, 0.25, 0, 0}));
  // At 32 it stands at 0.5 and turns back: straight from there to 0 within four frames.
  EXPECT_EQ(Samples(gains.begin() + 29, gains.begin() + 38),
            (Samples{0, 0, 0.25, 0.5, 0.375, 0.25, 0.125, 0, 0}));
}

TEST_P(Envelope, GainsFromDecibelsAreThoseOfOneToTheLastBit) {
  for (const size_t count : Lengths()) {
    Samples db = Noise(count, 11, 150);
    if (count > 3) db[count / 2] = -kInfinity;
    if (count > 3) db[count / 3] = -6000.001;
    Samples gains(count);
    FromDecibels(db, gains);
    Samples expected;
    for (const double one : db) expected.push_back(FromDecibels(one));
    ASSERT_TRUE(SameBits(gains, expected));
    FromDecibels(db, db);
    ASSERT_TRUE(SameBits(db, expected));
  }
  Samples far = Noise(3000, 12, 1000);
  for (size_t i = 0; i < far.size(); i += 2) far[i] *= 6;
  far.erase(std::remove_if(far.begin(), far.end(), [](double db) { return db > 1000; }), far.end());
  Samples gains(far.size());
  FromDecibels(far, gains);
  for (size_t i = 0; i < far.size(); ++i) ASSERT_EQ(gains[i], FromDecibels(far[i])) << far[i];
}

}  // namespace
}  // namespace trackout::dsp
