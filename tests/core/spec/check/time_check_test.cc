// What is wrong or doubtful in times: tempo, stretch, markers, clips, versions, edits.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::SongOf;
using test::Told;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTracks = "tracks: [{name: Kick, file: k.wav}, {name: Lead, file: l.wav}]\n";

// Of a song in 120 bpm with these keys, which begin in line 8.
std::vector<std::string> ToldOf(const std::string& keys) {
  return Told(
      SongOf(std::string(kTracks) + "tempo: [{bar: 1, bpm: 120}, {bar: 9, bpm: 90, meter: 6/8}]\n" + keys));
}
std::vector<std::string> ToldOfTempo(const std::string& tempo) {
  return Told(SongOf(std::string(kTracks) + "tempo: [" + tempo + "]"));
}
std::vector<std::string> ToldOfVersion(const std::string& keys) {
  return ToldOf("versions: [{name: Clean, " + keys + "}]");
}
std::vector<std::string> ToldOfEdit(const std::string& sections, const std::string& keys = "") {
  return ToldOf("edits: [{name: 30s, sections: [" + sections + "]" + keys + "}]");
}

TEST(TimeCheck, BarsAndTimesOfTemposAscendTogether) {
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120, ramp: true}, {at: 60s, bpm: 90}, {bar: 40, bpm: 60}"),
              IsEmpty());
  EXPECT_THAT(
      ToldOfTempo("{bar: 1, bpm: 120}, {at: 60s, bpm: 90}, {bar: 5, bpm: 60}"),
      ElementsAre(HasSubstr("not behind the one before it, at 60.000 s; times and bars must ascend")));
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120}, {at: 0s, bpm: 90}"), ElementsAre(HasSubstr("must ascend")));
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120}, {at: 4s, bpm: 90}, {at: 4s, bpm: 80}"),
              ElementsAre(HasSubstr("times must ascend")));
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120}, {bar: 9, bpm: 90}, {at: 100s, bpm: 9}, {bar: 4, bpm: 80}"),
              ElementsAre(HasSubstr("bars must ascend")));
}

TEST(TimeCheck, TemposInSamplesNeedARate) {
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120}, {at: 48000smp, bpm: 90}"),
              ElementsAre(HasSubstr("a place in samples needs the song's sample_rate")));
  EXPECT_THAT(Told(SongOf(std::string(kTracks) + "bar_1_at: 3smp\nsample_rate: 48000")), IsEmpty());
  EXPECT_THAT(Told(SongOf(std::string(kTracks) + "bar_1_at: 3smp")),
              ElementsAre(HasSubstr("bar_1_at: a place")));
}

TEST(TimeCheck, DoubtfulTemposAreWarnings) {
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120, ramp: true}"),
              ElementsAre(HasSubstr("warning: song \"One\": tempo: the last one has no other to move to")));
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120}, {at: 3s, bpm: 90, meter: 3/4}"),
              ElementsAre(HasSubstr("it stands inside of a bar; the meter begins with the next bar")));
  EXPECT_THAT(ToldOfTempo("{bar: 1, bpm: 120}, {at: 4s, bpm: 90, meter: 3/4}"), IsEmpty());
}

TEST(TimeCheck, MusicalTimesNeedABeatThatIsThere) {
  EXPECT_THAT(ToldOf("start: 9|6|2"), IsEmpty());
  EXPECT_THAT(
      ToldOf("start: 9|7|1"),
      ElementsAre("album.yaml:8:12: song \"One\": start: there is no 9|7|1; bar 9 is in 6/8, each beat with "
                  "2 sixteenths"));
  EXPECT_THAT(ToldOf("start: 8|1|5"), ElementsAre(HasSubstr("bar 8 is in 4/4, each beat with 4 sixteenths")));
  EXPECT_THAT(
      Told(SongOf(std::string(kTracks) + "start: 2|1|1")),
      ElementsAre(HasSubstr("start: a musical time needs the song's tempo; write `tempo`, or seconds")));
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, clips: [{file: k.wav, start: 3|1|1}]}]")),
              ElementsAre(HasSubstr("track \"K\": start: a musical time needs the song's tempo")));
}

TEST(TimeCheck, ALengthIsNotAPlaceInBars) {
  for (const char* keys :
       {"length: 3|1|1", "tail: 3|1|1", "max_tail: 3|1|1", "markers: [{name: M, at: 1s, length: 3|1|1}]"}) {
    EXPECT_THAT(ToldOf(keys), ElementsAre(HasSubstr("bar|beat|sixteenth is a place, not a length"))) << keys;
  }
  for (const char* key : {"offset", "length", "fade_in", "fade_out"}) {
    EXPECT_THAT(Told(SongOf("tempo: [{bar: 1, bpm: 60}]\ntracks: [{name: K, clips: [{file: k.wav, " +
                            std::string(key) + ": 3|1|1}]}]")),
                ElementsAre(HasSubstr("is a place, not a length")))
        << key;
  }
  EXPECT_THAT(ToldOf("length: 0s"), ElementsAre(HasSubstr("length: the song has none")));
}

TEST(TimeCheck, NegativeLengthsOfOtherAlbumsAreTold) {
  Album album;
  album.add_deliver()->add_mixes()->set_name("master");
  Track& track = *album.add_songs()->add_tracks();
  track.set_name("K");
  Clip& clip = *track.add_clips();
  clip.mutable_fade_in()->set_nanoseconds(-1);
  clip.mutable_start()->set_samples(-1);
  const std::vector<Finding> findings = CheckAlbum(album, Solo::kRefuse);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_THAT(findings[0].message(), HasSubstr("start: a time may not be negative"));
  EXPECT_THAT(findings[1].message(), HasSubstr("fade_in: a length may not be negative"));
  EXPECT_EQ(findings[1].place(), "songs[0].tracks[0].clips[0].fade_in");
}

TEST(TimeCheck, ChannelsOfAClipHaveALayout) {
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, clips: [{file: k.wav, channels: [1, 2, 3, 4, 5]}]}]")),
              ElementsAre(HasSubstr("track \"K\": no layout has 5 channels")));
}

TEST(TimeCheck, VersionsChangeTracksThatAreThere) {
  EXPECT_THAT(ToldOfVersion("replace: {Kick: [{file: c.wav, start: 2|1|1}]}, silence: {Lead: [[1s, 2|1|1]]}"),
              IsEmpty());
  EXPECT_THAT(ToldOfVersion("replace: {Kik: [{file: c.wav}]}"),
              ElementsAre("album.yaml:8:40: song \"One\": version \"Clean\": no track \"Kik\"; did you mean "
                          "\"Kick\"?"));
  EXPECT_THAT(ToldOfVersion("silence: {Led: [[1s, 2s]]}"), ElementsAre(HasSubstr("did you mean \"Lead\"?")));
  EXPECT_THAT(ToldOfVersion("replace: {Kick: []}"),
              ElementsAre(HasSubstr("track \"Kick\" is replaced by no clips; give it some, or silence it")));
  EXPECT_THAT(ToldOfVersion("silence: {Lead: []}"), ElementsAre(HasSubstr("is silenced nowhere")));
  EXPECT_THAT(ToldOfVersion("silence: {Lead: [[2s, 2s]]}"),
              ElementsAre(HasSubstr("track \"Lead\": a range runs from an earlier to a later time")));
  EXPECT_THAT(ToldOfVersion("silence: {Lead: [[1s, 9|9|1]]}"), ElementsAre(HasSubstr("there is no 9|9|1")));
  EXPECT_THAT(
      ToldOfVersion("isrc: X"),
      ElementsAre(HasSubstr("warning: song \"One\": version \"Clean\" replaces and silences nothing")));
}

TEST(TimeCheck, NamesOfVersionsAndEditsGoIntoFileNames) {
  const auto told = [](const std::string& name) {
    return ToldOf("versions: [{name: " + name + ", silence: {Lead: [[1s, 2s]]}}]");
  };
  EXPECT_THAT(told("main"),
              ElementsAre(HasSubstr("album.yaml:8:23: song \"One\": version \"main\": the name is "
                                    "taken: `main` is the song itself")));
  EXPECT_THAT(told("full"), ElementsAre(HasSubstr("the name is taken")));
  for (const char* name : {"a/b", "'a\\b'", "'a:b'", ".hidden", "'a '", "'a.'"}) {
    EXPECT_THAT(told(name), ElementsAre(HasSubstr("the name goes into file names; write it without")))
        << name;
  }
  EXPECT_THAT(told(std::string(61, 'x')), ElementsAre(HasSubstr("60 bytes are the most")));
  EXPECT_THAT(
      ToldOf("versions: [{name: A, silence: {Lead: [[1s, 2s]]}}, {name: a, silence: {Lead: [[1s, 2s]]}}]"),
      ElementsAre(HasSubstr("duplicate version \"a\"; names are unique, rename one")));
  EXPECT_THAT(
      ToldOf("versions: [{name: A, silence: {Lead: [[1s, 2s]]}}]\nedits: [{name: A, sections: [{from: 0s, "
             "to: 1s}]}]"),
      ElementsAre(HasSubstr("duplicate edit \"A\"; names are unique among versions and edits")));
}

TEST(TimeCheck, SectionsOfEditsRunForward) {
  EXPECT_THAT(ToldOfEdit("{from: 0s, to: 3|1|1}, {from: 1s, to: 2s, crossfade: 50ms}"), IsEmpty());
  EXPECT_THAT(ToldOfEdit("{from: 2s, to: 1s}"),
              ElementsAre(HasSubstr("edit \"30s\": a section runs from an earlier to a later time")));
  EXPECT_THAT(ToldOfEdit("{from: 1s, to: 1s}"), ElementsAre(HasSubstr("earlier to a later")));
  EXPECT_THAT(ToldOfEdit("{from: 0s}"), Contains(HasSubstr("the key \"to\" is missing")));
}

TEST(TimeCheck, CrossfadesFitIntoTheirSections) {
  EXPECT_THAT(ToldOfEdit("{from: 0s, to: 1s, crossfade: 1ms}"),
              ElementsAre(HasSubstr("the first section has none before it to cross with; remove it")));
  EXPECT_THAT(
      ToldOfEdit("{from: 0s, to: 9s}, {from: 5s, to: 6s, crossfade: 1s}, {from: 5s, to: 9s, crossfade: 1s}"),
      IsEmpty());
  EXPECT_THAT(
      ToldOfEdit("{from: 0s, to: 9s}, {from: 5s, to: 6s, crossfade: 1s}, {from: 5s, to: 9s, crossfade: "
                 "1002ms}"),
      ElementsAre(HasSubstr("crossfades take 1.001 s of a section of 1.000 s; shorten them")));
  EXPECT_THAT(ToldOfEdit("{from: 0s, to: 400ms}, {from: 5s, to: 6s, crossfade: 1s}"),
              ElementsAre(HasSubstr("crossfades take 0.500 s of a section of 0.400 s")));
  EXPECT_THAT(
      ToldOfEdit("{from: 5s, to: 6s}, {from: 0s, to: 2s, crossfade: 100ms}"),
      ElementsAre(HasSubstr("warning: song \"One\": edit \"30s\": the crossfade begins 0.050 s before the "
                            "song does, in silence")));
}

TEST(TimeCheck, EditsEndWithinTheirLength) {
  EXPECT_THAT(ToldOfEdit("{from: 0s, to: 9s}", ", length: 8s, fade_out: 2s"), IsEmpty());
  EXPECT_THAT(ToldOfEdit("{from: 0s, to: 9s}", ", length: 0s"), ElementsAre(HasSubstr("its length is 0")));
  EXPECT_THAT(ToldOfEdit("{from: 0s, to: 1s}", ", fade_out: 2s"),
              ElementsAre(HasSubstr("the fade_out is longer than the edit, 1.000 s")));
}

}  // namespace
}  // namespace trackout
