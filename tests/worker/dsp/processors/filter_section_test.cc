// What filter_section.h says of its filters beyond their responses (which eq_test.cc measures).
#include "worker/dsp/processors/filter_section.h"

#include <array>
#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace trackout::dsp {
namespace {

class Any {
 public:
  double Between(double least, double most) {
    return least + (most - least) * static_cast<double>(random_() >> 11) * 0x1p-53;
  }
  double Frequency() { return std::pow(10, Between(1, 4.37)); }
  double Q() { return std::pow(10, Between(-1.3, 1.6)); }
  double Gain() { return Between(-36, 36); }

  FilterSection Section() {
    switch (random_() % 9) {
      case 0:
        return LowCutSection(Frequency(), Q(), kRate);
      case 1:
        return HighCutSection(Frequency(), Q(), kRate);
      case 2:
        return LowCutSection6(Frequency(), kRate);
      case 3:
        return HighCutSection6(Frequency(), kRate);
      case 4:
        return LowShelfSection(Frequency(), Gain(), Q(), kRate);
      case 5:
        return HighShelfSection(Frequency(), Gain(), Q(), kRate);
      case 6:
        return BellSection(Frequency(), Gain(), Q(), kRate);
      case 7:
        return NotchSection(Frequency(), Q(), kRate);
      default:
        return TiltSection(Frequency(), Gain(), kRate);
    }
  }

 private:
  static constexpr double kRate = 48000;
  std::mt19937_64 random_{7};
};

// The most by which the states' matrix stretches: its larger singular value.
double Stretch(const FilterSection& s) {
  const double a = s.own;
  const double b = -s.band;
  const double c = s.band;
  const double d = 1 - s.low;
  const double sum = a * a + b * b + c * c + d * d;
  const double product = a * d - b * c;
  return std::sqrt((sum + std::sqrt(std::max(0.0, sum * sum - 4 * product * product))) / 2);
}

FilterSection Between(const FilterSection& a, const FilterSection& b, double way) {
  return {.own = a.own + (b.own - a.own) * way,
          .band = a.band + (b.band - a.band) * way,
          .low = a.low + (b.low - a.low) * way};
}

TEST(FilterSection, NeverStretchesItsStatesNorOnTheWayToAnother) {
  Any any;
  for (int turn = 0; turn < 20'000; ++turn) {
    const FilterSection a = any.Section();
    const FilterSection b = any.Section();
    ASSERT_LE(Stretch(a), 1 + 1e-7);
    ASSERT_LE(Stretch(Between(a, b, any.Between(0, 1))), 1 + 1e-7);
  }
}

TEST(FilterSection, OfNoGainIsNoFilter) {
  for (const FilterSection& section : {BellSection(300, 0, 2, 48000), LowShelfSection(300, 0, 2, 48000),
                                       HighShelfSection(300, 0, 2, 48000), TiltSection(300, 0, 48000)}) {
    EXPECT_EQ(section.out_x, 1);
    EXPECT_EQ(section.out_1, 0);
    EXPECT_EQ(section.out_2, 0);
  }
}

TEST(FilterSection, KnowsButterworth) {
  const auto expect = [](int order, const std::vector<double>& qs) {
    const std::vector<double> got = ButterworthQs(order);
    ASSERT_EQ(got.size(), qs.size()) << order;
    for (size_t k = 0; k < qs.size(); ++k) EXPECT_NEAR(got[k], qs[k], 1e-8) << order;
  };
  expect(1, {});
  expect(2, {0.70710678});
  expect(3, {1});
  expect(4, {0.54119610, 1.30656296});
  expect(6, {0.51763809, 0.70710678, 1.93185165});
  expect(8, {0.50979558, 0.60134489, 0.89997622, 2.56291545});
}

}  // namespace
}  // namespace trackout::dsp
