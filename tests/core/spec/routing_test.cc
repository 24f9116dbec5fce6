// Who feeds whom, what role it has, what is heard.
#include "core/spec/routing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

// Rooms with returns: Vox sends to Echo, which sends on to Hall; Hall feeds Band.
Song WithReturns() {
  return test::ReadSong(R"(buses:
  - {name: Band}
  - {name: Vox, sends: [{to: Echo}]}
returns:
  - {name: Echo, sends: [{to: Hall}]}
  - {name: Hall, bus: Band}
tracks:
  - {name: Lead, file: a.wav, bus: Vox}
  - {name: Pad, file: a.wav, sends: [{to: Hall, tap: pre_fader}, {to: Hall}]}
  - {name: Kick, file: a.wav, bus: Band}
)");
}

Track* MutableTrack(Song& song, const std::string& name) {
  return song.mutable_tracks(Routing(song).FindTrack(name));
}
Bus* MutableBus(Song& song, const std::string& name) {
  const Routing routing(song);
  const int bus = routing.FindBus(name);
  return routing.IsReturn(bus) ? song.mutable_returns(bus - song.tracks_size() - song.buses_size())
                               : song.mutable_buses(bus - song.tracks_size());
}

std::vector<std::string> NamesOf(const Routing& routing, const std::vector<int>& strips) {
  std::vector<std::string> names;
  for (const int strip : strips) names.push_back(routing.name(strip));
  return names;
}
std::vector<std::string> Order(const Song& song) {
  const Routing routing(song);
  return NamesOf(routing, routing.order());
}
std::vector<std::string> Cycle(const Song& song) {
  const Routing routing(song);
  return NamesOf(routing, routing.cycle());
}

// The strips that are heard; of the example, the tracks.
std::vector<std::string> HeardStrips(const Song& song) {
  const Routing routing(song);
  std::vector<int> heard;
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (routing.IsHeard(strip)) heard.push_back(strip);
  }
  return NamesOf(routing, heard);
}
std::vector<std::string> Heard(const Song& song) {
  const Routing routing(song);
  std::vector<int> heard;
  for (int track = 0; track < routing.track_count(); ++track) {
    if (routing.IsHeard(track)) heard.push_back(track);
  }
  return NamesOf(routing, heard);
}

// The sources that a name selects.
std::vector<std::string> Selected(const Song& song, const std::string& name) {
  const Routing routing(song);
  const Selection selection = Select(routing, name);
  std::vector<int> selected;
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (routing.IsSource(strip) && Includes(selection, routing, strip)) selected.push_back(strip);
  }
  return NamesOf(routing, selected);
}

bool RunsThrough(const Song& song, const std::string& track, const std::string& bus) {
  const Routing routing(song);
  return routing.RunsThrough(routing.FindTrack(track), routing.FindBus(bus));
}

std::string TopOf(const Song& song, const std::string& strip) {
  const Routing routing(song);
  const int top = routing.TopBus(routing.FindStrip(strip));
  return top == kMaster ? "master" : routing.name(top);
}

Role RoleOf(const Song& song, const std::string& strip) {
  const Routing routing(song);
  return routing.RoleOf(routing.FindStrip(strip));
}

TEST(Routing, NumbersTracksThenBusesThenReturns) {
  const Song song = WithReturns();
  const Routing routing(song);
  EXPECT_EQ(routing.strip_count(), 7);
  EXPECT_EQ(routing.track_count(), 3);
  EXPECT_TRUE(routing.IsTrack(2));
  EXPECT_FALSE(routing.IsTrack(3));
  EXPECT_FALSE(routing.IsReturn(4));
  EXPECT_TRUE(routing.IsReturn(5));
  EXPECT_EQ(routing.name(2), "Kick");
  EXPECT_EQ(routing.name(4), "Vox");
  EXPECT_EQ(routing.bus(6).name(), "Hall");
}

TEST(Routing, FindsStripsByName) {
  const Song song = Example();
  const Routing routing(song);
  EXPECT_EQ(routing.FindBus("Drums"), 5 + 1);
  EXPECT_EQ(routing.FindBus(""), kMaster);
  EXPECT_EQ(routing.FindBus("drums"), kNoStrip);
  EXPECT_EQ(routing.FindBus("Organ"), kNoStrip);
  EXPECT_EQ(routing.FindTrack("Organ"), 2);
  EXPECT_EQ(routing.FindTrack("organ"), kNoStrip);
  const Song with_returns = WithReturns();
  EXPECT_EQ(Routing(with_returns).FindBus("Hall"), 6);
}

TEST(Routing, FindsABusBeforeATrackOfThatName) {
  Song song = Example();
  MutableTrack(song, "Pad")->set_name("Vox");
  const Routing routing(song);
  EXPECT_EQ(routing.FindStrip("Vox"), 5 + 3);
  EXPECT_EQ(routing.FindStrip("track:Vox"), 4);
  EXPECT_EQ(routing.FindStrip("Kick"), 0);
  EXPECT_EQ(routing.FindStrip("track:Kit"), kNoStrip);
  EXPECT_EQ(routing.FindStrip("Kik"), kNoStrip);
  EXPECT_EQ(routing.FindStrip(""), kNoStrip);
}

TEST(Routing, KnowsFeedsAndSends) {
  const Song song = WithReturns();
  const Routing routing(song);
  EXPECT_EQ(routing.feed(0), 4);
  EXPECT_EQ(routing.feed(1), kMaster);
  EXPECT_EQ(routing.feed(6), 3);
  ASSERT_EQ(routing.sends(1).size(), 2u);
  EXPECT_EQ(routing.sends(1)[0].to, 6);
  EXPECT_EQ(routing.sends(1)[0].request, &song.tracks(1).sends(0));
  EXPECT_EQ(routing.sends(5)[0].to, 6);
  EXPECT_TRUE(routing.sends(0).empty());
}

TEST(Routing, WhatIsNotThereIsTheMasterAndNoReturn) {
  Song song;
  song.add_tracks()->set_bus("Nowhere");
  song.add_buses()->set_name("A");
  song.mutable_tracks(0)->add_sends()->set_to("Nowhere");
  song.mutable_tracks(0)->add_sends()->set_to("A");  // a bus
  const Routing routing(song);
  EXPECT_EQ(routing.feed(0), kMaster);
  EXPECT_EQ(routing.sends(0)[0].to, kNoStrip);
  EXPECT_EQ(routing.sends(0)[1].to, kNoStrip);
}

TEST(Routing, KnowsTheBusBelowTheMaster) {
  EXPECT_EQ(TopOf(Example(), "Kick"), "Band");
  EXPECT_EQ(TopOf(Example(), "Organ"), "Band");
  EXPECT_EQ(TopOf(Example(), "Lead"), "Vox");
  EXPECT_EQ(TopOf(Example(), "Pad"), "master");
  EXPECT_EQ(TopOf(Example(), "Band"), "Band");
  EXPECT_EQ(TopOf(Example(), "Kit"), "Band");
  EXPECT_EQ(TopOf(WithReturns(), "Echo"), "Echo");
  EXPECT_EQ(TopOf(WithReturns(), "Hall"), "Band");
}

TEST(Routing, AStripRunsThroughEveryBusOnItsWay) {
  for (const char* bus : {"Kit", "Drums", "Band"}) EXPECT_TRUE(RunsThrough(Example(), "Kick", bus));
  EXPECT_FALSE(RunsThrough(Example(), "Kick", "Vox"));
  EXPECT_FALSE(RunsThrough(Example(), "Organ", "Drums"));
  const Song song = Example();
  const Routing routing(song);
  EXPECT_TRUE(routing.RunsThrough(routing.FindBus("Kit"), routing.FindBus("Band")));
  EXPECT_FALSE(routing.RunsThrough(routing.FindBus("Kit"), routing.FindBus("Kit")));
}

TEST(Routing, SendsAreNoWayToRunThrough) {
  EXPECT_FALSE(RunsThrough(WithReturns(), "Lead", "Echo"));
  EXPECT_FALSE(RunsThrough(WithReturns(), "Pad", "Band"));
}

TEST(Routing, APrintStopsWhatFeedsItAndIsASource) {
  Song song = Example();
  MutableBus(song, "Drums")->set_print("drums.wav");
  EXPECT_TRUE(RunsThrough(song, "Kick", "Kit"));
  EXPECT_FALSE(RunsThrough(song, "Kick", "Drums"));
  EXPECT_FALSE(RunsThrough(song, "Kick", "Band"));
  EXPECT_TRUE(RunsThrough(song, "Organ", "Band"));
  const Routing routing(song);
  EXPECT_TRUE(routing.IsSource(routing.FindBus("Drums")));
  EXPECT_FALSE(routing.IsSource(routing.FindBus("Band")));
  EXPECT_TRUE(routing.IsSource(0));
  EXPECT_THAT(HeardStrips(song), ElementsAre("Organ", "Lead", "Pad", "Band", "Drums", "Vox"));
  EXPECT_THAT(Selected(song, "Band"), ElementsAre("Organ", "Drums"));
  EXPECT_THAT(Selected(song, "drums"), ElementsAre("Kick", "Drums"));
}

TEST(Routing, ARoleIsTheStripsOrThatOfTheNearestBusWithOne) {
  EXPECT_EQ(RoleOf(Example(), "Shaker"), ROLE_PERCUSSION);
  EXPECT_EQ(RoleOf(Example(), "Kick"), ROLE_DRUMS);  // over Kit, which has none
  EXPECT_EQ(RoleOf(Example(), "Kit"), ROLE_DRUMS);
  EXPECT_EQ(RoleOf(Example(), "Organ"), ROLE_MUSIC);
  EXPECT_EQ(RoleOf(Example(), "Lead"), ROLE_OTHER);
  EXPECT_EQ(RoleOf(Example(), "Pad"), ROLE_OTHER);
}

TEST(Routing, PutsEachStripBehindWhatFeedsIt) {
  EXPECT_THAT(Order(Example()),
              ElementsAre("Kick", "Shaker", "Organ", "Lead", "Pad", "Kit", "Drums", "Band", "Vox"));
  EXPECT_THAT(Order(WithReturns()), ElementsAre("Lead", "Pad", "Kick", "Vox", "Echo", "Hall", "Band"));
}

TEST(Routing, FindsACycleBehindItsEntrance) {
  Song song = Example();
  EXPECT_THAT(Cycle(song), IsEmpty());
  MutableBus(song, "Band")->set_bus("Drums");
  EXPECT_THAT(Cycle(song), ElementsAre("Band", "Drums"));
}

TEST(Routing, FindsACycleOverSends) {
  Song song = WithReturns();
  EXPECT_THAT(Cycle(song), IsEmpty());
  MutableBus(song, "Band")->add_sends()->set_to("Echo");
  EXPECT_THAT(Cycle(song), ElementsAre("Band", "Echo", "Hall"));
  song = WithReturns();
  MutableBus(song, "Echo")->add_sends()->set_to("Echo");
  EXPECT_THAT(Cycle(song), ElementsAre("Echo"));
}

TEST(Routing, AnswersOfASongWithCyclesAsIfTheyWereCut) {
  Song song = WithReturns();
  MutableBus(song, "Band")->add_sends()->set_to("Echo");
  const Routing routing(song);
  EXPECT_EQ(routing.feed(routing.FindBus("Hall")), kMaster);
  EXPECT_TRUE(routing.sends(routing.FindBus("Echo")).empty());
  EXPECT_EQ(routing.order().size(), 7u);
  EXPECT_EQ(routing.feed(routing.FindTrack("Lead")), routing.FindBus("Vox"));
}

TEST(Routing, IsLinearInWhatFeedsWhat) {
  Song song;  // one chain of buses, with a track at each
  for (int i = 0; i < 20'000; ++i) {
    Bus* bus = song.add_buses();
    bus->set_name("B" + std::to_string(i));
    if (i > 0) bus->set_bus("B" + std::to_string(i - 1));
    Track* track = song.add_tracks();
    track->set_name("T" + std::to_string(i));
    track->set_bus("B" + std::to_string(i));
  }
  EXPECT_TRUE(Routing(song).cycle().empty());
  EXPECT_TRUE(Routing(song).IsHeard(39'999));
  song.mutable_buses(0)->set_bus("B19999");
  EXPECT_EQ(Routing(song).cycle().size(), 20'000u);
}

TEST(Routing, AllIsHeardWhereNothingIsMutedOrSoloed) {
  const Song song = Example();
  EXPECT_THAT(Heard(song), ElementsAre("Kick", "Shaker", "Organ", "Lead", "Pad"));
  EXPECT_FALSE(Routing(song).HasSolo());
}

TEST(Routing, AMuteSilencesATrackAndABusAllThatFeedsIt) {
  Song song = Example();
  MutableTrack(song, "Pad")->set_mute(true);
  MutableBus(song, "Drums")->set_mute(true);
  EXPECT_THAT(Heard(song), ElementsAre("Organ", "Lead"));
}

TEST(Routing, AMuteThatIsAutomatedIsNotForGood) {
  Song song = Example();
  MutableTrack(song, "Pad")->set_mute(true);
  MutableBus(song, "Drums")->set_mute(true);
  MutableTrack(song, "Pad")->add_automation()->set_parameter("mute");
  MutableBus(song, "Drums")->add_automation()->set_parameter("mute");
  EXPECT_THAT(Heard(song), ElementsAre("Kick", "Shaker", "Organ", "Lead", "Pad"));
  MutableTrack(song, "Pad")->mutable_automation(0)->set_parameter("fader");
  EXPECT_THAT(Heard(song), ElementsAre("Kick", "Shaker", "Organ", "Lead"));
}

TEST(Routing, ASendIsAWayToBeHeard) {
  Song song = WithReturns();
  MutableBus(song, "Band")->set_mute(true);
  EXPECT_THAT(HeardStrips(song), ElementsAre("Lead", "Pad", "Vox", "Echo"));
  MutableTrack(song, "Kick")->add_sends()->set_to("Echo");  // beside its muted bus
  EXPECT_THAT(HeardStrips(song), ElementsAre("Lead", "Pad", "Kick", "Vox", "Echo"));
  MutableTrack(song, "Kick")->set_mute(true);  // its sends too
  EXPECT_THAT(HeardStrips(song), ElementsAre("Lead", "Pad", "Vox", "Echo"));
}

TEST(Routing, ASoloMutesWhatDoesNotFeedTheSoloed) {
  Song song = Example();
  MutableTrack(song, "Lead")->set_solo(true);
  EXPECT_THAT(Heard(song), ElementsAre("Lead"));
  MutableBus(song, "Drums")->set_solo(true);
  EXPECT_THAT(Heard(song), ElementsAre("Kick", "Shaker", "Lead"));
  EXPECT_TRUE(Routing(song).HasSolo());
}

TEST(Routing, ASoloKeepsItsWayToTheMasterAndItsReturns) {
  Song song = WithReturns();
  MutableTrack(song, "Lead")->set_solo(true);
  EXPECT_THAT(HeardStrips(song), ElementsAre("Lead", "Band", "Vox", "Echo", "Hall"));
}

TEST(Routing, ASoloOfAReturnKeepsWhatIsSentToIt) {
  Song song = WithReturns();
  MutableBus(song, "Echo")->set_solo(true);
  EXPECT_THAT(HeardStrips(song), ElementsAre("Lead", "Band", "Vox", "Echo", "Hall"));
  MutableBus(song, "Echo")->set_solo(false);
  MutableBus(song, "Hall")->set_solo(true);
  EXPECT_THAT(HeardStrips(song), ElementsAre("Lead", "Pad", "Band", "Vox", "Echo", "Hall"));
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

// Kick ducks Bass and the band's bus; the master listens to Vox.
Song WithSidechains() {
  return test::ReadSong(R"(buses:
  - {name: Band, inserts: [{type: gain}, {type: compressor, sidechain: Kick}]}
  - {name: Vox}
tracks:
  - {name: Bass, file: a.wav, inserts: [{type: compressor, sidechain: Kick}, {type: expander, sidechain: Vox}]}
  - {name: Kick, file: a.wav, mute: true}
  - {name: Lead, file: a.wav, bus: Vox}
master: {inserts: [{type: compressor, sidechain: 'track:Lead'}, {type: limiter}]}
)");
}

TEST(Routing, InsertsListenToStrips) {
  const Song song = WithSidechains();
  const Routing routing(song);
  const auto strip = [&](const char* name) { return routing.FindStrip(name); };
  EXPECT_THAT(routing.sidechains(strip("Bass")), ElementsAre(strip("Kick"), strip("Vox")));
  EXPECT_THAT(routing.sidechains(strip("Band")), ElementsAre(kNoStrip, strip("Kick")));
  EXPECT_THAT(routing.sidechains(strip("Kick")), IsEmpty());
  EXPECT_THAT(routing.sidechains(kMaster), ElementsAre(strip("Lead"), kNoStrip));
  EXPECT_EQ(routing.inserts(kMaster).size(), 2);
  EXPECT_EQ(routing.inserts(strip("Band")).size(), 2);
}

TEST(Routing, WhatIsListenedToComesFirst) {
  EXPECT_THAT(Order(WithSidechains()), ElementsAre("Kick", "Lead", "Band", "Vox", "Bass"));
}

TEST(Routing, ASideChainIsNotHeard) {
  EXPECT_THAT(Heard(WithSidechains()), ElementsAre("Bass", "Lead"));
  Song song = WithSidechains();
  MutableTrack(song, "Bass")->set_solo(true);
  EXPECT_THAT(Heard(song), ElementsAre("Bass"));
}

TEST(Routing, NamesThatAreNotThereAreNotListenedTo) {
  Song song = WithSidechains();
  Track& bass = *MutableTrack(song, "Bass");
  bass.mutable_inserts(0)->set_sidechain("Nobody");
  bass.mutable_inserts(1)->set_sidechain("Bass");
  EXPECT_THAT(Routing(song).sidechains(0), ElementsAre(kNoStrip, kNoStrip));
  EXPECT_THAT(Cycle(song), IsEmpty());
  // Nor does what has no detector listen.
  bass.mutable_inserts(0)->mutable_limiter();
  bass.mutable_inserts(0)->set_sidechain("Kick");
  EXPECT_THAT(Routing(song).sidechains(0), ElementsAre(kNoStrip, kNoStrip));
}

TEST(Routing, SideChainsMakeCycles) {
  Song song = WithSidechains();
  Insert& insert = *MutableTrack(song, "Kick")->add_inserts();
  insert.mutable_compressor();
  insert.set_sidechain("Bass");
  EXPECT_THAT(Cycle(song), ElementsAre("Bass", "Kick"));
  // Those on the cycle listen to nobody; all strips are in the order still.
  EXPECT_THAT(Routing(song).sidechains(0), ElementsAre(kNoStrip, kNoStrip));
  EXPECT_EQ(Order(song).size(), 5u);
  // The master listens to what it likes: nothing comes behind it.
  song = WithSidechains();
  song.mutable_master()->mutable_inserts(0)->set_sidechain("Band");
  EXPECT_THAT(Cycle(song), IsEmpty());
}

}  // namespace
}  // namespace trackout
