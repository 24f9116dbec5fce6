// What each mix hears: which tracks, by which buses, at which levels.
#include "coordinator/planner/mixes.h"

#include <limits>

#include "core/digest.h"
#include "core/spec/routing.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout {
namespace {

using test::PlannedAlbum;
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
  // A print on one line: its sources and the bus each feeds, then what each bus feeds.
  std::string Written(const Print& print) const {
    std::string text;
    for (const Strip& strip : print.strips()) {
      for (const Region& region : strip.regions()) {
        for (const auto& [path, source] : album_.sources) {
          if (SameDigest(source.digest(), region.source()))
            text += fmt::format("{}>{} ", path, strip.feeds());
        }
      }
    }
    for (const BusStrip& bus : print.buses()) text += fmt::format("bus>{} ", bus.feeds());
    return text.substr(0, text.size() - 1);
  }

  std::vector<std::string> Terms(const MixRequest& mix) {
    const Timeline timeline = ResolveTimeline(album_.album, 0, album_.sources, album_.findings);
    std::vector<std::string> terms;
    for (const PrintTerm& term : TermsOf(album_.album, album_.album.songs(0), timeline, mix)) {
      terms.push_back(Written(term.print) +
                      (term.gain_db == 0 ? "" : fmt::format(" at {} dB", term.gain_db)));
    }
    return terms;
  }
  std::vector<std::string> Terms(const std::string& word) {
    MixRequest mix;
    mix.set_name(word);
    return Terms(mix);
  }

  Song& song() { return *album_.album.mutable_songs(0); }

  PlannedAlbum album_{test::AlbumText("{mixes: [master]}", kSongs)};
};

TEST_F(Mixes, TheMasterIsAllPrintsDirectTracksFirst) {
  const auto all = ElementsAre("bass>-1", "kick>1 snare>1 lead>0 bus>-1 bus>0", "altos>0 bus>-1");
  EXPECT_THAT(Terms("master"), all);
  EXPECT_THAT(Terms("premaster"), all);
  EXPECT_THAT(Terms("no_limiter"), all);
}

TEST_F(Mixes, TheInstrumentalLeavesOutVocalsAtAnyDepth) {
  EXPECT_THAT(Terms("instrumental"), ElementsAre("bass>-1", "kick>1 snare>1 bus>-1 bus>0"));
}

TEST_F(Mixes, TheAcapellaIsVocalsAlone) {
  EXPECT_THAT(Terms("acapella"), ElementsAre("lead>0 bus>-1", "altos>0 bus>-1"));
}

TEST_F(Mixes, TheOtherWordsKeepTheirRoles) {
  EXPECT_THAT(Terms("lead_vocal"), ElementsAre("lead>0 bus>-1"));
  EXPECT_THAT(Terms("bgv"), ElementsAre("altos>0 bus>-1"));
  EXPECT_THAT(Terms("tv"), ElementsAre("bass>-1", "kick>1 snare>1 bus>-1 bus>0", "altos>0 bus>-1"));
}

TEST_F(Mixes, VocalsAreAVocalRoleToo) {
  song().mutable_tracks(4)->set_role(ROLE_VOCALS);
  EXPECT_THAT(Terms("acapella"), ElementsAre("bass>-1", "lead>0 bus>-1", "altos>0 bus>-1"));
}

TEST_F(Mixes, AStepMovesItsRoleByOneDecibel) {
  EXPECT_THAT(Terms("vocal_up"), ElementsAre("bass>-1", "kick>1 snare>1 bus>-1 bus>0",
                                             "lead>0 bus>-1 at 1 dB", "altos>0 bus>-1"));
  EXPECT_THAT(Terms("vocal_down"), ElementsAre("bass>-1", "kick>1 snare>1 bus>-1 bus>0",
                                               "lead>0 bus>-1 at -1 dB", "altos>0 bus>-1"));
  EXPECT_THAT(Terms("bass_up").front(), "bass>-1 at 1 dB");
  EXPECT_THAT(Terms("bass_down").front(), "bass>-1 at -1 dB");
}

TEST_F(Mixes, AStepMayBeAnother) {
  MixRequest mix;
  mix.set_name("bass_down");
  mix.set_step(0.5);
  EXPECT_THAT(Terms(mix).front(), "bass>-1 at -0.5 dB");
}

TEST_F(Mixes, AnOwnMixByBuses) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_buses("Kit");
  EXPECT_THAT(Terms(mix), ElementsAre("kick>1 snare>1 bus>-1 bus>0"));
  mix.add_buses("Choir");
  EXPECT_THAT(Terms(mix), ElementsAre("kick>1 snare>1 bus>-1 bus>0", "altos>0 bus>-1"));
}

TEST_F(Mixes, AnOwnMixWithoutBusesRolesAndTracks) {
  MixRequest mix;
  mix.set_name("Own");
  mix.add_without("Choir");
  mix.add_without("bass");
  mix.add_without("track:Kick");
  EXPECT_THAT(Terms(mix), ElementsAre("snare>1 lead>0 bus>-1 bus>0"));
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
  EXPECT_THAT(Terms(mix), ElementsAre("bass>-1", "kick>1 bus>-1 bus>0 at -1.5 dB",
                                      "snare>1 lead>0 bus>-1 bus>0 at -2 dB", "altos>0 bus>-1"));
}

TEST_F(Mixes, AGainOfSilenceLeavesOut) {
  MixRequest mix;
  mix.set_name("Own");
  NamedLevel& gain = *mix.add_gains();
  gain.set_name("Band");
  gain.set_level(-std::numeric_limits<double>::infinity());
  EXPECT_THAT(Terms(mix), ElementsAre("bass>-1", "altos>0 bus>-1"));
}

TEST_F(Mixes, WhatIsMutedIsInNoMix) {
  song().mutable_tracks(0)->set_mute(true);
  song().mutable_buses(2)->set_mute(true);
  EXPECT_THAT(Terms("master"), ElementsAre("bass>-1", "snare>1 lead>0 bus>-1 bus>0"));
}

TEST_F(Mixes, ASoloLeavesOutTheRest) {
  song().mutable_tracks(1)->set_solo(true);
  EXPECT_THAT(Terms("master"), ElementsAre("snare>1 bus>-1 bus>0"));
}

TEST_F(Mixes, StripsAndBusesKeepTheirSettings) {
  const Timeline timeline = ResolveTimeline(album_.album, 0, album_.sources, album_.findings);
  song().mutable_tracks(0)->set_polarity(POLARITY_INVERTED);
  song().mutable_tracks(0)->set_fader(-2.5);
  song().mutable_tracks(0)->set_pan_law(PAN_LAW_6DB);
  album_.album.set_pan_law(PAN_LAW_0DB);
  song().mutable_buses(1)->add_pan(30);
  const Print print = PrintOfFeeder(album_.album, song(), timeline, 0);
  EXPECT_TRUE(print.strips(0).inverted());
  EXPECT_EQ(print.strips(0).fader_db(), -2.5);
  EXPECT_EQ(print.strips(0).pan_law(), PAN_LAW_6DB);
  EXPECT_EQ(print.strips(1).pan_law(), PAN_LAW_0DB);
  EXPECT_EQ(print.strips(1).pan(), -50);
  EXPECT_EQ(print.buses(1).fader_db(), -6);
  EXPECT_EQ(print.buses(1).pan(), 30);
}

TEST_F(Mixes, TheLawIsMinusThreeWhereNobodySaysAnother) {
  const Timeline timeline = ResolveTimeline(album_.album, 0, album_.sources, album_.findings);
  EXPECT_EQ(PrintOfFeeder(album_.album, song(), timeline, kMaster).strips(0).pan_law(), PAN_LAW_3DB);
}

TEST_F(Mixes, FeedersAreTheBusesOfTheMasterAndTheMasterItself) {
  EXPECT_THAT(FeedersOf(song()), ElementsAre(kMaster, 0, 2));
  song().mutable_tracks(4)->set_bus("Choir");
  EXPECT_THAT(FeedersOf(song()), ElementsAre(0, 2));
}

}  // namespace
}  // namespace trackout
