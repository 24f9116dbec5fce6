// Prints against a plain model of the mixer in spec.md: clips, polarity, fader, pan, buses.
#include <limits>
#include <numbers>

#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::ExpectNear;
using test::Gain;
using test::Noise;
using test::Samples;

constexpr double kWithin = 1e-13;
constexpr int kFrames = 3000;

class PrintTest : public test::Studio {
 protected:
  // What a strip of mono samples gives at these gains.
  static Samples Panned(const Samples& mono, double left, double right) {
    Samples out;
    for (const double sample : mono) out.insert(out.end(), {sample * left, sample * right});
    return out;
  }
  static Samples Balanced(Samples stereo, double left, double right) {
    for (size_t i = 0; i < stereo.size(); ++i) stereo[i] *= i % 2 == 0 ? left : right;
    return stereo;
  }
  static Samples Sum(Samples a, const Samples& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
  }

  const Samples mono_ = Noise(kFrames, 0.5, 1);
  const Samples stereo_ = Noise(2 * kFrames, 0.5, 2);
  const Digest mono_source_ = Record("mono.wav", 1, mono_);
  const Digest stereo_source_ = Record("stereo.wav", 2, stereo_);
  const Strip mono_strip_ = StripOf(1, {Clip(mono_source_, 0, 0, kFrames)});
  const Strip stereo_strip_ = StripOf(2, {Clip(stereo_source_, 0, 0, kFrames)});
};

TEST_F(PrintTest, OfAStereoTrackInTheMiddleIsTheTrack) {
  Print print = StereoPrint();
  *print.add_strips() = stereo_strip_;
  EXPECT_EQ(RenderPrint(print, kFrames), stereo_);
}

TEST_F(PrintTest, OfAMonoTrackIsPannedByItsLaw) {
  const double half = std::sqrt(0.5);
  const std::vector<std::pair<PanLaw, double>> centre{
      {PAN_LAW_UNSPECIFIED, half}, {PAN_LAW_3DB, half}, {PAN_LAW_4_5DB, std::sqrt(half * 0.5)},
      {PAN_LAW_6DB, 0.5},          {PAN_LAW_0DB, 1},    {PAN_LAW_3DB_COMPENSATED, 1}};
  for (const auto& [law, gain] : centre) {
    Print print = StereoPrint();
    *print.add_strips() = mono_strip_;
    print.mutable_strips(0)->set_pan_law(law);
    ExpectNear(RenderPrint(print, kFrames), Panned(mono_, gain, gain), kWithin);
  }
}

TEST_F(PrintTest, OfAMonoTrackThatIsPanned) {
  Print print = StereoPrint();
  *print.add_strips() = mono_strip_;
  print.mutable_strips(0)->add_pan(-50);
  const double angle = 0.25 * std::numbers::pi / 2;  // p = (-0.5 + 1) / 2
  ExpectNear(RenderPrint(print, kFrames), Panned(mono_, std::cos(angle), std::sin(angle)), kWithin);
  print.mutable_strips(0)->set_pan(0, 100);
  ExpectNear(RenderPrint(print, kFrames), Panned(mono_, 0, 1), kWithin);
}

TEST_F(PrintTest, OfAStereoTrackIsBalancedWhateverTheLaw) {
  Print print = StereoPrint();
  *print.add_strips() = stereo_strip_;
  print.mutable_strips(0)->add_pan(30);
  print.mutable_strips(0)->set_pan_law(PAN_LAW_6DB);
  ExpectNear(RenderPrint(print, kFrames), Balanced(stereo_, 0.7, 1), kWithin);
}

TEST_F(PrintTest, FaderAndPolarity) {
  Print print = StereoPrint();
  *print.add_strips() = stereo_strip_;
  print.mutable_strips(0)->set_fader_db(-7.25);
  print.mutable_strips(0)->set_inverted(true);
  const double gain = -Gain(-7.25);
  ExpectNear(RenderPrint(print, kFrames), Balanced(stereo_, gain, gain), kWithin);
}

TEST_F(PrintTest, AFaderOfSilenceIsSilence) {
  Print print = StereoPrint();
  *print.add_strips() = stereo_strip_;
  print.mutable_strips(0)->set_fader_db(-std::numeric_limits<double>::infinity());
  EXPECT_EQ(RenderPrint(print, kFrames), Samples(2 * kFrames, 0.0));
}

TEST_F(PrintTest, ClipsStartLastAndOverlapAsWritten) {
  Print print = StereoPrint();
  *print.add_strips() =
      StripOf(2, {Clip(stereo_source_, 100, 0, 1000, -6), Clip(stereo_source_, 600, 500, 1200, 3),
                  Clip(stereo_source_, 2999, 7, 500)});
  Samples expected(2 * kFrames, 0.0);
  const auto add = [&](int start, int offset, int count, double gain) {
    for (int i = 0; i < count && start + i < kFrames; ++i) {
      for (int c = 0; c < 2; ++c)
        expected[static_cast<size_t>(2 * (start + i) + c)] +=
            gain * stereo_[static_cast<size_t>(2 * (offset + i) + c)];
    }
  };
  add(100, 0, 1000, Gain(-6));
  add(600, 500, 1200, Gain(3));
  add(2999, 7, 500, 1);
  ExpectNear(RenderPrint(print, kFrames), expected, kWithin);
}

TEST_F(PrintTest, IsSilentWhereNothingPlays) {
  Print print = StereoPrint();
  *print.add_strips() = StripOf(2, {Clip(stereo_source_, 1500, 0, 100)});
  const Samples rendered = RenderPrint(print, kFrames);
  for (size_t i = 0; i < rendered.size(); ++i) {
    if (i < 3000 || i >= 3200) {
      ASSERT_EQ(rendered[i], 0) << i;
    }
  }
  EXPECT_EQ(rendered[3000], stereo_[0]);
}

TEST_F(PrintTest, TracksAddUp) {
  Print print = StereoPrint();
  *print.add_strips() = stereo_strip_;
  *print.add_strips() = mono_strip_;
  print.mutable_strips(1)->add_pan(-100);
  ExpectNear(RenderPrint(print, kFrames), Sum(stereo_, Panned(mono_, 1, 0)), kWithin);
}

TEST_F(PrintTest, BusesHaveFadersBalanceAndBusesBelow) {
  // mono -> Kit (-3 dB, pan 40) -> Drums (-2 dB, pan -25) -> print; stereo -> Drums; mono -> print.
  Print print = StereoPrint();
  *print.add_strips() = mono_strip_;
  *print.add_strips() = stereo_strip_;
  *print.add_strips() = mono_strip_;
  print.mutable_strips(0)->set_feeds(3);
  print.mutable_strips(1)->set_feeds(4);
  Strip& kit = *print.add_strips() = BusOf(2, 4);
  kit.set_fader_db(-3);
  kit.add_pan(40);
  Strip& drums = *print.add_strips() = BusOf(2);
  drums.set_fader_db(-2);
  drums.add_pan(-25);
  const double half = std::sqrt(0.5);
  const Samples centred = Panned(mono_, half, half);
  const Samples in_kit = Balanced(centred, Gain(-3) * 0.6, Gain(-3));
  const Samples in_drums = Balanced(Sum(in_kit, stereo_), Gain(-2), Gain(-2) * 0.75);
  ExpectNear(RenderPrint(print, kFrames), Sum(in_drums, centred), kWithin);
}

TEST_F(PrintTest, TheOrderOfBusesInTheMessageDoesNotMatterForWhatTheyFeed) {
  Print print = StereoPrint();
  *print.add_strips() = stereo_strip_;
  print.mutable_strips(0)->set_feeds(3);
  for (const int feeds : {-1, 1, 2}) *print.add_strips() = BusOf(2, feeds);  // 3 -> 2 -> 1 -> print
  print.mutable_strips(2)->set_fader_db(-6);
  ExpectNear(RenderPrint(print, kFrames), Balanced(stereo_, Gain(-6), Gain(-6)), kWithin);
}

TEST_F(PrintTest, OfNothingIsSilence) {
  EXPECT_EQ(RenderPrint(StereoPrint(), kFrames), Samples(2 * kFrames, 0.0));
}

}  // namespace
}  // namespace trackout
