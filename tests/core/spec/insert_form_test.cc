// Inserts as an album writes them, flat, and what is told of those that are wrong.
#include <cmath>
#include <functional>
#include <random>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::ReadSong;
using test::SongOf;
using test::Told;
using test::TrackOf;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Of a track with one insert, whose keys begin in line 7, column 46.
std::string TextOf(const std::string& insert) {
  return TrackOf("inserts: [{" + insert + "}]");
}
std::vector<std::string> ToldOf(const std::string& insert) {
  return Told(TextOf(insert));
}
Insert InsertOf(const std::string& insert) {
  const Album album = test::Read(TextOf(insert));
  const Track& track = album.songs(0).tracks(0);
  return track.inserts().empty() ? Insert() : track.inserts(0);
}

void ExpectInsert(const std::string& written, const std::string& expected_text) {
  Insert expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(expected_text, &expected));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(InsertOf(written), expected))
      << InsertOf(written).DebugString();
}

TEST(InsertForm, TypeNamesTheProcessorAndTheOtherKeysAreItsParameters) {
  ExpectInsert(
      "type: compressor, name: Glue, threshold: -20, ratio: 4, attack: 10ms, detector: rms, "
      "sidechain_filter: {low_cut: 80}",
      R"pb(name: "Glue"
           compressor {
             threshold: -20
             ratio: 4
             attack { nanoseconds: 10000000 }
             detector: DETECTION_RMS
             sidechain_filter { low_cut: 80 }
           })pb");
}

TEST(InsertForm, KeysStandInAnyOrder) {
  ExpectInsert("ceiling: -0.5, name: Wall, type: limiter", R"pb(name: "Wall"
                                                                limiter { ceiling: -0.5 })pb");
}

TEST(InsertForm, EveryTypeIsRead) {
  ExpectInsert("type: gain, level: -inf, polarity: inverted",
               R"pb(gain { level: -inf polarity: POLARITY_INVERTED })pb");
  ExpectInsert("type: width, width: 0", R"pb(width { width: 0 })pb");
  ExpectInsert("type: expander, range: 40, hold: 20ms",
               R"pb(expander {
                      range: 40
                      hold { nanoseconds: 20000000 }
                    })pb");
  ExpectInsert("type: deesser", R"pb(deesser {})pb");
  ExpectInsert("type: saturator, curve: tube", R"pb(saturator { curve: TUBE })pb");
  ExpectInsert("type: saturator, curve: tanh", R"pb(saturator {})pb");
  ExpectInsert("type: delay, time: 375ms, ping_pong: yes",
               R"pb(delay {
                      time { nanoseconds: 375000000 }
                      ping_pong: true
                    })pb");
  ExpectInsert("type: reverb, decay: 2.5s, low_cut: 120",
               R"pb(reverb {
                      decay { nanoseconds: 2500000000 }
                      low_cut: 120
                    })pb");
  ExpectInsert("type: reverb, impulse: hall.wav, gain: -6", R"pb(reverb { impulse: "hall.wav" gain: -6 })pb");
}

TEST(InsertForm, EveryShapeOfABandIsAWord) {
  int shape = 0;
  for (const char* word : {"low_cut", "high_cut", "low_shelf", "high_shelf", "bell", "notch", "tilt"}) {
    const Insert insert = InsertOf(std::string("type: eq, bands: [{frequency: 100, shape: ") + word + "}]");
    ASSERT_EQ(insert.eq().bands_size(), 1) << word;
    EXPECT_EQ(insert.eq().bands(0).shape(), ++shape) << word;
  }
}

TEST(InsertForm, ARatioMayBeInfinite) {
  for (const char* word : {"inf", ".inf", "\"inf\""}) {
    EXPECT_TRUE(std::isinf(InsertOf(std::string("type: expander, ratio: ") + word).expander().ratio()))
        << word;
  }
  EXPECT_THAT(ToldOf("type: compressor, ratio: 0.5"),
              ElementsAre(HasSubstr("ratio: 0.5 is out of range (1 to "
                                    "inf)")));
  EXPECT_THAT(ToldOf("type: compressor, ratio: -inf"),
              ElementsAre(HasSubstr("ratio: expected a number or inf, found \"-inf\"")));
  EXPECT_THAT(ToldOf("type: compressor, knee: inf"),
              ElementsAre(HasSubstr("knee: expected a number, found")));
}

TEST(InsertForm, TheTimeOfADelayMayBeInNotes) {
  const auto notes = [](const std::string& time) {
    return ReadSong(
               "tempo: [{bar: 1, bpm: 120}]\ntracks: [{name: K, file: k.wav, inserts: [{type: delay, time: " +
               time + "}]}]")
        .tracks(0)
        .inserts(0)
        .delay()
        .time()
        .notes();
  };
  EXPECT_EQ(notes("1/8").count(), 1);
  EXPECT_EQ(notes("1/8").unit(), 8);
  EXPECT_TRUE(notes("1/4.").dotted());
  EXPECT_TRUE(notes("3/16t").triplet());
  EXPECT_EQ(notes("3/16t").count(), 3);
  EXPECT_THAT(
      ToldOf("type: delay, time: 1/5"),
      ElementsAre(AllOf(HasSubstr("time: \"1/5\": not a time"), HasSubstr("or in notes: 1/8, 1/4., 1/8t"))));
}

TEST(InsertForm, NotesAreNoOtherTimes) {
  EXPECT_THAT(
      ToldOf("type: compressor, attack: 1/8"),
      ElementsAre(HasSubstr("attack: \"1/8\" is a note's length, which is no time here; write seconds or "
                            "samples")));
  EXPECT_THAT(Told(TrackOf("delay: 1/8")), ElementsAre(HasSubstr("is a note's length")));
}

TEST(InsertForm, AMissingTypeIsTold) {
  EXPECT_THAT(
      ToldOf("name: Glue, threshold: -18"),
      ElementsAre("album.yaml:7:45: track \"Kick\": insert \"Glue\": the key \"type\" is missing; it is "
                  "one of gain, width, eq, compressor, expander, deesser, limiter, saturator, delay, "
                  "reverb"));
  EXPECT_THAT(Told(TrackOf("inserts: [Glue]")),
              ElementsAre(HasSubstr("insert must be a map of keys and values, found \"Glue\"")));
}

TEST(InsertForm, AnUnknownTypeIsToldWithTheNearest) {
  EXPECT_THAT(
      ToldOf("type: compresor, threshold: -18"),
      ElementsAre(AllOf(HasSubstr("album.yaml:7:52: track \"Kick\": insert: type: \"compresor\" is none of "
                                  "gain, width, eq, "),
                        HasSubstr("did you mean \"compressor\"?"))));
  EXPECT_THAT(ToldOf("type: [eq]"), ElementsAre(HasSubstr("type: expected one value, found a list")));
  EXPECT_THAT(ToldOf("type: eq, type: gain, bands: [{shape: bell, frequency: 90}]"),
              ElementsAre(HasSubstr("duplicate key \"type\"")));
}

TEST(InsertForm, ATypeOfALaterVersionIsToldAsSuch) {
  EXPECT_THAT(
      ToldOf("type: lv2, uri: 'urn:x'"),
      ElementsAre(HasSubstr("album.yaml:7:52: track \"Kick\": insert: type: \"lv2\" is not supported yet")));
}

TEST(InsertForm, AnUnknownParameterIsToldWithTheNearestOfItsType) {
  EXPECT_THAT(
      ToldOf("type: compressor, name: Glue, treshold: -18"),
      ElementsAre("album.yaml:7:76: track \"Kick\": insert \"Glue\": unknown key \"treshold\" of type "
                  "compressor; did you mean \"threshold\"?"));
  EXPECT_THAT(ToldOf("type: compressor, sidechian: Kick"),
              ElementsAre(HasSubstr("did you mean \"sidechain\"?")));
  EXPECT_THAT(
      ToldOf("type: width, ceiling: 3"),
      ElementsAre(HasSubstr("track \"Kick\": width: unknown key \"ceiling\" of type width; it has width")));
  EXPECT_THAT(ToldOf("type: eq, bands: [{shape: bell, frequency: 90, gian: 3}]"),
              ElementsAre(HasSubstr(": eq: band: unknown key \"gian\"; did you mean \"gain\"?")));
}

TEST(InsertForm, RangesHaveTheirUnit) {
  EXPECT_THAT(
      ToldOf("type: compressor, threshold: 3"),
      ElementsAre(HasSubstr("track \"Kick\": compressor: threshold: 3 is out of range (-80 to 0 dB)")));
  EXPECT_THAT(ToldOf("type: limiter, lookahead: 50ms"),
              ElementsAre(HasSubstr("limiter: lookahead: 50ms is out of range (1 to 20 ms)")));
  EXPECT_THAT(ToldOf("type: reverb, decay: 25s"),
              ElementsAre(HasSubstr("decay: 25s is out of range (0.1 to 20 s)")));
  EXPECT_THAT(ToldOf("type: gain, level: 61"),
              ElementsAre(HasSubstr("level: 61 is out of range (-inf to 60 dB)")));
  EXPECT_THAT(ToldOf("type: compressor, lookahead: 20ms, attack: 0"), IsEmpty());
}

TEST(InsertForm, WrongValuesAreToldAsElsewhere) {
  EXPECT_THAT(ToldOf("type: compressor, threshold: \"-18\""),
              ElementsAre(HasSubstr("in quotes; remove them")));
  EXPECT_THAT(ToldOf("type: compressor, threshold: loud"),
              ElementsAre(HasSubstr("threshold: expected a number, found \"loud\"")));
  EXPECT_THAT(ToldOf("type: compressor, attack: 10"), ElementsAre(HasSubstr("a time needs a unit")));
  EXPECT_THAT(ToldOf("type: compressor, attack: -1ms"), ElementsAre(HasSubstr("may not be negative")));
  EXPECT_THAT(ToldOf("type: compressor, detector: avg"),
              ElementsAre(HasSubstr("\"avg\" is none of peak, rms")));
  EXPECT_THAT(ToldOf("type: compressor, knee: ~"), ElementsAre(HasSubstr("\"knee\" has no value")));
  EXPECT_THAT(ToldOf("type: compressor, knee: 1, knee: 2"), ElementsAre(HasSubstr("duplicate key \"knee\"")));
  EXPECT_THAT(ToldOf("type: eq, bands: 3"), ElementsAre(HasSubstr("bands: expected a list, found \"3\"")));
  EXPECT_THAT(ToldOf("type: reverb, impulse: ''"),
              ElementsAre(HasSubstr("impulse is empty; give it a value")));
  EXPECT_THAT(ToldOf("type: delay, time: 1s, ping_pong: 1"),
              ElementsAre(HasSubstr("expected true or false")));
}

TEST(InsertForm, WhatIsRequiredIsMissed) {
  EXPECT_THAT(ToldOf("type: eq"), ElementsAre(HasSubstr("eq: the key \"bands\" is missing")));
  EXPECT_THAT(ToldOf("type: eq, bands: []"), ElementsAre(HasSubstr("bands is an empty list")));
  EXPECT_THAT(ToldOf("type: eq, bands: [{shape: bell}]"),
              ElementsAre(HasSubstr("band: the key \"frequency\" is missing")));
  EXPECT_THAT(ToldOf("type: eq, bands: [{frequency: 90}]"),
              ElementsAre(HasSubstr("the key \"shape\" is missing")));
  EXPECT_THAT(ToldOf("type: delay"), ElementsAre(HasSubstr("delay: the key \"time\" is missing")));
}

TEST(InsertForm, PlacesAreThoseOfTheText) {
  const Spec spec = ReadSpecText("album.yaml",
                                 SongOf("tracks:\n  - name: K\n    file: k.wav\n    inserts:\n"
                                        "      - type: eq\n        name: Tone\n        bands:\n"
                                        "          - {shape: bell, frequency: 90}\n"
                                        "          - {shape: bell, frequency: 900}\n"),
                                 Solo::kRefuse);
  const auto line_of = [&](const std::string& place) {
    return spec.positions.at("songs[0].tracks[0]." + place).line;
  };
  EXPECT_EQ(line_of("inserts[0]"), 10);
  EXPECT_EQ(line_of("inserts[0].type"), 10);
  EXPECT_EQ(line_of("inserts[0].name"), 11);
  EXPECT_EQ(line_of("inserts[0].bands[1].frequency"), 14);
}

TEST(InsertForm, AWrongTypeIsToldOnceWhereverItStands) {
  EXPECT_THAT(Told(SongOf("tracks:\n  - name: K\n    file: k.wav\n    inserts:\n      - name: Tone\n"
                          "        type: eqq\n")),
              ElementsAre(HasSubstr("album.yaml:11:19: ")));
}

TEST(InsertForm, JsonIsReadTheSame) {
  const std::string json =
      R"({"album": "A", "artist": "B", "deliver": [{"mixes": ["master"]}], "songs": [{"title": "One",
      "tracks": [{"name": "K", "file": "k.wav",
        "inserts": [{"type": "compressor", "name": "Glue", "threshold": -20.5, "ratio": "inf", "attack": "5ms"}],
        "automation": {"insert:Glue.attack": [["0s", "5ms"], ["1s", "20ms"]],
                       "insert:Glue.threshold": [["0s", -12]]}}]}]})";
  const Album album = test::Read(json);
  const Track& track = album.songs(0).tracks(0);
  EXPECT_EQ(track.inserts(0).compressor().threshold(), -20.5);
  EXPECT_TRUE(std::isinf(track.inserts(0).compressor().ratio()));
  EXPECT_EQ(track.automation(0).points(1).value(), 0.02);
}

TEST(InsertForm, AutomationHoldsNumbersInTheirUnitAndTimesInSeconds) {
  const Album album = test::Read(TrackOf(
      "inserts: [{type: compressor, name: Glue}, {type: gain, name: Trim}, {type: reverb, name: Hall}], "
      "automation: "
      "{'insert:Glue.threshold': [[0s, -18], [1s, -24.5]], 'insert:Glue.release': [[0, 20ms], [1s, 1.5s]], "
      "'insert:Trim.level': [[0s, -inf]], 'insert:Hall.predelay': [[0s, 0]]}"));
  const Track& track = album.songs(0).tracks(0);
  ASSERT_EQ(track.automation_size(), 4);
  EXPECT_EQ(track.automation(0).points(1).value(), -24.5);
  EXPECT_FALSE(track.automation(0).points(1).is_time());
  EXPECT_EQ(track.automation(1).points(0).value(), 0.02);
  EXPECT_EQ(track.automation(1).points(1).value(), 1.5);
  EXPECT_TRUE(track.automation(1).points(1).is_time());
  EXPECT_TRUE(std::isinf(track.automation(2).points(0).value()));
  EXPECT_EQ(track.automation(3).points(0).value(), 0);
}

TEST(InsertForm, WrongValuesOfAutomationAreTold) {
  const auto told = [](const std::string& value) {
    return Told(TrackOf("inserts: [{type: compressor, name: G}], automation: {'insert:G.release': [[0s, " +
                        value + "]]}"));
  };
  EXPECT_THAT(told("soon"),
              ElementsAre(HasSubstr("automation \"insert:G.release\": value: expected a number, or a "
                                    "time as 20ms or 0.5s, found \"soon\"")));
  EXPECT_THAT(told("480smp"),
              ElementsAre(HasSubstr("\"480smp\": a time that moves is written as 20ms or 0.5s")));
  EXPECT_THAT(told("1/8"), ElementsAre(HasSubstr("a time that moves is written as 20ms")));
  EXPECT_THAT(told("1|1|1"), ElementsAre(HasSubstr("a time that moves is written as 20ms")));
  EXPECT_THAT(told("'3'"), ElementsAre(HasSubstr("in quotes; remove them")));
  EXPECT_THAT(told("[20ms]"), ElementsAre(HasSubstr("value: expected one value, found a list")));
  EXPECT_THAT(told("inf"), ElementsAre(HasSubstr("expected a number, or a time")));
}

TEST(InsertForm, TheMasterHasInsertsAndWhereTheyStand) {
  const Song song = ReadSong(
      "tracks: [{name: K, file: k.wav}]\nmaster: {inserts_at: post_fader, inserts: [{type: limiter}]}");
  EXPECT_EQ(song.master().inserts_at(), INSERTS_POST_FADER);
  EXPECT_TRUE(song.master().inserts(0).has_limiter());
}

// Whatever stands in an insert, the reader and the check tell of it or take it, and end.
TEST(InsertForm, RandomInsertsAreReadOrTold) {
  const std::vector<std::string> keys{
      "type",      "name",      "sidechain", "threshold",  "ratio", "attack",  "bands",     "shape",
      "frequency", "slope",     "q",         "gain",       "time",  "impulse", "decay",     "mix",
      "low_cut",   "lookahead", "processor", "compressor", "'~'",   "''",      "ping_pong", "high_cut"};
  const std::vector<std::string> values{
      "eq",   "gain", "compressor", "delay",   "reverb", "lv2", "deesser", "limiter", "-1e99",     "inf",
      "-inf", "~",    "[]",         "{}",      "[[]]",   "1/8", "1|1|1",   "20ms",    "999999smp", "''",
      "'1'",  "yes",  "bell",       "low_cut", "Kick",   "12",  "1e400",   "0"};
  std::mt19937 random(7);
  const auto one_of = [&](const std::vector<std::string>& words) {
    return words[std::uniform_int_distribution<size_t>(0, words.size() - 1)(random)];
  };
  const std::function<std::string(int)> value = [&](int depth) -> std::string {
    const int kind = std::uniform_int_distribution<int>(0, 5)(random);
    if (kind > 1 || depth == 0) return one_of(values);
    const auto map = [&] { return "{" + one_of(keys) + ": " + value(depth - 1) + "}"; };
    return kind == 0 ? map()
                     : "[" + map() + ", {shape: bell, " + one_of(keys) + ": " + value(depth - 1) + "}]";
  };
  int whole = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string insert = "type: " + values[i % 10];
    for (int k = 0; k < i % 5; ++k) insert += ", " + one_of(keys) + ": " + value(2);
    std::string lane = "'insert:G." + one_of(keys) + "': [[0s, " + value(1) + "]]";
    const Spec spec =
        ReadSpecText("album.yaml",
                     TrackOf("inserts: [{" + insert + "}, {type: eq, name: G, bands: " + value(2) +
                             "}], automation: {" + lane + "}"),
                     Solo::kRefuse);
    whole += HasErrors(spec.findings) ? 0 : 1;
    for (const Finding& finding : spec.findings) EXPECT_FALSE(finding.message().empty()) << insert;
  }
  EXPECT_LT(whole, 3000);
}

}  // namespace
}  // namespace trackout
