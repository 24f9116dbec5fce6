// Layouts: every entry of the conversions by hand, and the loops against plain ones.
#include "worker/dsp/layout.h"

#include <cmath>
#include <numbers>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

constexpr double h = 0.70710678118654752440;  // the square root of 1/2
constexpr double kWithin = 4e-16;
constexpr PanLaw kLaws[] = {PanLaw::kMinus3, PanLaw::kMinus4_5, PanLaw::kMinus6, PanLaw::k0,
                            PanLaw::kMinus3Compensated};
constexpr int kLayouts[] = {1, 2, 3, 4, 6, 8};

// Rows are the channels of the destination.
using Rows = std::vector<Samples>;

void ExpectRows(const Matrix& matrix, const Rows& rows) {
  ASSERT_EQ(static_cast<size_t>(matrix.to), rows.size());
  for (size_t t = 0; t < rows.size(); ++t) {
    ASSERT_EQ(static_cast<size_t>(matrix.from), rows[t].size());
    for (size_t f = 0; f < rows[t].size(); ++f)
      EXPECT_NEAR(matrix.gain[t][f], rows[t][f], kWithin) << "to " << t << " from " << f;
  }
}

TEST(Layout, IsKnownByItsNumberOfChannels) {
  for (int channels = -1; channels < 20; ++channels) {
    EXPECT_EQ(IsLayout(channels), std::count(std::begin(kLayouts), std::end(kLayouts), channels) == 1);
  }
}

TEST(Layout, SidesOfChannels) {
  using enum Side;
  const std::vector<Side> sides{kLeft, kRight, kNone, kNone, kLeft, kRight, kLeft, kRight};
  for (int c = 0; c < 8; ++c) EXPECT_EQ(SideOf(8, c), sides[static_cast<size_t>(c)]);
  for (int c = 0; c < 6; ++c) EXPECT_EQ(SideOf(6, c), sides[static_cast<size_t>(c)]);
  EXPECT_EQ(SideOf(1, 0), kNone);
  EXPECT_EQ(SideOf(4, 2), kLeft);
  EXPECT_EQ(SideOf(4, 3), kRight);
  EXPECT_EQ(SideOf(3, 2), kNone);
}

TEST(Conversion, IntoTheSameLeavesAllAsItIs) {
  for (const int channels : kLayouts) {
    const Matrix matrix = Conversion(channels, channels);
    for (size_t t = 0; t < static_cast<size_t>(channels); ++t) {
      for (size_t f = 0; f < static_cast<size_t>(channels); ++f) EXPECT_EQ(matrix.gain[t][f], t == f ? 1 : 0);
    }
  }
}

TEST(Conversion, OfMonoStandsInTheMiddleOfLeftAndRight) {
  ExpectRows(Conversion(1, 2), {{h}, {h}});
  ExpectRows(Conversion(1, 3), {{h}, {h}, {0}});
  ExpectRows(Conversion(1, 4), {{h}, {h}, {0}, {0}});
  ExpectRows(Conversion(1, 6), {{h}, {h}, {0}, {0}, {0}, {0}});
  ExpectRows(Conversion(1, 8), {{h}, {h}, {0}, {0}, {0}, {0}, {0}, {0}});
}

TEST(Conversion, OfStereo) {
  ExpectRows(Conversion(2, 1), {{h, h}});
  ExpectRows(Conversion(2, 3), {{1, 0}, {0, 1}, {0, 0}});
  ExpectRows(Conversion(2, 4), {{1, 0}, {0, 1}, {0, 0}, {0, 0}});
  ExpectRows(Conversion(2, 6), {{1, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 0}, {0, 0}});
  ExpectRows(Conversion(2, 8), {{1, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}});
}

TEST(Conversion, OfLcr) {
  ExpectRows(Conversion(3, 1), {{h, h, 1}});
  ExpectRows(Conversion(3, 2), {{1, 0, h}, {0, 1, h}});
  ExpectRows(Conversion(3, 4), {{1, 0, h}, {0, 1, h}, {0, 0, 0}, {0, 0, 0}});
  ExpectRows(Conversion(3, 6), {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}});
  ExpectRows(Conversion(3, 8),
             {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}});
}

TEST(Conversion, OfQuad) {
  ExpectRows(Conversion(4, 1), {{h, h, 0.5, 0.5}});
  ExpectRows(Conversion(4, 2), {{1, 0, h, 0}, {0, 1, 0, h}});
  ExpectRows(Conversion(4, 3), {{1, 0, h, 0}, {0, 1, 0, h}, {0, 0, 0, 0}});
  ExpectRows(Conversion(4, 6),
             {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}});
  ExpectRows(Conversion(4, 8), {{1, 0, 0, 0},
                                {0, 1, 0, 0},
                                {0, 0, 0, 0},
                                {0, 0, 0, 0},
                                {0, 0, 0, 0},
                                {0, 0, 0, 0},
                                {0, 0, 1, 0},
                                {0, 0, 0, 1}});
}

TEST(Conversion, OfFivePointOne) {
  ExpectRows(Conversion(6, 1), {{h, h, 1, 0, 0.5, 0.5}});
  ExpectRows(Conversion(6, 2), {{1, 0, h, 0, h, 0}, {0, 1, h, 0, 0, h}});  // BS.775-3, table 2
  ExpectRows(Conversion(6, 3), {{1, 0, 0, 0, h, 0}, {0, 1, 0, 0, 0, h}, {0, 0, 1, 0, 0, 0}});
  ExpectRows(Conversion(6, 4),
             {{1, 0, h, 0, 0, 0}, {0, 1, h, 0, 0, 0}, {0, 0, 0, 0, 1, 0}, {0, 0, 0, 0, 0, 1}});
  ExpectRows(Conversion(6, 8), {{1, 0, 0, 0, 0, 0},
                                {0, 1, 0, 0, 0, 0},
                                {0, 0, 1, 0, 0, 0},
                                {0, 0, 0, 1, 0, 0},
                                {0, 0, 0, 0, 0, 0},
                                {0, 0, 0, 0, 0, 0},
                                {0, 0, 0, 0, 1, 0},
                                {0, 0, 0, 0, 0, 1}});
}

TEST(Conversion, OfSevenPointOne) {
  ExpectRows(Conversion(8, 1), {{h, h, 1, 0, 0.5, 0.5, 0.5, 0.5}});
  ExpectRows(Conversion(8, 2), {{1, 0, h, 0, h, 0, h, 0}, {0, 1, h, 0, 0, h, 0, h}});
  ExpectRows(Conversion(8, 3),
             {{1, 0, 0, 0, h, 0, h, 0}, {0, 1, 0, 0, 0, h, 0, h}, {0, 0, 1, 0, 0, 0, 0, 0}});
  ExpectRows(Conversion(8, 4), {{1, 0, h, 0, 0, 0, 0, 0},
                                {0, 1, h, 0, 0, 0, 0, 0},
                                {0, 0, 0, 0, h, 0, h, 0},
                                {0, 0, 0, 0, 0, h, 0, h}});
  ExpectRows(Conversion(8, 6), {{1, 0, 0, 0, 0, 0, 0, 0},
                                {0, 1, 0, 0, 0, 0, 0, 0},
                                {0, 0, 1, 0, 0, 0, 0, 0},
                                {0, 0, 0, 1, 0, 0, 0, 0},
                                {0, 0, 0, 0, h, 0, h, 0},
                                {0, 0, 0, 0, 0, h, 0, h}});
}

TEST(PanMatrix, OfMonoIsTheLawOnLeftAndRight) {
  for (const PanLaw law : kLaws) {
    for (const double pan : {-100.0, -33.0, 0.0, 70.0, 100.0}) {
      const StereoGain gain = Pan(law, pan);
      for (const int to : {2, 3, 4, 6, 8}) {
        const Matrix matrix = PanMatrix({law, 100, {pan}}, 1, to);
        EXPECT_EQ(matrix.gain[0][0], gain.left);
        EXPECT_EQ(matrix.gain[1][0], gain.right);
        for (size_t t = 2; t < static_cast<size_t>(to); ++t) EXPECT_EQ(matrix.gain[t][0], 0);
      }
      ExpectRows(PanMatrix({law, 100, {pan}}, 1, 1), {{1}});
    }
    EXPECT_EQ(PanMatrix({law, 100, {}}, 1, 2).gain, PanMatrix({law, 100, {0}}, 1, 2).gain);
  }
}

TEST(PanMatrix, OfEveryLawIsItsFunction) {
  for (double pan = -100; pan <= 100; pan += 12.5) {
    EXPECT_EQ(Pan(PanLaw::kMinus3, pan).left, PanMinus3(pan).left);
    EXPECT_EQ(Pan(PanLaw::kMinus4_5, pan).right, PanMinus4_5(pan).right);
    EXPECT_EQ(Pan(PanLaw::kMinus6, pan).left, PanMinus6(pan).left);
    EXPECT_EQ(Pan(PanLaw::k0, pan).right, Pan0(pan).right);
    EXPECT_EQ(Pan(PanLaw::kMinus3Compensated, pan).left, PanMinus3Compensated(pan).left);
  }
}

TEST(PanMatrix, OfStereoIsBalancedByOnePan) {
  ExpectRows(PanMatrix({PanLaw::kMinus6, 100, {40}}, 2, 2), {{0.6, 0}, {0, 1}});
  ExpectRows(PanMatrix({PanLaw::kMinus6, 100, {-100}}, 2, 2), {{1, 0}, {0, 0}});
  ExpectRows(PanMatrix({PanLaw::kMinus6, 100, {40}}, 2, 6),
             {{0.6, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 0}, {0, 0}});
  ExpectRows(PanMatrix({}, 2, 2), {{1, 0}, {0, 1}});
}

TEST(PanMatrix, OfStereoPansEachSideByTwo) {
  ExpectRows(PanMatrix({PanLaw::kMinus6, 100, {-50, 100}}, 2, 2), {{0.75, 0}, {0.25, 1}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 100, {0, 0}}, 2, 2), {{h, h}, {h, h}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 100, {-100, 100}}, 2, 2), {{1, 0}, {0, 1}});
}

TEST(PanMatrix, HasWidthBeforePan) {
  ExpectRows(PanMatrix({PanLaw::kMinus3, 0, {}}, 2, 2), {{0.5, 0.5}, {0.5, 0.5}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 200, {}}, 2, 2), {{1.5, -0.5}, {-0.5, 1.5}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 50, {-50}}, 2, 2), {{0.75, 0.25}, {0.125, 0.375}});
  ExpectRows(PanMatrix({PanLaw::kMinus6, 0, {-100, 50}}, 2, 2), {{0.625, 0.625}, {0.375, 0.375}});
}

TEST(PanMatrix, IntoMonoIgnoresPan) {
  for (const int from : {2, 3, 4, 6, 8})
    EXPECT_EQ(PanMatrix({PanLaw::kMinus3, 100, {60}}, from, 1).gain, Conversion(from, 1).gain);
  ExpectRows(PanMatrix({PanLaw::kMinus3, 0, {}}, 2, 1), {{h, h}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 200, {}}, 2, 1), {{h, h}});
}

TEST(PanMatrix, OfSurroundBalancesItsSides) {
  ExpectRows(PanMatrix({PanLaw::kMinus3, 100, {25}}, 6, 6), {{0.75, 0, 0, 0, 0, 0},
                                                             {0, 1, 0, 0, 0, 0},
                                                             {0, 0, 1, 0, 0, 0},
                                                             {0, 0, 0, 1, 0, 0},
                                                             {0, 0, 0, 0, 0.75, 0},
                                                             {0, 0, 0, 0, 0, 1}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 100, {-50}}, 6, 2), {{1, 0, h, 0, h, 0}, {0, 0.5, h, 0, 0, h / 2}});
  ExpectRows(PanMatrix({PanLaw::kMinus3, 0, {}}, 4, 4),
             {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}});
}

TEST(Product, IsSummedInOrder) {
  Matrix a{2, 1, {}};
  a.gain[0][0] = 3;
  a.gain[1][0] = 5;
  Matrix b{1, 2, {}};
  b.gain[0] = {7, 11};
  ExpectRows(Product(b, a), {{76}});
  ExpectRows(Product(a, b), {{21, 33}, {35, 55}});
}

class Panning : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(Panning);

// out += in * gain, over the channels in order; without the terms whose gain is 0.
void PlainAdd(const Matrix& matrix, const Rows& in, const Samples& gains, Rows& out) {
  for (size_t t = 0; t < out.size(); ++t) {
    for (size_t f = 0; f < in.size(); ++f) {
      if (matrix.gain[t][f] == 0) continue;
      for (size_t i = 0; i < out[t].size(); ++i) {
        const volatile double scaled = in[f][i] * matrix.gain[t][f];
        const volatile double product = gains.empty() ? scaled : scaled * gains[i];
        out[t][i] += product;
      }
    }
  }
}

Rows NoisePlanes(int channels, size_t count, unsigned seed) {
  Rows planes;
  for (int c = 0; c < channels; ++c) planes.push_back(Noise(count, seed + static_cast<unsigned>(c)));
  return planes;
}

void CheckAdd(const Matrix& matrix, size_t count, const Samples& gains) {
  const Rows in = NoisePlanes(matrix.from, count, 10);
  Rows out = NoisePlanes(matrix.to, count, 50);
  Rows expected = out;
  PlainAdd(matrix, in, gains, expected);
  AddMatrix(matrix, std::vector<std::span<const double>>(in.begin(), in.end()), gains,
            std::vector<std::span<double>>(out.begin(), out.end()));
  for (size_t c = 0; c < out.size(); ++c)
    ASSERT_TRUE(SameBits(out[c], expected[c])) << matrix.from << " to " << c;
}

TEST_P(Panning, AddMatrixIsThePlainLoop) {
  const Matrix matrices[] = {PanMatrix({PanLaw::kMinus3, 100, {10}}, 1, 2),
                             PanMatrix({PanLaw::kMinus6, 100, {-100}}, 1, 2),
                             PanMatrix({PanLaw::kMinus3, 70, {10}}, 2, 2),
                             PanMatrix({PanLaw::kMinus3, 100, {10}}, 2, 2),
                             PanMatrix({PanLaw::kMinus3, 100, {10, 20}}, 2, 2),
                             Conversion(2, 1),
                             Conversion(6, 2),
                             Conversion(8, 6),
                             Conversion(8, 1),
                             Conversion(1, 8),
                             Conversion(1, 1)};
  for (const Matrix& matrix : matrices) {
    for (const size_t count : Lengths()) {
      CheckAdd(matrix, count, {});
      if (count > 0) CheckAdd(matrix, count, Noise(count, 99));
    }
  }
}

TEST_P(Panning, GainsOfAMovingPanAreThoseOfAStandingOne) {
  for (const size_t count : Lengths()) {
    Samples pan = Noise(count, 4, 100);
    if (count > 4) pan[0] = -100, pan[1] = 100, pan[2] = 0, pan[3] = 1e-9;
    for (const PanLaw law : kLaws) {
      Rows gains(2, Samples(count));
      Rows expected = gains;
      for (size_t i = 0; i < count; ++i) {
        expected[0][i] = Pan(law, pan[i]).left;
        expected[1][i] = Pan(law, pan[i]).right;
      }
      PanGains(law, 1, pan, std::vector<std::span<double>>(gains.begin(), gains.end()));
      ASSERT_TRUE(SameBits(gains[0], expected[0])) << static_cast<int>(law);
      ASSERT_TRUE(SameBits(gains[1], expected[1])) << static_cast<int>(law);
    }
    for (const int from : {2, 3, 4, 6, 8}) {
      Rows gains(static_cast<size_t>(from), Samples(count));
      PanGains(PanLaw::kMinus3, from, pan, std::vector<std::span<double>>(gains.begin(), gains.end()));
      for (int c = 0; c < from; ++c) {
        Samples expected(count, 1);
        for (size_t i = 0; i < count; ++i) {
          if (SideOf(from, c) == Side::kLeft) expected[i] = Balance(pan[i]).left;
          if (SideOf(from, c) == Side::kRight) expected[i] = Balance(pan[i]).right;
        }
        ASSERT_TRUE(SameBits(gains[static_cast<size_t>(c)], expected)) << from << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace trackout::dsp
