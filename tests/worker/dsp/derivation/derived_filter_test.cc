// The long filter and the processor of it against plain sums.
#include "worker/dsp/derivation/derived_filter.h"

#include <cmath>

#include "tests/worker/dsp/derivation/test_song.h"
#include "tests/worker/dsp/each_isa.h"
#include "worker/dsp/derivation/long_filter.h"

namespace trackout::dsp {
namespace {

constexpr size_t kTaps = 128;
constexpr int64_t kBefore = 50;

// in[q] with silence outside.
double At(const Samples& in, int64_t q) {
  return q >= 0 && q < static_cast<int64_t>(in.size()) ? in[static_cast<size_t>(q)] : 0;
}

double PlainFilter(const Samples& taps, int64_t before, const Samples& in, int64_t n) {
  double sum = 0;
  for (size_t k = 0; k < taps.size(); ++k) sum += taps[k] * At(in, n + before - static_cast<int64_t>(k));
  return sum;
}

TEST(LongFilter, IsTheSumOverItsTaps) {
  const Samples taps = Noise(kTaps, 1);
  for (const size_t frames : {1, 127, 128, 129, 1000}) {
    const Planes in{Noise(frames, 2), Noise(frames, 3)};
    for (const int64_t before : {int64_t{0}, kBefore, int64_t{kTaps - 1}}) {
      const Planes out = LongFilter(taps, before).Filter(in);
      for (size_t c = 0; c < 2; ++c) {
        for (size_t n = 0; n < frames; ++n) {
          ASSERT_NEAR(out[c][n], PlainFilter(taps, before, in[c], static_cast<int64_t>(n)), 1e-13);
        }
      }
    }
  }
}

TEST(LongFilter, BackwardsTakesProductsToItsInput) {
  const Samples taps = Noise(kTaps, 4);
  const Planes in{Noise(1000, 5)}, other{Noise(1000, 6)};
  const Planes forward = LongFilter(taps, kBefore).Filter(in);
  const Planes back = LongFilter::Backwards(taps, kBefore).Filter(other);
  EXPECT_NEAR(ProductSum(forward, other), ProductSum(in, back), 1e-11);
}

DerivedFilter Settings(int64_t offset, int64_t first_frame) {
  Samples ahead = Noise(400, 8, 0.5);
  for (double& knot : ahead) knot += 1;
  return {Noise(kTaps, 7), kBefore, offset, GainCurve(first_frame, 5000, 16, ahead),
          GainCurve(first_frame, 5000, 16, Noise(400, 9))};
}

class DerivedFilterBits : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(DerivedFilterBits);

TEST_P(DerivedFilterBits, IsGainFilterGainAndOffset) {
  const int64_t first_frame = 1000;
  const Planes in{Noise(4000, 10), Noise(4000, 11)};
  for (const int64_t offset : {int64_t{0}, int64_t{-777}, int64_t{40}, int64_t{1500}}) {
    DerivedFilter settings = Settings(offset, first_frame);
    Samples ahead(4000), after(4000);
    settings.ahead->Values(first_frame, ahead);
    settings.after.Values(first_frame, after);
    Planes moved = in;
    MultiplyBy(ahead, moved);
    const Samples taps = settings.taps;
    const auto processor = NewDerivedFilter(std::move(settings));
    EXPECT_EQ(processor->latency(), std::max<int64_t>(0, static_cast<int64_t>(kTaps) + kBefore - offset));
    EXPECT_EQ(processor->NewDetector(), nullptr);
    const Planes out = Through(*processor, in, first_frame);
    for (size_t c = 0; c < 2; ++c) {
      for (int64_t p = 0; p < 4000; ++p) {
        const auto at = static_cast<size_t>(p);
        ASSERT_NEAR(out[c][at], after[at] * PlainFilter(taps, kBefore, moved[c], p - offset), 1e-12) << p;
      }
    }
  }
}

TEST(DerivedFilter, HearsSilenceFromItsEndOn) {
  const Planes in{Noise(4000, 12), Noise(4000, 13)};
  for (const int64_t offset : {int64_t{-777}, int64_t{40}}) {
    DerivedFilter settings = Settings(offset, 1000);
    settings.end_frame = 3000;
    const auto ends = NewDerivedFilter(std::move(settings));
    const auto whole = NewDerivedFilter(Settings(offset, 1000));
    Planes cut = in;
    for (auto& plane : cut) std::fill(plane.begin() + 2000, plane.end(), 0);
    const Planes expected = Through(*whole, cut, 1000);
    for (const std::vector<size_t>& pieces : {std::vector<size_t>{4096}, {1, 64, 511, 1000}}) {
      const Planes out = Through(*ends, in, 1000, pieces);
      for (size_t c = 0; c < 2; ++c) ASSERT_TRUE(SameBits(out[c], expected[c]));
    }
  }
}

TEST_P(DerivedFilterBits, AreTheSameInAnyPieces) {
  const Planes in{Noise(4000, 12), Noise(4000, 13), Noise(4000, 14)};
  for (const int64_t offset : {int64_t{-100}, int64_t{1500}}) {
    const auto processor = NewDerivedFilter(Settings(offset, 0));
    ASSERT_TRUE(UseIsa(AvailableIsas().front()));
    const Planes whole = Through(*processor, in, -300, {100000});
    ASSERT_TRUE(UseIsa(GetParam()));
    for (const std::vector<size_t>& pieces :
         {std::vector<size_t>{1}, {64}, {511}, {1000}, {1, 64, 7, 511, 128, 3}}) {
      const Planes out = Through(*processor, in, -300, pieces);
      for (size_t c = 0; c < 3; ++c) ASSERT_TRUE(SameBits(out[c], whole[c])) << pieces[0];
    }
  }
}

TEST_P(DerivedFilterBits, AreTheSameWhereverSilenceBegins) {
  const auto processor = NewDerivedFilter(Settings(33, 0));
  Planes in{Noise(3000, 15)};
  std::fill_n(in[0].begin(), 1000, 0);
  const Planes whole = Through(*processor, in, 0);
  for (const size_t start : {1, 63, 64, 700, 1000}) {
    const Planes late =
        Through(*processor, {Samples(in[0].begin() + static_cast<ptrdiff_t>(start), in[0].end())},
                static_cast<int64_t>(start), {500});
    ASSERT_TRUE(SameBits(late[0], Samples(whole[0].begin() + static_cast<ptrdiff_t>(start), whole[0].end())));
  }
}

TEST(DerivedFilterSound, IsFiniteForHostileSignals) {
  const auto processor = NewDerivedFilter(Settings(5, 0));
  for (const double level : {1e-310, 1e-30, 1.0, 1e6}) {
    Planes in{Noise(3000, 16, level), Samples(3000, level)};
    in[0][1500] = -level;
    for (const auto& plane : Through(*processor, in)) {
      for (const double sample : plane) ASSERT_TRUE(std::isfinite(sample));
    }
  }
  for (const auto& plane : Through(*processor, SilentPlanes(2, 3000))) {
    for (const double sample : plane) ASSERT_EQ(sample, 0);
  }
}

}  // namespace
}  // namespace trackout::dsp
