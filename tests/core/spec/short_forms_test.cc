// What the language writes shorter than its messages: points, ranges, own groups, times with a sign.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::ReadSong;
using test::SongOf;
using test::Told;
using test::TrackOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTracks = "tracks: [{name: K, file: k.wav}, {name: S, file: s.wav}]\n";

TEST(ShortForms, ALaneIsAListOfPoints) {
  const Song song = ReadSong(
      "returns: [{name: Hall}]\ntracks:\n  - {name: K, file: k.wav, sends: [{to: Hall, level: -6, pan: 20, "
      "tap: "
      "pre_fader}], automation: {fader: [[0s, -3], [480smp, -inf]], mute: [[1s, true], [2s, off]], "
      "\"send:Hall\": "
      "[[0s, 1.5]]}}\nmaster: {automation: {fader: [[1:00, -6]]}}");
  const Track& track = song.tracks(0);
  ASSERT_EQ(track.automation_size(), 3);
  EXPECT_EQ(track.automation(0).parameter(), "fader");
  EXPECT_EQ(track.automation(0).points(0).value(), -3);
  EXPECT_EQ(track.automation(0).points(1).time().samples(), 480);
  EXPECT_TRUE(std::isinf(track.automation(0).points(1).value()));
  EXPECT_EQ(track.automation(1).points(0).value(), 1);
  EXPECT_EQ(track.automation(1).points(1).value(), 0);
  EXPECT_EQ(track.automation(1).points(1).time().nanoseconds(), 2'000'000'000);
  EXPECT_EQ(track.automation(2).parameter(), "send:Hall");
  EXPECT_EQ(song.master().automation(0).points(0).time().nanoseconds(), 60'000'000'000);
  EXPECT_EQ(track.sends(0).to(), "Hall");
  EXPECT_EQ(track.sends(0).pan(), 20);
  EXPECT_EQ(track.sends(0).tap(), TAP_PRE_FADER);
}

TEST(ShortForms, WrongPointsAreTold) {
  const auto told = [](const std::string& lanes) { return Told(TrackOf("automation: {" + lanes + "}")); };
  EXPECT_THAT(told("fader: 3"),
              ElementsAre("album.yaml:7:55: track \"Kick\": automation \"fader\": expected a list of points "
                          "[time, value], found \"3\""));
  EXPECT_THAT(told("fader: [[0s, 1, 2]]"), ElementsAre(HasSubstr("a point is [time, value], found a list")));
  EXPECT_THAT(told("fader: [{0s: 1}]"), ElementsAre(HasSubstr("a point is [time, value], found a map")));
  EXPECT_THAT(told("fader: [[0, -3], [1, -3]]"), ElementsAre(HasSubstr("7:66: ")));
  EXPECT_THAT(told("fader: [[0, -3], [1, -3]]"), ElementsAre(HasSubstr("time: \"1\": a time needs a unit")));
  EXPECT_THAT(told("fader: [[-1s, -3]]"), ElementsAre(HasSubstr("may not be negative")));
  EXPECT_THAT(told("fader: [[0s, true]]"),
              ElementsAre(HasSubstr("value: expected a level in dB or -inf, found \"true\"")));
  EXPECT_THAT(told("fader: [[0s, '-3']]"), ElementsAre(HasSubstr("in quotes; remove them")));
  EXPECT_THAT(told("mute: [[0s, 1]]"), ElementsAre(HasSubstr("value: expected true or false, found \"1\"")));
  EXPECT_THAT(told("fader: [], fader: []"), Contains(HasSubstr("duplicate key \"fader\"")));
  EXPECT_THAT(told("'insert:Comp.threshold': [[0s, -5]]"),
              ElementsAre(HasSubstr("no insert \"Comp\"; it has none, remove this")));
  EXPECT_THAT(Told(TrackOf("automation: []")), ElementsAre(HasSubstr("automation: expected a map")));
}

TEST(ShortForms, ADelayMayBeNegative) {
  const Song song =
      ReadSong("tracks: [{name: K, file: k.wav, delay: -5ms}]\nbuses: [{name: B, delay: -480smp}]");
  EXPECT_EQ(song.tracks(0).delay().nanoseconds(), -5'000'000);
  EXPECT_EQ(song.buses(0).delay().samples(), -480);
  EXPECT_THAT(Told(SongOf(std::string(kTracks) + "start: -5ms")),
              ElementsAre("album.yaml:7:12: song \"One\": start: \"-5ms\": a time may not be negative here"));
}

TEST(ShortForms, ATailMayBeAuto) {
  EXPECT_FALSE(ReadSong(std::string(kTracks) + "tail: auto").has_tail());
  EXPECT_EQ(ReadSong(std::string(kTracks) + "tail: 3s").tail().nanoseconds(), 3'000'000'000);
  EXPECT_TRUE(ReadSong(std::string(kTracks) + "tail: 0s").has_tail());
  EXPECT_THAT(Told(SongOf(std::string(kTracks) + "max_tail: auto")), ElementsAre(HasSubstr("not a time")));
  EXPECT_THAT(Told(SongOf(std::string(kTracks) + "tail: atuo")), ElementsAre(HasSubstr("not a time")));
}

TEST(ShortForms, LayoutsLookLikeNumbers) {
  const Song song =
      ReadSong(std::string(kTracks) +
               "buses: [{name: A, channels: 5.1}, {name: B, channels: '7.1'}, {name: C, channels: "
               "lcr}, {name: D, channels: mono}]\nmaster: {channels: quad}");
  EXPECT_EQ(song.buses(0).channels(), CHANNELS_5_1);
  EXPECT_EQ(song.buses(1).channels(), CHANNELS_7_1);
  EXPECT_EQ(song.buses(2).channels(), CHANNELS_LCR);
  EXPECT_EQ(song.buses(3).channels(), CHANNELS_MONO);
  EXPECT_EQ(song.master().channels(), CHANNELS_QUAD);
  EXPECT_THAT(Told(SongOf(std::string(kTracks) + "master: {channels: 6}")),
              ElementsAre(HasSubstr("channels: \"6\" is none of mono, stereo, lcr, quad, 5.1, 7.1")));
}

TEST(ShortForms, ClipsHaveFadesAndChannels) {
  const Song song = ReadSong(
      "tracks:\n  - {name: K, clips: [{file: k.wav, fade_in: 10ms, fade_out: 1s, fade_shape: equal_power, "
      "channels: [2, 1]}, {file: k.wav, channels: 3, start: 3|1|1}]}\ntempo: [{bar: 1, bpm: 120}]");
  const Clip& clip = song.tracks(0).clips(0);
  EXPECT_EQ(clip.fade_in().nanoseconds(), 10'000'000);
  EXPECT_EQ(clip.fade_shape(), FADE_EQUAL_POWER);
  EXPECT_THAT(clip.channels(), ElementsAre(2, 1));
  EXPECT_THAT(song.tracks(0).clips(1).channels(), ElementsAre(3));
  EXPECT_EQ(song.tracks(0).clips(1).start().musical().bar(), 3);
  const auto told = [](const std::string& keys) {
    return Told(SongOf("tracks: [{name: K, clips: [{file: k.wav, " + keys + "}]}]"));
  };
  EXPECT_THAT(told("channels: [0]"), ElementsAre(HasSubstr("channels: 0 is out of range (1 to 1024)")));
  EXPECT_THAT(told("channels: [1.5]"), ElementsAre(HasSubstr("channels: expected a whole number")));
  EXPECT_THAT(told("fade_shape: sine"),
              ElementsAre(HasSubstr("fade_shape: \"sine\" is none of linear, equal_power, s_curve, log")));
}

TEST(ShortForms, VersionsReplaceAndSilence) {
  const Song song = ReadSong(
      std::string(kTracks) +
      "versions:\n  - {name: Clean, isrc: X, replace: {K: [{file: c.wav, start: 1s}]}, silence: {S: [[1s, "
      "2s], "
      "[3s, 4500ms]]}}\nedits: [{name: 30s, sections: [{from: 0s, to: 9s}, {from: 20s, to: 30s, crossfade: "
      "20ms}], length: 18s, fade_out: 2s}]");
  const Version& version = song.versions(0);
  EXPECT_EQ(version.replace(0).track(), "K");
  EXPECT_EQ(version.replace(0).clips(0).file(), "c.wav");
  EXPECT_EQ(version.silence(0).track(), "S");
  EXPECT_EQ(version.silence(0).ranges(1).to().nanoseconds(), 4'500'000'000);
  EXPECT_EQ(song.edits(0).name(), "30s");
  EXPECT_EQ(song.edits(0).sections(1).crossfade().nanoseconds(), 20'000'000);
  EXPECT_EQ(song.edits(0).fade_out().nanoseconds(), 2'000'000'000);
  const auto told = [](const std::string& keys) {
    return Told(SongOf(std::string(kTracks) + "versions: [{name: C, " + keys + "}]"));
  };
  EXPECT_THAT(told("silence: {K: [1s, 2s]}"),
              Contains(HasSubstr("silence \"K\": a range of time is [from, to], found \"1s\"")));
  EXPECT_THAT(told("silence: {K: [[1s]]}"),
              Contains(HasSubstr("a range of time is [from, to], found a list")));
  EXPECT_THAT(told("silence: {K: [[1s, x]]}"), Contains(HasSubstr("to: \"x\": not a time")));
  EXPECT_THAT(told("replace: {K: c.wav}"), Contains(HasSubstr("clips: expected a list, found \"c.wav\"")));
}

TEST(ShortForms, GroupsOfStemsAreAWordOrAList) {
  const auto stems = [](const std::string& keys) {
    return ReadSong(std::string(kTracks) + "deliver: [{stems: {" + keys + "}}]").deliver(0).stems();
  };
  EXPECT_EQ(stems("groups: roles").groups(), STEM_GROUPS_ROLES);
  EXPECT_EQ(stems("groups: tracks").groups(), STEM_GROUPS_TRACKS);
  const StemsRequest own = stems(
      "groups: [{name: G, of: [K]}, {name: H, of: ['track:S']}], returns: separate, partial: true, "
      "processing: "
      "[wet, dry, effects], edit: full, version: [main]");
  EXPECT_EQ(own.own_groups(0).name(), "G");
  EXPECT_THAT(own.own_groups(1).of(), ElementsAre("track:S"));
  EXPECT_EQ(own.returns(), RETURNS_SEPARATE);
  EXPECT_TRUE(own.partial());
  EXPECT_THAT(own.processing(), ElementsAre(PROCESSING_WET, PROCESSING_DRY, PROCESSING_EFFECTS));
  EXPECT_THAT(own.edit(), ElementsAre("full"));
  EXPECT_THAT(own.version(), ElementsAre("main"));
  const auto told = [](const std::string& groups) {
    return Told(SongOf(std::string(kTracks) + "deliver: [{stems: {groups: " + groups + "}}]"));
  };
  EXPECT_THAT(told("role"),
              ElementsAre(HasSubstr("is none of buses, tracks, roles; did you mean \"roles\"?")));
  EXPECT_THAT(told("[]"), ElementsAre(HasSubstr("groups is an empty list")));
  EXPECT_THAT(told("[{name: G}]"), ElementsAre(HasSubstr("group \"G\": the key \"of\" is missing")));
  EXPECT_THAT(told("[{name: G, off: [K]}]"),
              Contains(HasSubstr("unknown key \"off\"; did you mean \"of\"?")));
  EXPECT_THAT(told("{G: [K]}"), ElementsAre(HasSubstr("groups: expected a list, found a map")));
}

TEST(ShortForms, CombinationsAndFormats) {
  const Song song = ReadSong(std::string(kTracks) +
                             "deliver: [{tracks: {processing: [raw, processed], combine: {Kit: [K, S]}, "
                             "version: main, format: {bits: 16, "
                             "sample_rate: 44100, dither: tpdf, channels: mono}}}]");
  const TracksRequest& tracks = song.deliver(0).tracks();
  EXPECT_EQ(tracks.combine(0).name(), "Kit");
  EXPECT_THAT(tracks.combine(0).tracks(), ElementsAre("K", "S"));
  EXPECT_THAT(tracks.processing(), ElementsAre(PROCESSING_RAW, PROCESSING_PROCESSED));
  EXPECT_EQ(tracks.format().sample_rate(), 44100);
  EXPECT_EQ(tracks.format().dither(), Format::DITHER_TPDF);
  EXPECT_EQ(tracks.format().channels(), Format::CHANNELS_MONO);
}

}  // namespace
}  // namespace trackout
