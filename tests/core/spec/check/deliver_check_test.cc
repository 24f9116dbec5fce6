// What is wrong or doubtful in what is to be delivered: stems, tracks, formats, filters, mixes with returns.
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

constexpr const char* kSong = R"(buses:
  - {name: Band, role: music}
  - {name: Drums, bus: Band}
returns:
  - {name: Hall}
tracks:
  - {name: Kick, file: k.wav, bus: Drums, sends: [{to: Hall}]}
  - {name: Snare, file: s.wav, bus: Drums}
  - {name: Lead, file: l.wav, role: lead_vocal, di: d.wav}
versions: [{name: Clean, silence: {Lead: [[1s, 2s]]}}]
edits: [{name: 30s, sections: [{from: 0s, to: 30s}]}]
)";

// What is told of the song above with this entry, which begins in line 18, column 9.
std::vector<std::string> ToldOf(const std::string& entry) {
  return Told(SongOf(std::string(kSong) + "deliver:\n  - " + entry));
}
std::vector<std::string> ToldOfGroups(const std::string& groups) {
  return ToldOf("stems: {groups: [" + groups + "]}");
}

TEST(DeliverCheck, EachKindHasItsProcessing) {
  EXPECT_THAT(ToldOf("stems: {processing: [wet, dry, effects]}"), IsEmpty());
  EXPECT_THAT(ToldOf("tracks: {processing: [raw, processed, di]}"), IsEmpty());
  EXPECT_THAT(
      ToldOf("stems: {processing: [wet, di]}"),
      ElementsAre("album.yaml:18:35: song \"One\": stems are wet, dry or effects; di is a word for tracks"));
  EXPECT_THAT(ToldOf("tracks: {processing: [effects]}"),
              ElementsAre(HasSubstr("effects is a word for stems")));
  EXPECT_THAT(ToldOf("tracks: {processing: [raw, raw]}"), ElementsAre(HasSubstr("raw are asked for twice")));
}

TEST(DeliverCheck, DiTracksNeedATwin) {
  EXPECT_THAT(
      Told(SongOf("tracks: [{name: K, file: k.wav}]\ndeliver: [{tracks: {processing: di}}]")),
      ElementsAre(HasSubstr("no track has a `di`; name there the file of the unprocessed twin, or do not "
                            "ask for di")));
}

TEST(DeliverCheck, GroupsAreOfWhatIsThere) {
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Band]}, {name: B, of: [Hall, 'track:Lead']}"), IsEmpty());
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Kick, Snare]}"), IsEmpty());
  EXPECT_THAT(
      ToldOfGroups("{name: A, of: [Band, Lea]}"),
      ElementsAre("album.yaml:18:47: song \"One\": group \"A\": \"Lea\" is no bus, return or track; did you "
                  "mean \"Lead\"?"));
  EXPECT_THAT(ToldOfGroups("{name: A, of: ['track:Band']}"),
              ElementsAre(HasSubstr("is no bus, return or track")));
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Kick]}, {name: a, of: [Lead]}"),
              ElementsAre(HasSubstr("duplicate group \"a\"; names are unique, rename one")));
}

TEST(DeliverCheck, ASourceIsInOneGroup) {
  EXPECT_THAT(
      ToldOfGroups("{name: A, of: [Kick]}, {name: B, of: [Kick]}"),
      ElementsAre(HasSubstr("track \"Kick\" is in the groups \"A\" and \"B\", by itself or through a bus")));
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Band]}, {name: B, of: [Snare]}"),
              ElementsAre(HasSubstr("track \"Snare\" is in the groups \"A\" and \"B\"")));
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Drums]}, {name: B, of: [Band]}"),
              ElementsAre(HasSubstr("bus \"Drums\" is in the groups \"B\" and \"A\"")));
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Hall]}, {name: B, of: [Hall]}"),
              ElementsAre(HasSubstr("return \"Hall\" is in the groups \"A\" and \"B\"")));
  EXPECT_THAT(ToldOfGroups("{name: A, of: [Band, Drums, Kick, Kick]}"), IsEmpty());
}

TEST(DeliverCheck, OwnGroupsMayBePartialAndTheirReturnsSeparate) {
  EXPECT_THAT(ToldOf("stems: {groups: [{name: A, of: [Band]}], partial: true, returns: separate}"),
              IsEmpty());
  EXPECT_THAT(
      ToldOf("stems: {partial: true}"),
      ElementsAre(HasSubstr("`partial` leaves Other out of own groups; write `groups` as a list of them")));
  EXPECT_THAT(ToldOf("stems: {groups: [{name: hall, of: [Band]}], returns: separate}"),
              ElementsAre(HasSubstr("the group and the separate stem of return \"Hall\" have one name")));
  EXPECT_THAT(ToldOf("stems: {groups: [{name: Hall, of: [Hall]}], returns: separate}"), IsEmpty());
}

TEST(DeliverCheck, CombinedTracksAreThereAndInOneFile) {
  EXPECT_THAT(ToldOf("tracks: {combine: {Kit: [Kick, Snare], Lead: [Lead]}}"), IsEmpty());
  EXPECT_THAT(ToldOf("tracks: {combine: {Kit: [Kick, Snar]}}"),
              ElementsAre("album.yaml:18:40: song \"One\": combine \"Kit\": no track \"Snar\"; did you mean "
                          "\"Snare\"?"));
  EXPECT_THAT(ToldOf("tracks: {combine: {Kit: [Kick], Set: [Snare, Kick]}}"),
              ElementsAre(HasSubstr("combine \"Set\": track \"Kick\" is in \"Kit\" already")));
  EXPECT_THAT(ToldOf("tracks: {combine: {Lead: [Kick, Snare]}}"),
              ElementsAre(HasSubstr("combine \"Lead\": a track that is not in it has this name; rename it")));
  EXPECT_THAT(ToldOf("tracks: {combine: {Kit: []}}"), ElementsAre(HasSubstr("is of no tracks")));
  EXPECT_THAT(ToldOf("tracks: {combine: {Kit: [Kick], kit: [Snare]}}"),
              ElementsAre(HasSubstr("the name is there "
                                    "twice")));
}

TEST(DeliverCheck, SetsOfStemsAreWithoutDither) {
  EXPECT_THAT(ToldOf("stems: {format: {bits: 24, dither: none, sample_rate: 96000}}"), IsEmpty());
  EXPECT_THAT(
      ToldOf("stems: {format: {bits: 24, dither: tpdf}}"),
      ElementsAre(HasSubstr("a set of stems closes on its mix, and is made without dither; remove it")));
  EXPECT_THAT(ToldOf("{stems: {}, format: {bits: 32f, dither: tpdf}}"),
              ElementsAre(HasSubstr("stems in float need no dither")));
  EXPECT_THAT(ToldOf("{mixes: [master], format: {bits: 32f, dither: tpdf}}"),
              ElementsAre(HasSubstr("a file in float needs no dither")));
  EXPECT_THAT(ToldOf("tracks: {format: {bits: 32f, dither: tpdf}}"), ElementsAre(HasSubstr("in float")));
  EXPECT_THAT(ToldOf("{mixes: [master], format: {bits: 16, dither: tpdf}}"), IsEmpty());
}

TEST(DeliverCheck, FiltersNameWhatIsThere) {
  EXPECT_THAT(ToldOf("{mixes: [{name: master, edit: 30s}], edit: [full, 30s], version: [main, Clean]}"),
              IsEmpty());
  EXPECT_THAT(ToldOf("{mixes: [master], edit: 60s}"),
              ElementsAre("album.yaml:18:33: song \"One\": no edit \"60s\"; did you mean \"30s\"?"));
  EXPECT_THAT(ToldOf("stems: {version: [Clear]}"), ElementsAre(HasSubstr("no version \"Clear\"; did you mean "
                                                                         "\"Clean\"?")));
  EXPECT_THAT(ToldOf("mixes: [{name: master, version: full}]"),
              ElementsAre(HasSubstr("no version \"full\"")));
  EXPECT_THAT(ToldOf("tracks: {version: mian}"), ElementsAre(HasSubstr("did you mean \"main\"?")));
  EXPECT_THAT(ToldOf("{tracks: {}, edit: 30s}"),
              ElementsAre(HasSubstr("edits are made of mixes and stems; tracks have none")));
  EXPECT_THAT(ToldOf("{tracks: {}, edit: full}"), IsEmpty());
}

TEST(DeliverCheck, AFilterOfTheAlbumIsForTheSongsThatHaveIt) {
  const auto told = [](const std::string& version) {
    return Told(
        "album: A\nartist: B\ndeliver: [{mixes: [master], version: " + version +
        "}]\nsongs:\n  - {title: One, tracks: [{name: K, file: k.wav}], versions: [{name: Clean, silence: "
        "{K: [[1s, 2s]]}}]}\n  - {title: Two, tracks: [{name: K, file: k.wav}]}\n");
  };
  EXPECT_THAT(told("Clean"), IsEmpty());
  EXPECT_THAT(told("Clear"), Contains(HasSubstr("album.yaml:3:38: ")));
  EXPECT_EQ(told("Clear").size(), 1u);  // once for all songs
}

TEST(DeliverCheck, MixesKnowReturns) {
  EXPECT_THAT(ToldOf("mixes: [{name: Own, buses: [Hall, Band], without: [Hall], gains: {Hall: -3}}]"),
              IsEmpty());
  EXPECT_THAT(ToldOf("mixes: [{name: Own, without: [Hal]}]"),
              ElementsAre(HasSubstr("did you mean \"Hall\"?")));
  EXPECT_THAT(ToldOf("mixes: [{name: master, edit: full}, {name: master, version: main}]"), IsEmpty());
}

}  // namespace
}  // namespace trackout
