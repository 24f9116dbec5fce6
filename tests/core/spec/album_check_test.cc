// What is wrong or doubtful in an album by itself: names, routing, requests, left-overs.
#include "core/spec/album_check.h"

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::SongOf;
using test::Told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSong = R"(buses:
  - {name: Drums, role: drums}
  - {name: Vox, role: lead_vocal}
tracks:
  - {name: Kick, file: k.wav, bus: Drums}
  - {name: Lead, file: l.wav, bus: Vox}
  - {name: Bass, file: b.wav, role: bass}
)";

// What is told of the song above with this `deliver`, whose entries begin in line 14.
std::vector<std::string> ToldOfDeliver(const std::string& deliver) {
  return Told(SongOf(std::string(kSong) + "deliver:\n" + deliver));
}
std::vector<std::string> ToldOfMix(const std::string& mix) {
  return ToldOfDeliver("  - mixes: [" + mix + "]");
}

TEST(AlbumCheck, AWholeAlbumIsSilent) {
  EXPECT_THAT(
      ToldOfDeliver(
          "  - stems: {}\n  - mixes: [master, instrumental, acapella, vocal_up, bass_down]\n  - tracks: {}"),
      IsEmpty());
}

TEST(AlbumCheck, AnUnknownBusIsToldWithTheNearest) {
  EXPECT_THAT(
      Told(SongOf("buses: [{name: Drums}]\ntracks:\n  - {name: Kik, file: k.wav, bus: Drumz}\n  - {name: S, "
                  "file: s.wav, bus: Drums}")),
      ElementsAre("album.yaml:8:39: song \"One\": track \"Kik\": no bus \"Drumz\"; did you mean \"Drums\"?"));
  EXPECT_THAT(Told(SongOf("buses: [{name: Drums, bus: Mix}]\ntracks: [{name: K, file: k.wav, bus: Drums}]")),
              ElementsAre(HasSubstr("bus \"Drums\": no bus \"Mix\"")));
}

TEST(AlbumCheck, ASongHasItsBounds) {
  const std::string track = "tracks: [{name: K, file: k.wav}]\n";
  std::string tracks = "tracks:\n", versions = track + "versions:\n", edits = track + "edits:\n";
  for (int i = 0; i <= 1000; ++i) tracks += fmt::format("  - {{name: T{}, file: k.wav}}\n", i);
  for (int i = 0; i <= 32; ++i) versions += fmt::format("  - {{name: V{}, silence: {{K: [[0s, 1s]]}}}}\n", i);
  for (int i = 0; i <= 64; ++i)
    edits += fmt::format("  - {{name: E{}, sections: [{{from: 0s, to: 1s}}]}}\n", i);
  EXPECT_THAT(Told(SongOf(tracks)), ElementsAre(HasSubstr("has 1001 tracks")));
  EXPECT_THAT(Told(SongOf(versions)), ElementsAre(HasSubstr("has 33 versions and 0 edits; 32 and 64 are")));
  EXPECT_THAT(Told(SongOf(edits)), ElementsAre(HasSubstr("has 0 versions and 65 edits")));
  // One less of each is none of it.
  EXPECT_THAT(Told(SongOf(versions.substr(0, versions.rfind("  - ")))), IsEmpty());
  EXPECT_THAT(Told(SongOf(edits.substr(0, edits.rfind("  - ")))), IsEmpty());
}

TEST(AlbumCheck, BusesFormNoCycle) {
  const std::vector<std::string> told =
      Told(SongOf("buses:\n  - {name: A, bus: B}\n  - {name: B, bus: C}\n  - {name: C, bus: B}\ntracks: "
                  "[{name: K, file: k.wav, bus: A}]"));
  EXPECT_THAT(told, ElementsAre(HasSubstr("buses form a cycle: \"B\" -> \"C\" -> \"B\"")));
  EXPECT_THAT(told, ElementsAre(HasSubstr("album.yaml:8:24: ")));
}

TEST(AlbumCheck, ABusDoesNotFeedItself) {
  EXPECT_THAT(Told(SongOf("buses: [{name: A, bus: A}]\ntracks: [{name: K, file: k.wav}]")),
              ElementsAre(HasSubstr("buses form a cycle: \"A\" -> \"A\"")));
}

TEST(AlbumCheck, NamesAreUnique) {
  EXPECT_THAT(
      Told(SongOf("tracks:\n  - {name: Kick, file: k.wav}\n  - {name: Kick, file: k.wav}")),
      ElementsAre("album.yaml:8:16: song \"One\": duplicate track \"Kick\"; names are unique, rename one"));
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, file: k.wav, bus: A}]\nbuses: [{name: A}, {name: A}]")),
              ElementsAre(HasSubstr("duplicate bus \"A\"")));
}

TEST(AlbumCheck, ATrackAndABusMayShareAName) {
  EXPECT_THAT(Told(SongOf("tracks: [{name: Bass, file: k.wav, bus: Bass}]\nbuses: [{name: Bass}]")),
              IsEmpty());
}

TEST(AlbumCheck, SongsMayShareNames) {
  EXPECT_THAT(Told(test::AlbumOf("  - {title: One, tracks: [{name: K, file: k.wav}]}\n  - {title: One, "
                                 "tracks: [{name: K, file: k.wav}]}\n")),
              IsEmpty());
}

TEST(AlbumCheck, ASoloIsRefusedUnlessAllowed) {
  const std::string text =
      SongOf("buses: [{name: A, solo: true}]\ntracks:\n  - {name: K, file: k.wav, bus: A, solo: true}");
  EXPECT_THAT(
      Told(text),
      ElementsAre(
          HasSubstr("album.yaml:6:29: song \"One\": bus \"A\" is soloed"),
          HasSubstr("track \"K\" is soloed, a left-over of work; remove the solo, or say --allow-solo")));
  EXPECT_THAT(Told(text, Solo::kAllow), IsEmpty());
}

TEST(AlbumCheck, ASongHasTracks) {
  EXPECT_THAT(Told(SongOf("tracks: []")), ElementsAre(HasSubstr("song \"One\": has no tracks")));
  EXPECT_THAT(Told(test::AlbumOf("  - {title: Two}\n")),
              ElementsAre(HasSubstr("album.yaml:5:5: song \"Two\": has no tracks")));
}

TEST(AlbumCheck, ATrackHasAFileOrClips) {
  EXPECT_THAT(Told(SongOf("tracks: [{name: K}]")),
              ElementsAre(HasSubstr("track \"K\" has neither a file nor clips")));
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, file: k.wav, clips: [{file: k.wav}]}]")),
              ElementsAre(HasSubstr("track \"K\" has both a file and clips")));
}

TEST(AlbumCheck, SomethingIsToBeDelivered) {
  EXPECT_THAT(Told("album: A\nartist: B\nsongs: [{title: One, tracks: [{name: K, file: k.wav}]}]\n"),
              ElementsAre(HasSubstr("nothing is to be delivered; write `deliver`")));
}

TEST(AlbumCheck, AnEntryAsksForOneKind) {
  EXPECT_THAT(
      ToldOfDeliver("  - {stems: {}, tracks: {}}"),
      ElementsAre(HasSubstr(
          "album.yaml:14:9: song \"One\": an entry of deliver asks for one of tracks, stems, mixes")));
  EXPECT_THAT(ToldOfDeliver("  - {stems: {}, mixes: [master]}"), ElementsAre(HasSubstr("asks for one of")));
  EXPECT_THAT(ToldOfDeliver("  - {format: wav24}"), ElementsAre(HasSubstr("asks for one of")));
}

TEST(AlbumCheck, TracksAndStemsHaveWordsOfTheirOwn) {
  EXPECT_THAT(ToldOfDeliver("  - tracks: {processing: wet}"),
              ElementsAre(HasSubstr("tracks are raw, processed or di; wet is a word for stems")));
  EXPECT_THAT(ToldOfDeliver("  - stems: {processing: [raw]}"),
              ElementsAre(HasSubstr("stems are wet, dry or effects; raw is a word for tracks")));
}

TEST(AlbumCheck, AnUnknownMixIsToldWithTheNearest) {
  EXPECT_THAT(ToldOfMix("instrumentl"), ElementsAre("album.yaml:14:17: song \"One\": no mix is called "
                                                    "\"instrumentl\"; did you mean \"instrumental\"?; an own "
                                                    "one says buses, without or gains"));
  EXPECT_THAT(ToldOfMix("Karaoke"), ElementsAre(HasSubstr("no mix is called \"Karaoke\"; an own one says")));
}

TEST(AlbumCheck, AWordKeepsItsMeaning) {
  EXPECT_THAT(ToldOfMix("{name: master, without: [drums]}"),
              ElementsAre(HasSubstr("mix \"master\" has a fixed meaning")));
}

TEST(AlbumCheck, OwnMixesNameBusesRolesAndTracks) {
  EXPECT_THAT(ToldOfMix("{name: Own, buses: [Drums, Vox], without: [Vox, bass, 'track:Kick'], gains: {Drums: "
                        "-1, lead_vocal: 2}}"),
              IsEmpty());
}

TEST(AlbumCheck, OwnMixesNameWhatIsThere) {
  EXPECT_THAT(ToldOfMix("{name: Own, buses: [Drumz]}"),
              ElementsAre(HasSubstr("mix \"Own\": no bus \"Drumz\"; did you mean \"Drums\"?")));
  EXPECT_THAT(ToldOfMix("{name: Own, buses: [drums]}"), ElementsAre(HasSubstr("no bus \"drums\"")));
  EXPECT_THAT(ToldOfMix("{name: Own, without: [lead_vocl]}"),
              ElementsAre(HasSubstr("\"lead_vocl\" is no bus and no role; did you mean \"lead_vocal\"?")));
  EXPECT_THAT(ToldOfMix("{name: Own, without: ['track:Kik']}"),
              ElementsAre(HasSubstr("did you mean \"track:Kick\"?")));
  EXPECT_THAT(ToldOfMix("{name: Own, gains: {Trombone: 1}}"),
              ElementsAre(HasSubstr("\"Trombone\" is no bus and no role")));
}

TEST(AlbumCheck, ATrackByItsBareNameIsToldHowToWriteIt) {
  EXPECT_THAT(ToldOfMix("{name: Own, without: [Kick]}"),
              ElementsAre(HasSubstr("album.yaml:14:39: song \"One\": mix \"Own\": \"Kick\" is no bus and no "
                                    "role; the track is \"track:Kick\"")));
}

TEST(AlbumCheck, TwoDifferentMixesDoNotShareAName) {
  EXPECT_THAT(ToldOfMix("{name: Own, without: [Vox]}, {name: Own, without: [Drums]}"),
              ElementsAre(HasSubstr("duplicate mix \"Own\": two different mixes have one name")));
  EXPECT_THAT(ToldOfMix("vocal_up, vocal_up: 0.5"), ElementsAre(HasSubstr("duplicate mix \"vocal_up\"")));
  EXPECT_THAT(
      ToldOfMix("{name: Own, without: [Vox], format: wav16}, {name: Own, without: [Vox]}, master, master"),
      IsEmpty());
}

TEST(AlbumCheck, AMixThatNoRoleTouchesIsAWarning) {
  const auto told = [](const std::string& mix) {
    return Told(SongOf("tracks: [{name: K, file: k.wav}]\ndeliver: [{mixes: [" + mix + "]}]"));
  };
  EXPECT_THAT(told("instrumental"),
              ElementsAre(HasSubstr("warning: song \"One\": mix \"instrumental\": no track has the role "
                                    "lead_vocal or backing_vocal or vocals; it is the same as the master")));
  EXPECT_THAT(told("acapella"), ElementsAre(HasSubstr("it is silent")));
  EXPECT_THAT(told("bass_up"), ElementsAre(HasSubstr("warning: ")));
  EXPECT_THAT(told("{name: Own, without: [bass]}"),
              ElementsAre(HasSubstr("warning: song \"One\": mix \"Own\": \"bass\" touches no track")));
  EXPECT_THAT(told("master, premaster"), IsEmpty());
}

TEST(AlbumCheck, ARoleThatOnlyAReturnBearsIsTouched) {
  EXPECT_THAT(Told(SongOf("returns: [{name: Hall, role: fx}]\n"
                          "tracks: [{name: K, file: k.wav, sends: [{to: Hall}]}]\n"
                          "deliver: [{mixes: [{name: Own, without: [fx]}]}]")),
              IsEmpty());
}

TEST(AlbumCheck, ABusThatNothingFeedsIsAWarning) {
  EXPECT_THAT(
      Told(SongOf(
          "buses: [{name: A}, {name: B, bus: A}, {name: C}]\ntracks: [{name: K, file: k.wav, bus: B}]")),
      ElementsAre(HasSubstr("warning: song \"One\": nothing feeds the bus \"C\"; it is silent")));
}

TEST(AlbumCheck, StemsOfSixteenBitsAreAWarning) {
  EXPECT_THAT(ToldOfDeliver("  - stems: {format: wav16}"), ElementsAre(HasSubstr("warning: ")));
  EXPECT_THAT(ToldOfDeliver("  - {stems: {}, format: wav16}"), ElementsAre(HasSubstr("24 bits are better")));
  EXPECT_THAT(ToldOfDeliver("  - {mixes: [master], format: wav16}"), IsEmpty());
}

TEST(AlbumCheck, StemsThatAreSingleMicrophonesAreAWarning) {
  std::string buses = "buses:\n", tracks = "tracks:\n";
  for (int i = 0; i < 14; ++i) {
    buses += "  - {name: B" + std::to_string(i) + "}\n";
    tracks += "  - {name: T" + std::to_string(i) + ", file: t.wav, bus: B" + std::to_string(i) + "}\n";
  }
  EXPECT_THAT(Told(SongOf(buses + tracks + "deliver: [{stems: {}}]")),
              ElementsAre(HasSubstr(
                  "most of these stems are one track each; if single tracks are wanted, ask for `tracks`")));
}

TEST(AlbumCheck, ColoursAreColours) {
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, file: k.wav, color: '#12'}]")),
              ElementsAre(HasSubstr("color \"#12\" is neither a name")));
  EXPECT_THAT(Told(SongOf("tracks: [{name: K, file: k.wav, color: '#12aB34'}]")), IsEmpty());
}

TEST(AlbumCheck, TemposBeginAtBarOneAndAscend) {
  const auto told = [](const std::string& tempo) {
    return Told(SongOf("tempo: [" + tempo + "]\ntracks: [{name: K, file: k.wav}]"));
  };
  EXPECT_THAT(told("{bar: 1, bpm: 120, meter: 4/4}, {bar: 9, bpm: 90, meter: 6/8}"), IsEmpty());
  EXPECT_THAT(told("{bar: 2, bpm: 120}"), ElementsAre(HasSubstr("the first one stands at bar 1")));
  EXPECT_THAT(told("{bar: 1, bpm: 120}, {bar: 1, bpm: 90}"), ElementsAre(HasSubstr("bars must ascend")));
  EXPECT_THAT(told("{bar: 1, at: 0s, bpm: 120}"), ElementsAre(HasSubstr("either a bar or a time")));
  EXPECT_THAT(told("{bar: 1}"), ElementsAre(HasSubstr("bpm is missing")));
  EXPECT_THAT(told("{bar: 1, bpm: 120, meter: 4/5}"),
              ElementsAre(HasSubstr("meter \"4/5\" is not like 4/4")));
  EXPECT_THAT(told("{bar: 1, bpm: 120, meter: waltz}"), ElementsAre(HasSubstr("meter \"waltz\"")));
}

TEST(AlbumCheck, MusicalTimesOfMarkersNeedATempo) {
  const std::string song = "markers: [{name: Verse, at: 17|3|1}]\ntracks: [{name: K, file: k.wav}]";
  EXPECT_THAT(Told(SongOf(song)),
              ElementsAre(HasSubstr("marker \"Verse\": a musical time needs the song's tempo")));
  EXPECT_THAT(Told(SongOf("tempo: [{bar: 1, bpm: 120}]\n" + song)), IsEmpty());
}

TEST(AlbumCheck, ASongsOwnDeliverReplacesTheAlbums) {
  Album album;
  album.add_deliver()->mutable_stems();
  Song song;
  EXPECT_EQ(DeliverOf(album, song).size(), 1);
  EXPECT_TRUE(DeliverOf(album, song)[0].has_stems());
  song.add_deliver()->mutable_tracks();
  EXPECT_EQ(DeliverOf(album, song).size(), 1);
  EXPECT_TRUE(DeliverOf(album, song)[0].has_tracks());
}

}  // namespace
}  // namespace trackout
