// What is wrong or doubtful in the mixer: returns and sends, pan and width, delays, automation.
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

// Of a song with a track and the bus and returns that it needs; the track's keys begin in line 10, column 35.
std::vector<std::string> ToldOfTrack(const std::string& keys) {
  return Told(SongOf(
      "buses: [{name: Drums}]\nreturns: [{name: Hall}]\ntracks:\n  - {name: Snare, file: s.wav, bus: Drums, "
      "sends: [{to: Hall}]}\n  - {name: Kick, file: k.wav, " +
      keys + "}"));
}
// Of a bus whose keys begin in line 6, column 27.
std::vector<std::string> ToldOfBus(const std::string& keys) {
  return Told(SongOf("buses: [{name: Drums, " + keys + "}]\ntracks: [{name: K, file: k.wav, bus: Drums}]"));
}
std::vector<std::string> ToldOfAutomation(const std::string& lanes) {
  return ToldOfTrack("sends: [{to: Hall}], automation: {" + lanes + "}");
}

TEST(MixerCheck, NamesAreUniqueAmongBusesAndReturns) {
  EXPECT_THAT(
      Told(SongOf("buses: [{name: A}]\nreturns: [{name: A}]\ntracks: [{name: K, file: k.wav, bus: A}]")),
      ElementsAre("album.yaml:7:22: song \"One\": duplicate return \"A\"; names are unique among buses and "
                  "returns, rename one"));
  EXPECT_THAT(
      Told(SongOf("returns: [{name: A}, {name: A}]\ntracks: [{name: K, file: k.wav, sends: [{to: A}]}]")),
      ElementsAre(HasSubstr("duplicate return \"A\"; names are unique, rename one")));
  EXPECT_THAT(Told(SongOf("returns: [{name: K}]\ntracks: [{name: K, file: k.wav, sends: [{to: K}]}]")),
              IsEmpty());
  EXPECT_THAT(Told(SongOf("buses: [{name: 'track:K'}]\ntracks: [{name: K, file: k.wav, bus: 'track:K'}]")),
              ElementsAre(HasSubstr("`track:` before a name means a track; rename it")));
}

TEST(MixerCheck, SendsGoToReturns) {
  EXPECT_THAT(ToldOfTrack("sends: [{to: Hall}, {to: Hall, level: -3}, {to: Hall, tap: pre_fader}]"),
              IsEmpty());
  EXPECT_THAT(ToldOfTrack("sends: [{to: Hal}]"),
              ElementsAre("album.yaml:10:48: song \"One\": track \"Kick\": no return \"Hal\"; did you mean "
                          "\"Hall\"?"));
  EXPECT_THAT(
      ToldOfTrack("sends: [{to: Drums}]"),
      ElementsAre(HasSubstr("track \"Kick\": \"Drums\" is a bus, and sends go to returns; list it under "
                            "`returns`, or feed it with `bus`")));
}

TEST(MixerCheck, AReturnIsFedBySendsOnly) {
  EXPECT_THAT(
      ToldOfTrack("bus: Hall"),
      ElementsAre("album.yaml:10:40: song \"One\": track \"Kick\": \"Hall\" is a return, which is fed by "
                  "sends only; write a send to it, and a bus here"));
}

TEST(MixerCheck, CyclesOverSendsTellTheirWay) {
  EXPECT_THAT(
      Told(SongOf("returns:\n  - {name: Echo, sends: [{to: Hall}]}\n  - {name: Hall, sends: [{to: "
                  "Echo}]}\ntracks: [{name: K, file: k.wav, sends: [{to: Echo}]}]")),
      ElementsAre("album.yaml:7:35: song \"One\": buses and sends form a cycle: \"Echo\" -> \"Hall\" -> "
                  "\"Echo\"; take a send away, or let one of them feed the master"));
  EXPECT_THAT(
      Told(SongOf("buses: [{name: A, sends: [{to: R}]}]\nreturns: [{name: R, bus: A}]\ntracks: [{name: K, "
                  "file: k.wav, bus: A}]")),
      ElementsAre(HasSubstr("buses and sends form a cycle: \"A\" -> \"R\" -> \"A\"")));
}

TEST(MixerCheck, WhatNothingReachesIsAWarning) {
  EXPECT_THAT(
      Told(SongOf("returns: [{name: Hall}]\ntracks: [{name: K, file: k.wav}]")),
      ElementsAre(HasSubstr("warning: song \"One\": nothing sends to the return \"Hall\"; it is silent")));
  EXPECT_THAT(
      Told(SongOf("buses: [{name: A, print: a.wav}, {name: B}]\nreturns: [{name: R, bus: B}]\ntracks: "
                  "[{name: K, file: k.wav, sends: [{to: R}]}]")),
      IsEmpty());
}

TEST(MixerCheck, ASoloedReturnIsALeftOver) {
  EXPECT_THAT(
      Told(SongOf("returns: [{name: R, solo: true}]\ntracks: [{name: K, file: k.wav, sends: [{to: R}]}]")),
      ElementsAre(HasSubstr("return \"R\" is soloed, a left-over of work")));
}

TEST(MixerCheck, PansAndWidthsAreOfStereo) {
  EXPECT_THAT(ToldOfBus("pan: [-30, 30], width: 50"), IsEmpty());
  EXPECT_THAT(ToldOfBus("channels: mono, pan: [-30, 30]"),
              ElementsAre("album.yaml:6:48: song \"One\": bus \"Drums\" is mono; a pan for each side ([left, "
                          "right]) is for stereo"));
  EXPECT_THAT(ToldOfBus("channels: 5.1, pan: [-30, 30]"),
              ElementsAre(HasSubstr("is surround; a pan for each")));
  EXPECT_THAT(ToldOfBus("channels: 5.1, width: 50"),
              ElementsAre(HasSubstr("is surround; width is for stereo, remove it")));
  EXPECT_THAT(ToldOfBus("channels: mono, width: 100"),
              ElementsAre(HasSubstr("is mono; width is for stereo")));
  EXPECT_THAT(ToldOfBus("channels: 5.1, pan: 20"), IsEmpty());
  EXPECT_THAT(ToldOfTrack("pan: [1, 2, 3]"),
              ElementsAre(HasSubstr("pan has 3 values; it is one number, or [left, right]")));
  EXPECT_THAT(ToldOfTrack("width: 201"),
              ElementsAre(HasSubstr("width: 201 is out of range (0 to 200 percent)")));
}

TEST(MixerCheck, APanIntoMonoIsAWarning) {
  EXPECT_THAT(
      Told(SongOf("buses: [{name: A, channels: mono}]\ntracks: [{name: K, file: k.wav, bus: A, pan: 5}]")),
      ElementsAre(HasSubstr("warning: song \"One\": track \"K\" is panned, but the bus \"A\" is mono")));
  EXPECT_THAT(Told(SongOf("master: {channels: mono}\ntracks: [{name: K, file: k.wav, pan: 5}]")),
              ElementsAre(HasSubstr("but the master is mono and ignores that")));
}

TEST(MixerCheck, DelaysHaveARange) {
  EXPECT_THAT(ToldOfTrack("delay: -60s"), IsEmpty());
  EXPECT_THAT(
      ToldOfTrack("delay: -60001ms"),
      ElementsAre("album.yaml:10:42: song \"One\": track \"Kick\": a delay of -60.001 s is out of range (-60 "
                  "to 60 s); move its clips"));
  EXPECT_THAT(ToldOfBus("delay: 10s"), IsEmpty());
  EXPECT_THAT(ToldOfBus("delay: 11s"),
              ElementsAre(HasSubstr("a delay of 11 s is out of range (-10 to 10 s)")));
  EXPECT_THAT(ToldOfBus("delay: -99999999999smp"), ElementsAre(HasSubstr("is out of range")));
  EXPECT_THAT(ToldOfBus("delay: 1|1|1"),
              ElementsAre(HasSubstr("a delay is a length; write seconds or samples")));
}

TEST(MixerCheck, AutomationNamesWhatIsThere) {
  EXPECT_THAT(
      ToldOfAutomation("fader: [[0s, 0]], pan: [[0s, 0]], mute: [[0s, on]], 'send:Hall': [[0s, -inf]]"),
      IsEmpty());
  EXPECT_THAT(
      ToldOfAutomation("fadr: [[0s, 0]]"),
      ElementsAre("album.yaml:10:69: song \"One\": track \"Kick\": automation of \"fadr\": it is none of "
                  "fader, pan, mute, send:Hall; did you mean \"fader\"?"));
  EXPECT_THAT(ToldOfAutomation("'send:Hal': [[0s, 0]]"),
              ElementsAre(HasSubstr("it has no send to \"Hal\"; did you mean \"send:Hall\"?")));
  EXPECT_THAT(ToldOfAutomation("fader: []"),
              ElementsAre(HasSubstr("has no points; give it one or remove it")));
  EXPECT_THAT(Told(SongOf("master: {automation: {pan: [[0s, 0]]}}\ntracks: [{name: K, file: k.wav}]")),
              ElementsAre(HasSubstr("master: automation of \"pan\": it is none of fader")));
  EXPECT_THAT(
      ToldOfTrack("sends: [{to: Hall}, {to: Hall, tap: pre_fader}], automation: {'send:Hall': [[0s, 0]]}"),
      ElementsAre(HasSubstr("warning: song \"One\": track \"Kick\": automation of \"send:Hall\": moves all "
                            "2 of its sends there")));
}

TEST(MixerCheck, AutomationAscendsAndMayStep) {
  EXPECT_THAT(ToldOfAutomation("fader: [[0s, 0], [1s, -6], [1s, -12], [2s, 0]]"), IsEmpty());
  EXPECT_THAT(
      ToldOfAutomation("fader: [[1s, 0], [500ms, -6]]"),
      ElementsAre("album.yaml:10:86: song \"One\": track \"Kick\": automation of \"fader\": times must "
                  "ascend"));
  EXPECT_THAT(ToldOfAutomation("fader: [[1s, 0], [1s, 1], [1s, 2]]"),
              ElementsAre(HasSubstr("three points at one time; two make a step")));
  EXPECT_THAT(ToldOfAutomation("fader: [[480smp, 0], [1s, 1]]"),
              ElementsAre(HasSubstr("samples beside other times need the song's sample_rate")));
  EXPECT_THAT(
      Told(SongOf("sample_rate: 48000\ntempo: [{bar: 1, bpm: 60}]\ntracks:\n  - {name: K, file: k.wav, "
                  "automation: {fader: [[96000smp, 0], [1|2|1, 1]]}}")),
      ElementsAre(HasSubstr("times must ascend")));
}

TEST(MixerCheck, PolarityAndDelayOfWhatIsPrintedAreAWarning) {
  const auto told = [](const std::string& more) {
    return Told(SongOf("tracks:\n  - {name: K, file: k.wav, print: p.wav" + more + "}"));
  };
  EXPECT_THAT(told(""), IsEmpty());
  EXPECT_THAT(told(", polarity: inverted, delay: -1ms"),
              ElementsAre(HasSubstr("warning: song \"One\": track \"K\": its print has the polarity and "
                                    "delay in it already, and plays as it is")));
  EXPECT_THAT(told(", delay: 5smp"), ElementsAre(HasSubstr("has the delay in it already")));
}

TEST(MixerCheck, AutomationHasTheRangeOfItsParameter) {
  EXPECT_THAT(ToldOfAutomation("pan: [[0s, 101]]"),
              ElementsAre(HasSubstr("101 is out of range (-100 to 100)")));
  EXPECT_THAT(ToldOfAutomation("pan: [[0s, -inf]]"),
              ElementsAre(HasSubstr("-inf is out of range (-100 to 100)")));
  EXPECT_THAT(ToldOfAutomation("fader: [[0s, 121]]"),
              ElementsAre(HasSubstr("out of range (-inf to 120 dB)")));
  EXPECT_THAT(ToldOfAutomation("fader: [[3|1|1, 0]]"),
              ElementsAre(HasSubstr("a musical time needs the song's tempo")));
}

TEST(MixerCheck, AlbumsThatNoFileDescribesAreCheckedToo) {
  Album album;
  album.add_deliver()->add_mixes()->set_name("master");
  Song& song = *album.add_songs();
  Track& track = *song.add_tracks();
  track.set_name("K");
  track.set_file("k.wav");
  const auto told = [&] {
    std::vector<std::string> messages;
    for (const Finding& finding : CheckAlbum(album, Solo::kRefuse)) messages.push_back(finding.message());
    return messages;
  };
  EXPECT_THAT(told(), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    AutomationLane& lane = *track.add_automation();
    lane.set_parameter("mute");
    lane.add_points()->set_value(i == 0 ? 0.5 : 1);
  }
  track.add_automation()->set_parameter("insert:Comp.ratio");
  EXPECT_THAT(told(),
              ElementsAre(HasSubstr("0.5 is out of range (true or false)"), HasSubstr("given twice"),
                          HasSubstr("\"insert:Comp.ratio\": no insert \"Comp\"; it has none, remove this")));
}

TEST(MixerCheck, APanForEachSideIsNotAutomated) {
  EXPECT_THAT(
      ToldOfTrack("pan: [-50, 50], automation: {pan: [[0s, 0]]}"),
      ElementsAre(HasSubstr("a pan for each side cannot be automated; write one pan, or no automation")));
}

TEST(MixerCheck, ASongHasABound) {
  std::string tracks = "tracks:\n";
  for (int i = 0; i < 1001; ++i) tracks += "  - {name: T" + std::to_string(i) + ", file: k.wav}\n";
  EXPECT_THAT(Told(SongOf(tracks)),
              ElementsAre(HasSubstr("has 1001 tracks and 0 buses and returns; 1000 and 500 are the most")));
}

}  // namespace
}  // namespace trackout
