// What each mix hears: which tracks, by which buses, at which levels.
#include "coordinator/planner/prints/mixes.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/prints/mixed_song.h"

namespace trackout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Kick and Snare run through Kit into Band; Lead sits in Band too; Choir has a bus; Bass feeds the master.
constexpr const char* kSongs = R"(  - title: One
    buses:
      - {name: Band}
      - {name: Kit, bus: Band, role: drums, fader: -6}
      - {name: Choir, role: backing_vocal}
    tracks:
      - {name: Kick, file: kick, bus: Kit}
      - {name: Snare, file: snare, bus: Kit, pan: -50}
      - {name: Lead, file: lead, bus: Band, role: lead_vocal}
      - {name: Altos, file: altos, bus: Choir}
      - {name: Bass, file: bass, role: bass}
)";

class Mixes : public testing::Test {
 protected:
  explicit Mixes(const char* songs = kSongs) : song_(songs) {}

  std::vector<std::string> Terms(const MixRequest& mix) { return song_.Written(TermsOf(song_.mixer(), mix)); }
  std::vector<std::string> Terms(const std::string& word) {
    MixRequest mix;
    mix.set_name(word);
    return Terms(mix);
  }

  Song& song() { return song_.song(); }

  test::MixedSong song_;
};

TEST_F(Mixes, TheMasterIsAllPrintsDirectTracksFirst) {
  const auto all = ElementsAre("bass>master", "kick>Kit snare>Kit lead>Band Band>master Kit>Band",
                               "altos>Choir Choir>master");
  EXPECT_THAT(Terms("master"), all);
  EXPECT_THAT(Terms("premaster"), all);
  EXPECT_THAT(Terms("no_limiter"), all);
}

TEST_F(Mixes, LeaveTheMasterByThePathOfTheirWord) {
  const auto use_of = [&](const std::string& word, MixKey key = MIX_KEY_UNSPECIFIED) {
    MixRequest mix;
    mix.set_name(word);
    mix.set_key(key);
    const MasterPath path = MasterPathOf(song_.mixer(), mix);
    EXPECT_EQ(path.without_limiters, path.use == MASTER_OWN && word == "no_limiter");
    return path.use;
  };
  for (const char* word : {"master", "premaster", "no_limiter", "tv", "vocal_up", "own"})
    EXPECT_EQ(use_of(word), MASTER_NONE) << word;
  song().mutable_master()->add_inserts()->mutable_limiter();
  EXPECT_EQ(use_of("premaster"), MASTER_NONE);
  EXPECT_EQ(use_of("no_limiter"), MASTER_OWN);
  EXPECT_EQ(use_of("master", MIX_KEY_OWN), MASTER_KEYED);
  for (const char* word : {"master", "instrumental", "acapella", "lead_vocal", "bgv", "tv", "own"})
    EXPECT_EQ(use_of(word), MASTER_KEYED) << word;
  for (const char* word : {"instrumental", "acapella", "lead_vocal", "bgv", "tv", "own"})
    EXPECT_EQ(use_of(word, MIX_KEY_OWN), MASTER_OWN) << word;
  for (const char* word : {"vocal_up", "vocal_down", "bass_up", "bass_down"}) {
    EXPECT_EQ(use_of(word), MASTER_OWN) << word;
    EXPECT_EQ(use_of(word, MIX_KEY_FULL_MIX), MASTER_KEYED) << word;
  }
  song().mutable_master()->clear_inserts();
  song().mutable_master()->set_print("mastered");
  song_.Record("mastered", 2);
  EXPECT_EQ(use_of("premaster"), MASTER_NONE);
  EXPECT_EQ(use_of("master"), MASTER_FINISHED);
  for (const char* word : {"tv", "vocal_up", "own"}) EXPECT_EQ(use_of(word), MASTER_KEYED) << word;
}

TEST_F(Mixes, TheInstrumentalLeavesOutVocalsAtAnyDepth) {
  EXPECT_THAT(Terms("instrumental"), ElementsAre("bass>master", "kick>Kit snare>Kit Band>master Kit>Band"));
}

TEST_F(Mixes, TheAcapellaIsVocalsAlone) {
  EXPECT_THAT(Terms("acapella"), ElementsAre("lead>Band Band>master", "altos>Choir Choir>master"));
}

TEST_F(Mixes, TheOtherWordsKeepTheirRoles) {
  EXPECT_THAT(Terms("lead_vocal"), ElementsAre("lead>Band Band>master"));
  EXPECT_THAT(Terms("bgv"), ElementsAre("altos>Choir Choir>master"));
  EXPECT_THAT(Terms("tv"), ElementsAre("bass>master", "kick>Kit snare>Kit Band>master Kit>Band",
                                       "altos>Choir Choir>master"));
}

TEST_F(Mixes, VocalsAreAVocalRoleToo) {
  song().mutable_tracks(4)->set_role(ROLE_VOCALS);
  EXPECT_THAT(Terms("acapella"),
              ElementsAre("bass>master", "lead>Band Band>master", "altos>Choir Choir>master"));
}

TEST_F(Mixes, AStepMovesItsRoleByOneDecibel) {
  EXPECT_THAT(Terms("vocal_up"), ElementsAre("bass>master", "kick>Kit snare>Kit Band>master Kit>Band",
                                             "lead>Band Band>master at 1 dB", "altos>Choir Choir>master"));
  EXPECT_THAT(Terms("vocal_down"), ElementsAre("bass>master", "kick>Kit snare>Kit Band>master Kit>Band",
                                               "lead>Band Band>master at -1 dB", "altos>Choir Choir>master"));
  EXPECT_THAT(Terms("bass_up").front(), "bass>master at 1 dB");
  EXPECT_THAT(Terms("bass_down").front(), "bass>master at -1 dB");
}

TEST_F(Mixes, AStepMayBeAnother) {
  MixRequest mix;
  mix.set_name("bass_down");
  mix.set_step(0.5);
  EXPECT_THAT(Terms(mix).front(), "bass>master at -0.5 dB");
}

TEST_F(Mixes, AnOwnMixByBuses) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_buses("Kit");
  EXPECT_THAT(Terms(mix), ElementsAre("kick>Kit snare>Kit Band>master Kit>Band"));
  mix.add_buses("Choir");
  EXPECT_THAT(Terms(mix), ElementsAre("kick>Kit snare>Kit Band>master Kit>Band", "altos>Choir Choir>master"));
}

TEST_F(Mixes, AnOwnMixWithoutBusesRolesAndTracks) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_without("Choir");
  mix.add_without("bass");
  mix.add_without("track:Kick");
  EXPECT_THAT(Terms(mix), ElementsAre("snare>Kit lead>Band Band>master Kit>Band"));
  mix.add_without("Band");
  EXPECT_THAT(Terms(mix), IsEmpty());
}

TEST_F(Mixes, GainsOfAnOwnMixAddUp) {
  MixRequest mix;
  mix.set_name("Own");
  NamedLevel& band = *mix.add_gains();
  band.set_name("Band");
  band.set_level(-2);
  NamedLevel& kick = *mix.add_gains();
  kick.set_name("track:Kick");
  kick.set_level(0.5);
  EXPECT_THAT(Terms(mix),
              ElementsAre("bass>master", "kick>Kit Band>master Kit>Band at -1.5 dB",
                          "snare>Kit lead>Band Band>master Kit>Band at -2 dB", "altos>Choir Choir>master"));
}

TEST_F(Mixes, AGainOfSilenceLeavesOut) {
  MixRequest mix;
  mix.set_name("Own");
  NamedLevel& gain = *mix.add_gains();
  gain.set_name("Band");
  gain.set_level(-std::numeric_limits<double>::infinity());
  EXPECT_THAT(Terms(mix), ElementsAre("bass>master", "altos>Choir Choir>master"));
}

TEST_F(Mixes, WhatIsMutedIsInNoMix) {
  song().mutable_tracks(0)->set_mute(true);
  song().mutable_buses(2)->set_mute(true);
  EXPECT_THAT(Terms("master"), ElementsAre("bass>master", "snare>Kit lead>Band Band>master Kit>Band"));
}

TEST_F(Mixes, ASoloLeavesOutTheRest) {
  song().mutable_tracks(1)->set_solo(true);
  EXPECT_THAT(Terms("master"), ElementsAre("snare>Kit Band>master Kit>Band"));
}

// Kick and Lead send to the Plate, the Plate to the Hall; the Hall runs through the bus Wet.
constexpr const char* kReturns = R"(  - title: One
    buses:
      - {name: Kit, role: drums}
      - {name: Wet}
    returns:
      - {name: Plate, sends: [{to: Hall}]}
      - {name: Hall, bus: Wet, role: fx}
    tracks:
      - {name: Kick, file: kick, bus: Kit, sends: [{to: Plate, level: -6}]}
      - {name: Lead, file: lead, role: lead_vocal, sends: [{to: Plate}, {to: Hall}]}
)";

class MixesWithReturns : public Mixes {
 protected:
  MixesWithReturns() : Mixes(kReturns) {}
};

TEST_F(MixesWithReturns, ReturnsBelongToTheSourcesThatFeedThem) {
  const std::string lead = "lead>master+Plate+Hall Wet>master Plate>master+Hall Hall>Wet";
  const std::string kick = "kick>Kit+Plate Kit>master Wet>master Plate>master+Hall Hall>Wet";
  EXPECT_THAT(Terms("master"), ElementsAre(lead, kick));
  EXPECT_THAT(Terms("acapella"), ElementsAre(lead));
  EXPECT_THAT(Terms("instrumental"), ElementsAre(kick));
}

TEST_F(MixesWithReturns, AReturnLeftOutIsLeftOutOfEveryPrint) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_without("Hall");
  EXPECT_THAT(Terms(mix),
              ElementsAre("lead>master+Plate Plate>master", "kick>Kit+Plate Kit>master Plate>master"));
  mix.set_without(0, "Plate");
  EXPECT_THAT(Terms(mix), ElementsAre("lead>master+Hall Wet>master Hall>Wet", "kick>Kit Kit>master"));
}

TEST_F(MixesWithReturns, ARoleThatOnlyAReturnBearsIsTheReturn) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_without("fx");
  EXPECT_THAT(Terms(mix),
              ElementsAre("lead>master+Plate Plate>master", "kick>Kit+Plate Kit>master Plate>master"));
}

TEST_F(MixesWithReturns, ARoleOfASourceIsNotThatOfAReturn) {
  song().mutable_returns(1)->set_role(ROLE_LEAD_VOCAL);
  MixRequest mix;
  mix.set_name("Own");
  mix.add_without("lead_vocal");
  EXPECT_THAT(Terms(mix), ElementsAre("kick>Kit+Plate Kit>master Wet>master Plate>master+Hall Hall>Wet"));
}

TEST_F(MixesWithReturns, AGainOfAReturnMovesItsOwnPathsAlone) {
  MixRequest mix;
  mix.set_name("Own");
  NamedLevel& gain = *mix.add_gains();
  gain.set_name("Plate");
  gain.set_level(2);
  EXPECT_THAT(Terms(mix), ElementsAre("lead>master+Plate+Hall Wet>master Plate>-+Hall Hall>Wet",
                                      "kick>Kit+Plate Kit>master Wet>master Plate>-+Hall Hall>Wet",
                                      "kick>-+Plate lead>-+Plate Plate>master at 2 dB"));
  gain.set_level(-std::numeric_limits<double>::infinity());
  EXPECT_THAT(Terms(mix), ElementsAre("lead>master+Plate+Hall Wet>master Plate>-+Hall Hall>Wet",
                                      "kick>Kit+Plate Kit>master Wet>master Plate>-+Hall Hall>Wet"));
}

TEST_F(MixesWithReturns, GainsOfReturnsAndSourcesAddUp) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_gains()->set_name("Hall");
  mix.mutable_gains(0)->set_level(2);
  mix.add_gains()->set_name("lead_vocal");
  mix.mutable_gains(1)->set_level(1);
  EXPECT_THAT(Terms(mix),
              ElementsAre("lead>master+Plate Plate>master at 1 dB", "kick>Kit+Plate Kit>master Plate>master",
                          "kick>-+Plate Wet>master Plate>-+Hall Hall>Wet at 2 dB",
                          "lead>-+Plate+Hall Wet>master Plate>-+Hall Hall>Wet at 3 dB"));
}

TEST_F(MixesWithReturns, AReturnMayBeNamedAmongTheBuses) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_buses("Kit");
  mix.add_buses("Hall");
  EXPECT_THAT(Terms(mix), ElementsAre("kick>Kit+Plate Kit>master Wet>master Plate>master+Hall Hall>Wet",
                                      "lead>-+Plate+Hall Wet>master Plate>-+Hall Hall>Wet"));
}

TEST_F(MixesWithReturns, APrintedBusIsASourceWithItsRole) {
  song().mutable_buses(0)->set_print("kit.print");
  song_.Record("kit.print", 2);
  EXPECT_THAT(Terms("master"),
              ElementsAre("lead>master+Plate+Hall Wet>master Plate>master+Hall Hall>Wet",
                          "kick>-+Plate kit.print>master Wet>master Plate>master+Hall Hall>Wet"));
  MixRequest mix;
  mix.set_name("Own");
  mix.add_buses("Kit");
  mix.add_without("track:Kick");
  EXPECT_THAT(Terms(mix), ElementsAre("kit.print>master"));
}

}  // namespace
}  // namespace trackout
