// Automation of inserts: which of them, which parameter, and which values.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::SongOf;
using test::Told;
using test::TrackOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kInserts =
    "inserts: [{type: compressor, name: Glue, sidechain_filter: {low_cut: 80}}, {type: eq, name: Tone, "
    "bands: "
    "[{shape: bell, frequency: 90, gain: 3}, {shape: notch, frequency: 50}]}, {type: reverb}, {type: delay, "
    "name: "
    "Echo, time: 300ms}]";

// Of a lane of the track above.
std::vector<std::string> ToldOf(const std::string& parameter, const std::string& points) {
  return Told(TrackOf(std::string(kInserts) + ", automation: {'insert:" + parameter + "': " + points + "}"));
}

TEST(InsertAutomation, NumbersTimesAndBandsMove) {
  EXPECT_THAT(ToldOf("Glue.threshold", "[[0s, -18], [1s, -24]]"), IsEmpty());
  EXPECT_THAT(ToldOf("Glue.release", "[[0s, 20ms], [1s, 2s]]"), IsEmpty());
  EXPECT_THAT(ToldOf("Glue.sidechain_filter.low_cut", "[[0s, 100]]"), IsEmpty());
  EXPECT_THAT(ToldOf("Tone.band1.gain", "[[0s, -3]]"), IsEmpty());
  EXPECT_THAT(ToldOf("Echo.time", "[[0s, 300ms]]"), IsEmpty());
}

TEST(InsertAutomation, OfEveryStripAndTheMaster) {
  EXPECT_THAT(
      Told(SongOf(
          "buses: [{name: B, inserts: [{type: gain, name: G}], automation: {'insert:G.level': [[0s, "
          "-inf]]}}]\nreturns: [{name: R, inserts: [{type: gain, name: G}], automation: "
          "{'insert:G.level': [[0s, 1]]}}]\ntracks: [{name: K, file: k.wav, bus: B, sends: [{to: R}]}]\n"
          "master: {inserts: [{type: limiter, name: L}], automation: {'insert:L.ceiling': [[0s, -1]]}}")),
      IsEmpty());
  EXPECT_THAT(
      Told(
          SongOf("tracks: [{name: K, file: k.wav}]\nmaster: {automation: {'insert:L.ceiling': [[0s, -1]]}}")),
      ElementsAre(HasSubstr(
          "master: automation of \"insert:L.ceiling\": no insert \"L\"; it has none, remove this")));
}

TEST(InsertAutomation, NamesAnInsertThatIsThere) {
  EXPECT_THAT(ToldOf("Glu.threshold", "[[0s, -18]]"),
              ElementsAre(HasSubstr("track \"Kick\": automation of \"insert:Glu.threshold\": no insert "
                                    "\"Glu\"; did you mean \"Glue\"?")));
  EXPECT_THAT(ToldOf("Glue", "[[0s, -18]]"), ElementsAre(HasSubstr("write insert:NAME.PARAMETER")));
  EXPECT_THAT(Told(TrackOf("inserts: [{type: gain}], automation: {'insert:gain.level': [[0s, 1]]}")),
              ElementsAre(HasSubstr("give the insert that is meant a `name`")));
}

TEST(InsertAutomation, NamesAParameterThatMoves) {
  EXPECT_THAT(ToldOf("Glue.treshold", "[[0s, -18]]"),
              ElementsAre(HasSubstr("insert \"Glue\" has no \"treshold\" that moves; did you mean "
                                    "\"threshold\"?")));
  EXPECT_THAT(ToldOf("Echo.ceiling", "[[0s, -18]]"), ElementsAre(HasSubstr("; it has time, feedback, mix")));
  EXPECT_THAT(ToldOf("Glue.detector", "[[0s, 1]]"),
              ElementsAre(HasSubstr("insert \"Glue\" has no \"detector\" that moves")));
  EXPECT_THAT(ToldOf("Glue.lookahead", "[[0s, 1ms]]"),
              ElementsAre(HasSubstr("lookahead stands still; write it in the insert")));
  EXPECT_THAT(ToldOf("Echo.low_cut", "[[0s, 100]]"),
              ElementsAre(HasSubstr("the insert has no low_cut to move; write one in it")));
  EXPECT_THAT(ToldOf("Tone.band2.gain", "[[0s, 1]]"), ElementsAre(HasSubstr("gain is of shelves")));
  EXPECT_THAT(ToldOf("Tone.band3.gain", "[[0s, 1]]"), ElementsAre(HasSubstr("did you mean \"band1.gain\"?")));
  EXPECT_THAT(ToldOf("Tone.band0.gain", "[[0s, 1]]"), ElementsAre(HasSubstr("did you mean \"band1.gain\"?")));
}

TEST(InsertAutomation, ValuesAreInTheRangeOfTheParameter) {
  EXPECT_THAT(
      ToldOf("Glue.threshold", "[[0s, 3]]"),
      ElementsAre(HasSubstr("automation of \"insert:Glue.threshold\": 3 is out of range (-80 to 0 dB)")));
  EXPECT_THAT(ToldOf("Glue.threshold", "[[0s, -inf]]"),
              ElementsAre(HasSubstr("-inf is out of range (-80 to 0 dB)")));
  EXPECT_THAT(ToldOf("Glue.release", "[[0s, 11s]]"),
              ElementsAre(HasSubstr("11 s is out of range (0.001 to 10 s)")));
  EXPECT_THAT(ToldOf("Glue.release", "[[0s, 0]]"), ElementsAre(HasSubstr("0 s is out of range")));
  EXPECT_THAT(ToldOf("Glue.attack", "[[0s, 0], [1s, 5ms]]"), IsEmpty());
  EXPECT_THAT(ToldOf("Glue.ratio", "[[0s, 0.9]]"), ElementsAre(HasSubstr("0.9 is out of range (1 to inf)")));
}

TEST(InsertAutomation, NumbersAreNoTimesAndTimesNoNumbers) {
  EXPECT_THAT(ToldOf("Glue.attack", "[[0s, 20]]"),
              ElementsAre(HasSubstr("20 needs a unit of time; write it as 20ms or 0.5s")));
  EXPECT_THAT(ToldOf("Glue.threshold", "[[0s, 20ms]]"),
              ElementsAre(HasSubstr("0.02 s is a time; write a number in "
                                    "dB")));
  EXPECT_THAT(ToldOf("Glue.ratio", "[[0s, 2s]]"), ElementsAre(HasSubstr("2 s is a time; write a number")));
}

TEST(InsertAutomation, PointsAscendAsElsewhere) {
  EXPECT_THAT(ToldOf("Glue.threshold", "[[2s, -3], [1s, -4]]"), ElementsAre(HasSubstr("times must ascend")));
  EXPECT_THAT(ToldOf("Glue.threshold", "[]"), ElementsAre(HasSubstr("has no points")));
}

}  // namespace
}  // namespace trackout
