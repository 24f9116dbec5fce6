// Who feeds whom, what role it has, what is heard.
#include "core/spec/routing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Kit -> Drums -> Band -> master; Vox -> master; Lead and Pad of their own.
Song Example() {
  return test::ReadSong(R"(buses:
  - {name: Band, role: music}
  - {name: Drums, bus: Band, role: drums}
  - {name: Kit, bus: Drums}
  - {name: Vox}
tracks:
  - {name: Kick, file: a.wav, bus: Kit}
  - {name: Shaker, file: a.wav, bus: Kit, role: percussion}
  - {name: Organ, file: a.wav, bus: Band}
  - {name: Lead, file: a.wav, bus: Vox}
  - {name: Pad, file: a.wav}
)");
}

const Track& TrackOf(const Song& song, const std::string& name) {
  return song.tracks(FindTrack(song, name));
}
Track* MutableTrack(Song& song, const std::string& name) {
  return song.mutable_tracks(FindTrack(song, name));
}
Bus* MutableBus(Song& song, const std::string& name) {
  return song.mutable_buses(FindBus(song, name));
}

std::vector<std::string> Heard(const Song& song) {
  std::vector<std::string> heard;
  for (const Track& track : song.tracks()) {
    if (IsHeard(song, track)) heard.push_back(track.name());
  }
  return heard;
}

std::vector<std::string> Selected(const Song& song, const std::string& name) {
  std::vector<std::string> selected;
  const Selection selection = Select(song, name);
  for (const Track& track : song.tracks()) {
    if (Includes(selection, song, track)) selected.push_back(track.name());
  }
  return selected;
}

TEST(Routing, FindsBusesByName) {
  const Song song = Example();
  EXPECT_EQ(FindBus(song, "Drums"), 1);
  EXPECT_EQ(FindBus(song, ""), kMaster);
  EXPECT_EQ(FindBus(song, "drums"), kNoBus);
  EXPECT_EQ(FindTrack(song, "Organ"), 2);
  EXPECT_EQ(FindTrack(song, "organ"), -1);
}

TEST(Routing, KnowsTheBusBelowTheMaster) {
  const Song song = Example();
  EXPECT_EQ(TopBusOf(song, TrackOf(song, "Kick")), FindBus(song, "Band"));
  EXPECT_EQ(TopBusOf(song, TrackOf(song, "Organ")), FindBus(song, "Band"));
  EXPECT_EQ(TopBusOf(song, TrackOf(song, "Lead")), FindBus(song, "Vox"));
  EXPECT_EQ(TopBusOf(song, TrackOf(song, "Pad")), kMaster);
}

TEST(Routing, ATrackRunsThroughEveryBusOnItsWay) {
  const Song song = Example();
  for (const char* bus : {"Kit", "Drums", "Band"})
    EXPECT_TRUE(RunsThrough(song, TrackOf(song, "Kick"), FindBus(song, bus)));
  EXPECT_FALSE(RunsThrough(song, TrackOf(song, "Kick"), FindBus(song, "Vox")));
  EXPECT_FALSE(RunsThrough(song, TrackOf(song, "Organ"), FindBus(song, "Drums")));
}

TEST(Routing, ARoleIsTheTracksOrThatOfTheNearestBusWithOne) {
  const Song song = Example();
  EXPECT_EQ(RoleOf(song, TrackOf(song, "Shaker")), ROLE_PERCUSSION);
  EXPECT_EQ(RoleOf(song, TrackOf(song, "Kick")), ROLE_DRUMS);  // over Kit, which has none
  EXPECT_EQ(RoleOf(song, TrackOf(song, "Organ")), ROLE_MUSIC);
  EXPECT_EQ(RoleOf(song, TrackOf(song, "Lead")), ROLE_OTHER);
  EXPECT_EQ(RoleOf(song, TrackOf(song, "Pad")), ROLE_OTHER);
}

TEST(Routing, FindsACycleBehindItsEntrance) {
  Song song = Example();
  EXPECT_THAT(FindCycle(song), IsEmpty());
  MutableBus(song, "Band")->set_bus("Drums");
  EXPECT_THAT(FindCycle(song), UnorderedElementsAre(FindBus(song, "Band"), FindBus(song, "Drums")));
}

TEST(Routing, AllIsHeardWhereNothingIsMutedOrSoloed) {
  EXPECT_THAT(Heard(Example()), ElementsAre("Kick", "Shaker", "Organ", "Lead", "Pad"));
  EXPECT_FALSE(HasSolo(Example()));
}

TEST(Routing, AMuteSilencesATrackAndABusAllThatFeedsIt) {
  Song song = Example();
  MutableTrack(song, "Pad")->set_mute(true);
  MutableBus(song, "Drums")->set_mute(true);
  EXPECT_THAT(Heard(song), ElementsAre("Organ", "Lead"));
}

TEST(Routing, ASoloMutesWhatDoesNotFeedTheSoloed) {
  Song song = Example();
  MutableTrack(song, "Lead")->set_solo(true);
  EXPECT_THAT(Heard(song), ElementsAre("Lead"));
  MutableBus(song, "Drums")->set_solo(true);
  EXPECT_THAT(Heard(song), ElementsAre("Kick", "Shaker", "Lead"));
  EXPECT_TRUE(HasSolo(song));
}

TEST(Routing, AMuteIsStrongerThanASolo) {
  Song song = Example();
  MutableTrack(song, "Kick")->set_solo(true);
  MutableTrack(song, "Kick")->set_mute(true);
  EXPECT_THAT(Heard(song), IsEmpty());
  MutableBus(song, "Band")->set_mute(true);
  MutableTrack(song, "Organ")->set_solo(true);
  EXPECT_THAT(Heard(song), IsEmpty());
}

TEST(Routing, ANameMeansABusThenARoleThenNothing) {
  Song song = Example();
  EXPECT_THAT(Selected(song, "Band"), ElementsAre("Kick", "Shaker", "Organ"));
  EXPECT_THAT(Selected(song, "drums"), ElementsAre("Kick"));  // the role: the shaker has another
  EXPECT_THAT(Selected(song, "other"), ElementsAre("Lead", "Pad"));
  EXPECT_THAT(Selected(song, "Kick"), IsEmpty());
  EXPECT_THAT(Selected(song, ""), IsEmpty());
  EXPECT_THAT(Selected(song, "unspecified"), IsEmpty());
  MutableBus(song, "Vox")->set_name("drums");
  MutableTrack(song, "Lead")->set_bus("drums");
  EXPECT_THAT(Selected(song, "drums"), ElementsAre("Lead"));  // the bus, before the role
}

TEST(Routing, TrackColonNameMeansTheTrack) {
  Song song = Example();
  EXPECT_THAT(Selected(song, "track:Kick"), ElementsAre("Kick"));
  EXPECT_THAT(Selected(song, "track:Kik"), IsEmpty());
  EXPECT_THAT(Selected(song, "track:Drums"), IsEmpty());
  MutableBus(song, "Vox")->set_name("Kick");
  MutableTrack(song, "Lead")->set_bus("Kick");
  EXPECT_THAT(Selected(song, "Kick"), ElementsAre("Lead"));
  EXPECT_THAT(Selected(song, "track:Kick"), ElementsAre("Kick"));
}

}  // namespace
}  // namespace trackout
