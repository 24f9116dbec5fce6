// What inserts have that write little: defaults, and what of them moves.
#include "core/spec/insert_parameters.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Insert InsertOf(const std::string& text) {
  Insert insert;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &insert));
  return insert;
}

TEST(InsertParameters, TypesAreThoseOfTheSchema) {
  EXPECT_THAT(InsertTypes(), ElementsAre("gain", "width", "eq", "compressor", "expander", "deesser",
                                         "limiter", "saturator", "delay", "reverb"));
  EXPECT_EQ(TypeOf(InsertOf("limiter {}")), "limiter");
  EXPECT_EQ(TypeOf(Insert()), "");
  EXPECT_EQ(ProcessorOf(InsertOf("limiter { drive: 3 }")).GetDescriptor(), Limiter::descriptor());
  EXPECT_TRUE(IsProcessor(Eq::descriptor()));
  EXPECT_FALSE(IsProcessor(EqBand::descriptor()));
}

TEST(InsertParameters, WhatIsNotWrittenCountsAsItsFallback) {
  const Compressor compressor = WithDefaults(InsertOf("compressor { threshold: -30 }")).compressor();
  EXPECT_EQ(compressor.threshold(), -30);
  EXPECT_EQ(compressor.ratio(), 2);
  EXPECT_EQ(compressor.knee(), 6);
  EXPECT_EQ(compressor.attack().nanoseconds(), 10'000'000);
  EXPECT_EQ(compressor.release().nanoseconds(), 100'000'000);
  EXPECT_TRUE(compressor.has_hold());
  EXPECT_EQ(compressor.hold().nanoseconds(), 0);
  EXPECT_EQ(compressor.link(), 100);
  EXPECT_TRUE(compressor.has_makeup());
  EXPECT_FALSE(compressor.has_sidechain_filter());
  EXPECT_EQ(WithDefaults(InsertOf("deesser {}")).deesser().frequency(), 6500);
  EXPECT_EQ(WithDefaults(InsertOf("limiter {}")).limiter().ceiling(), -1);
}

TEST(InsertParameters, ZeroIsWritten) {
  EXPECT_EQ(WithDefaults(InsertOf("compressor { knee: 0 }")).compressor().knee(), 0);
  EXPECT_EQ(WithDefaults(InsertOf("width { width: 0 }")).width().width(), 0);
  EXPECT_EQ(WithDefaults(InsertOf("compressor { attack { samples: 0 } }")).compressor().attack().time_case(),
            Time::kSamples);
}

TEST(InsertParameters, BandsHaveDefaultsToo) {
  const Eq eq =
      WithDefaults(InsertOf("eq { bands { shape: BELL frequency: 90 } bands { shape: LOW_CUT frequency: 30 "
                            "slope: 24 } }"))
          .eq();
  EXPECT_EQ(eq.bands(0).q(), 0.7071);
  EXPECT_EQ(eq.bands(0).gain(), 0);
  EXPECT_TRUE(eq.bands(0).has_gain());
  EXPECT_EQ(eq.bands(0).slope(), 12);
  EXPECT_EQ(eq.bands(1).slope(), 24);
}

TEST(InsertParameters, WhatHasNoFallbackStaysAway) {
  const Delay delay = WithDefaults(InsertOf("delay { time { nanoseconds: 5 } }")).delay();
  EXPECT_FALSE(delay.has_low_cut());
  EXPECT_EQ(delay.feedback(), 30);
}

TEST(InsertParameters, ThePredelayOfAnImpulseIsNone) {
  EXPECT_EQ(WithDefaults(InsertOf("reverb {}")).reverb().predelay().nanoseconds(), 20'000'000);
  const Reverb impulse = WithDefaults(InsertOf("reverb { impulse: 'h.wav' }")).reverb();
  EXPECT_TRUE(impulse.has_predelay());
  EXPECT_EQ(impulse.predelay().nanoseconds(), 0);
  EXPECT_EQ(WithDefaults(InsertOf("reverb { impulse: 'h.wav' predelay { nanoseconds: 7 } }"))
                .reverb()
                .predelay()
                .nanoseconds(),
            7);
}

TEST(InsertParameters, NameAndSideChainStay) {
  const Insert insert = WithDefaults(InsertOf("name: 'G' sidechain: 'Kick' gain {}"));
  EXPECT_EQ(insert.name(), "G");
  EXPECT_EQ(insert.sidechain(), "Kick");
  EXPECT_EQ(WithDefaults(Insert()).ByteSizeLong(), 0u);
}

TEST(InsertParameters, NumbersAndTimesMoveButForThoseThatAreFixed) {
  EXPECT_THAT(MovingParameters(InsertOf("limiter {}")), ElementsAre("ceiling", "release", "drive"));
  EXPECT_THAT(MovingParameters(InsertOf("saturator {}")), ElementsAre("drive", "mix", "output"));
  EXPECT_THAT(MovingParameters(Insert()), IsEmpty());
  EXPECT_THAT(
      MovingParameters(InsertOf("compressor {}")),
      ElementsAre("threshold", "ratio", "knee", "attack", "release", "hold", "link", "makeup", "mix"));
}

TEST(InsertParameters, AFilterMovesWhereItIsWritten) {
  EXPECT_THAT(MovingParameters(InsertOf("compressor { sidechain_filter { low_cut: 80 } }")),
              Contains("sidechain_filter.low_cut"));
  EXPECT_THAT(MovingParameters(InsertOf("compressor { sidechain_filter { low_cut: 80 } }")),
              Not(Contains("sidechain_filter.high_cut")));
  EXPECT_THAT(MovingParameters(InsertOf("delay {}")), ElementsAre("time", "feedback", "mix"));
  EXPECT_THAT(MovingParameters(InsertOf("delay { high_cut: 5000 }")), Contains("high_cut"));
}

TEST(InsertParameters, OfABandMovesWhatItsShapeHas) {
  EXPECT_THAT(
      MovingParameters(InsertOf("eq { bands { shape: NOTCH } bands { shape: BELL } bands { shape: LOW_CUT } "
                                "bands { shape: HIGH_CUT slope: 24 } }")),
      ElementsAre("band1.frequency", "band1.q", "band2.frequency", "band2.gain", "band2.q", "band3.frequency",
                  "band3.q", "band4.frequency"));
}

TEST(InsertParameters, OfAReverbMovesWhatItsKindHas) {
  EXPECT_THAT(MovingParameters(InsertOf("reverb {}")),
              ElementsAre("decay", "predelay", "damping", "width", "mix"));
  EXPECT_THAT(MovingParameters(InsertOf("reverb { impulse: 'h.wav' }")),
              ElementsAre("predelay", "mix", "gain"));
}

TEST(InsertParameters, AParameterKnowsItsPlaceAndItsNumber) {
  const Insert insert = InsertOf("eq { bands { shape: BELL frequency: 90 } bands { frequency: 900 q: 3 } }");
  const std::vector<InsertParameter> parameters = ParametersOf(insert);
  ASSERT_EQ(parameters.size(), 8u);
  EXPECT_EQ(parameters[4].name, "band2.frequency");
  EXPECT_EQ(parameters[4].place, "bands[1].frequency");
  EXPECT_EQ(parameters[4].number(), 900);
  EXPECT_FALSE(parameters[2].is_written());
  EXPECT_EQ(parameters[2].number(), 0.7071);
  EXPECT_EQ(parameters[3].number(), 12);
  EXPECT_FALSE(parameters[3].is_time());
  EXPECT_THAT(WhyStill(parameters[3]), HasSubstr("slope stands still"));
}

TEST(InsertParameters, ALaneNamesAnInsertAndItsParameter) {
  Inserts inserts;
  for (const char* name : {"", "Glue", "Glue.2", "Tone"}) inserts.Add()->set_name(name);
  const auto lane = [&](const char* parameter) {
    const std::optional<InsertLane> found = FindInsertLane(inserts, parameter);
    return found ? std::to_string(found->insert) + " " + found->parameter : "none";
  };
  EXPECT_EQ(lane("insert:Glue.threshold"), "1 threshold");
  EXPECT_EQ(lane("insert:Tone.band1.gain"), "3 band1.gain");
  EXPECT_EQ(lane("insert:Glue.2.threshold"), "2 threshold");
  EXPECT_EQ(lane("insert:Glue"), "none");
  EXPECT_EQ(lane("insert:.threshold"), "none");
  EXPECT_EQ(lane("insert:glue.threshold"), "none");
  EXPECT_EQ(lane("fader"), "none");
}

}  // namespace
}  // namespace trackout
