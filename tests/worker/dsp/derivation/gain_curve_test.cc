// Splines against a plain formula, and their least squares against what was put in.
#include "worker/dsp/derivation/gain_curve.h"

#include <cmath>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

// The cubic B-spline around 0, of width 4.
double PlainSpline(double x) {
  x = std::abs(x);
  if (x >= 2) return 0;
  if (x >= 1) return (2 - x) * (2 - x) * (2 - x) / 6;
  return 2.0 / 3 - x * x + x * x * x / 2;
}

TEST(GainCurve, IsTheSumOfSplines) {
  const int64_t first = -37;
  const Samples knots = Noise(20, 1);
  const GainCurve curve(first, 17 * 16, 16, knots);
  Samples gains(17 * 16);
  curve.Values(first, gains);
  for (size_t n = 0; n < gains.size(); ++n) {
    const double at = (static_cast<double>(n) + 0.5) / 16;
    double sum = 0;
    for (size_t k = 0; k < knots.size(); ++k) sum += knots[k] * PlainSpline(at - static_cast<double>(k) + 1);
    ASSERT_NEAR(gains[n], sum, 1e-15);
  }
}

TEST(GainCurve, IsTheSameInAnyPiecesAndHoldsOutside) {
  const GainCurve curve(100, 1000, 16, Noise(70, 2));
  Samples whole(1400);
  curve.Values(-100, whole);
  for (const size_t piece : {1, 5, 16, 64, 1000}) {
    Samples pieces(1400);
    for (size_t n = 0; n < pieces.size(); n += piece) {
      curve.Values(static_cast<int64_t>(n) - 100,
                   std::span(pieces).subspan(n, std::min(piece, pieces.size() - n)));
    }
    ASSERT_TRUE(SameBits(whole, pieces)) << piece;
  }
  for (size_t n = 0; n < 200; ++n) ASSERT_EQ(whole[n], whole[200]);
  for (size_t n = 1199; n < 1400; ++n) ASSERT_EQ(whole[n], whole[1199]);
}

TEST(GainFit, FindsTheKnotsThatWerePutIn) {
  constexpr size_t kFrames = 16 * 100 - 5;
  Samples knots = Noise(103, 3, 0.4);
  for (double& knot : knots) knot += 1;
  Samples gains(kFrames);
  GainCurve(0, kFrames, 16, knots).Values(0, gains);
  const Planes heard{Noise(kFrames, 4), Noise(kFrames, 5)};
  Planes wanted = heard;
  MultiplyBy(gains, wanted);
  GainFit fit(kFrames, 16);
  ASSERT_EQ(fit.knot_count(), knots.size());
  Samples side(fit.knot_count());
  // In two pieces.
  for (const auto& [first, count] : {std::pair<size_t, size_t>{0, 160}, {160, kFrames - 160}}) {
    std::vector<std::span<const double>> u, y;
    for (size_t c = 0; c < 2; ++c) {
      u.push_back(std::span(heard[c]).subspan(first, count));
      y.push_back(std::span(wanted[c]).subspan(first, count));
    }
    fit.Hear(static_cast<int64_t>(first), u);
    fit.Compare(static_cast<int64_t>(first), u, y, side);
  }
  fit.Factor();
  fit.PullToOne(side);
  fit.Solve(side);
  for (size_t k = 0; k < knots.size(); ++k) ASSERT_NEAR(side[k], knots[k], 2e-3);
}

// Whatever is wanted there.
TEST(GainFit, HoldsWhereNextToNothingIsHeard) {
  constexpr int64_t kFrames = 48000;
  Planes heard{Noise(kFrames, 6)};
  Planes wanted = heard;
  ScaleBy(3, wanted);
  for (int64_t n = 0; n < kFrames; ++n) {
    if (n < 4800 || n >= 9600) heard[0][static_cast<size_t>(n)] *= 1e-6;
  }
  GainFit fit(kFrames, 16);
  fit.Hear(0, All(heard));
  fit.Factor();
  Samples side(fit.knot_count());
  fit.Compare(0, All(heard), All(wanted), side);
  fit.PullToOne(side);
  fit.Solve(side);
  for (const double knot : side) ASSERT_NEAR(knot, 3, 0.02);
}

TEST(GainFit, GoesStraightThroughSilence) {
  constexpr size_t kFrames = 48000;
  Planes heard{Noise(kFrames, 7)};
  Planes wanted = heard;
  for (size_t n = 0; n < kFrames; ++n) {
    wanted[0][n] *= n < kFrames / 2 ? 1 : 2;
    if (n >= kFrames / 4 && n < kFrames * 3 / 4) heard[0][n] = 0;
  }
  GainFit fit(kFrames, 16);
  fit.Hear(0, All(heard));
  fit.Factor();
  Samples side(fit.knot_count());
  fit.Compare(0, All(heard), All(wanted), side);
  fit.PullToOne(side);
  fit.Solve(side);
  for (size_t k = 0; k + 1 < side.size(); ++k) ASSERT_NEAR(side[k + 1], side[k], 0.01) << k;
  EXPECT_NEAR(side[side.size() / 2], 1.5, 0.01);
  EXPECT_NEAR(side.back(), 2, 0.01);
}

TEST(GainFit, OfSilenceIsOne) {
  const Planes silence = SilentPlanes(2, 1000);
  GainFit fit(1000, 16);
  fit.Hear(0, All(silence));
  fit.Factor();
  Samples side(fit.knot_count());
  fit.PullToOne(side);
  fit.Solve(side);
  for (const double knot : side) ASSERT_NEAR(knot, 1, 1e-5);
}

TEST(GainFit, BoundsKnots) {
  Samples knots{-1, 0, 1, 100};
  Bound(knots);
  EXPECT_EQ(knots, (Samples{kLowestGain, kLowestGain, 1, kHighestGain}));
}

}  // namespace
}  // namespace trackout::dsp
