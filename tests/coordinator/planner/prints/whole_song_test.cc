// What gains listen to: the whole song, whatever a print leaves out of it, and no more than that.
#include "coordinator/planner/prints/whole_song.h"

#include "core/job_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/prints/mixed_song.h"

namespace trackout {
namespace {

constexpr const char* kSong = R"(  - title: One
    buses:
      - {name: Kit, bus: Band}
      - {name: Band}
      - {name: Vox}
    returns:
      - {name: Echo, sends: [{to: Hall}]}
      - {name: Hall}
    tracks:
      - {name: Kick, file: kick, bus: Kit, sends: [{to: Echo}]}
      - {name: Snare, file: snare, bus: Kit}
      - {name: Gtr, file: gtr, bus: Band}
      - {name: Lead, file: lead, bus: Vox, sends: [{to: Hall}]}
      - {name: Ghost, file: ghost, mute: true}
)";

class Whole : public testing::Test {
 protected:
  enum { kKick, kSnare, kGtr, kLead, kGhost, kKit, kBand, kVox, kEcho, kHall };

  Song& song() { return song_.song(); }
  Track& track(int strip) { return *song().mutable_tracks(strip); }
  Bus& bus(int strip) {
    const int index = strip - song().tracks_size();
    const int buses = song().buses_size();
    return index < buses ? *song().mutable_buses(index) : *song().mutable_returns(index - buses);
  }
  void Compress(int strip, const std::string& sidechain = "") {
    Insert& insert = strip < song().tracks_size() ? *track(strip).add_inserts() : *bus(strip).add_inserts();
    insert.mutable_compressor();
    insert.set_sidechain(sidechain);
  }
  Print Of(const std::vector<int>& sources, const Paths& paths = {}) {
    return PrintOf(song_.mixer(), sources, paths);
  }
  // "kick>Kit Kit>master; kick>Kit snare>Kit Kit>-": what is heard, and what is listened to.
  std::string Written(const Print& print) {
    return song_.Written(print) + "; " + song_.Written(print.whole());
  }
  // The strip of `whole` that a strip of the print listens to as its own; -1: none.
  static int WholeOf(const Print& print, int strip) {
    return print.strips(strip).has_whole() ? print.strips(strip).whole() : -1;
  }

  test::MixedSong song_{kSong};
};

TEST_F(Whole, ASumThatDependsOnItsLevelListensToAllThatFeedsIt) {
  Compress(kKit);
  const Print print = Of({kSnare});
  EXPECT_EQ(Written(print), "snare>Kit Kit>Band Band>master; kick>Kit snare>Kit Kit>-");
  EXPECT_EQ(WholeOf(print, 0), -1);
  EXPECT_EQ(WholeOf(print, 1), 2);
  EXPECT_EQ(WholeOf(print, 2), -1);
  EXPECT_FALSE(print.whole(2).has_whole());
  EXPECT_EQ(print.whole(2).inserts_size(), 1);
}

TEST_F(Whole, HasWhatFeedsItAtAnyDepthAndTheSendsOfThat) {
  Compress(kBand);
  EXPECT_EQ(Written(Of({kGtr})), "gtr>Band Band>master; kick>Kit snare>Kit gtr>Band Kit>Band Band>-");
  bus(kBand).clear_inserts();
  Compress(kHall);
  const Print print = Of({kLead});
  EXPECT_EQ(Written(print),
            "lead>Vox+Hall Vox>master Hall>master; kick>-+Echo lead>-+Hall Echo>-+Hall Hall>-");
  EXPECT_EQ(WholeOf(print, 2), 3);
}

TEST_F(Whole, IsOfEveryKindOfInsertWhoseGainFollowsTheLevel) {
  const auto listens = [&](void (*add)(Insert&)) {
    bus(kVox).clear_inserts();
    add(*bus(kVox).add_inserts());
    return Of({kLead}).whole_size() > 0;
  };
  EXPECT_TRUE(listens([](Insert& insert) { insert.mutable_compressor(); }));
  EXPECT_TRUE(listens([](Insert& insert) { insert.mutable_expander(); }));
  EXPECT_TRUE(listens([](Insert& insert) { insert.mutable_deesser(); }));
  EXPECT_TRUE(listens([](Insert& insert) { insert.mutable_limiter(); }));
  EXPECT_TRUE(listens([](Insert& insert) { insert.mutable_saturator(); }));
  EXPECT_FALSE(listens([](Insert& insert) { insert.mutable_gain(); }));
  EXPECT_FALSE(listens([](Insert& insert) { insert.mutable_width(); }));
  EXPECT_FALSE(listens([](Insert& insert) { insert.mutable_eq()->add_bands(); }));
  EXPECT_FALSE(listens([](Insert& insert) { insert.mutable_delay(); }));
  EXPECT_FALSE(listens([](Insert& insert) { insert.mutable_reverb(); }));
}

TEST_F(Whole, ATrackIsWholeByItself) {
  Compress(kLead);
  const Print print = Of({kLead});
  EXPECT_EQ(print.whole_size(), 0);
  EXPECT_EQ(print.strips(0).inserts_size(), 1);
}

TEST_F(Whole, IsTheSameInEveryPrintOfTheStrip) {
  Compress(kBand);
  const std::string all = song_.Written(Of({kKick, kSnare, kGtr}).whole());
  Paths dry;
  dry.sends = Paths::Sends::kNone;
  EXPECT_EQ(song_.Written(Of({kGtr}, dry).whole()), all);
  Compress(kHall);
  const std::string with_hall = song_.Written(Of({kKick}).whole());
  Paths without, only;
  without.without = {kEcho};
  only.only = kHall;
  EXPECT_EQ(Written(Of({kLead}, without)).find(" lead>-+Hall Echo>-+Hall Hall>-") == std::string::npos,
            false);
  EXPECT_EQ(song_.Written(Of({kKick}, only).whole()), "kick>-+Echo lead>-+Hall Echo>-+Hall Hall>-");
  EXPECT_NE(with_hall, all);
}

TEST_F(Whole, ASideChainIsThereWhetherItIsHeardOrNot) {
  Compress(kLead, "Ghost");
  Print print = Of({kLead});
  EXPECT_EQ(song_.Written(print.whole()), "ghost>-");
  EXPECT_EQ(print.strips(0).inserts(0).sidechain(), 0);
  EXPECT_EQ(print.whole(0).inserts_size(), 0);
  // What a muted bus would hear is listened to before its mute.
  track(kLead).clear_inserts();
  track(kGhost).set_mute(false);
  track(kGhost).set_bus("Kit");
  bus(kKit).set_mute(true);
  track(kSnare).set_mute(true);
  Compress(kLead, "Kit");
  print = Of({kLead});
  EXPECT_EQ(song_.Written(print.whole()), "kick>Kit ghost>Kit Kit>-");
  EXPECT_EQ(print.strips(0).inserts(0).sidechain(), 2);
}

TEST_F(Whole, WhatIsMutedGivesNothingToWhatIsListenedTo) {
  track(kSnare).set_mute(true);
  Compress(kKit);
  Compress(kLead, "track:Snare");
  EXPECT_EQ(Written(Of({kKick, kLead})).substr(Written(Of({kKick, kLead})).find(';')),
            "; kick>Kit snare>- Kit>-");
}

TEST_F(Whole, HasTheSideChainsOfWhatItHas) {
  Compress(kGtr, "Lead");
  Compress(kLead, "Ghost");
  const Print print = Of({kGtr});
  EXPECT_EQ(song_.Written(print.whole()), "lead>- ghost>-");
  EXPECT_EQ(print.strips(0).inserts(0).sidechain(), 0);
  EXPECT_EQ(print.whole(0).inserts(0).sidechain(), 1);
}

TEST_F(Whole, APrintStandsInForWhatFeedsItAndItsInserts) {
  song_.Record("kit.print", 2);
  bus(kKit).set_print("kit.print");
  Compress(kKit);
  Compress(kBand);
  EXPECT_EQ(song_.Written(Of({kGtr}).whole()), "gtr>Band kit.print>Band Band>-");
  EXPECT_EQ(Of({kKit}).strips(0).inserts_size(), 0);
}

TEST_F(Whole, ShadowsListenToTheirBusToo) {
  bus(kEcho).set_bus("Band");
  bus(kBand).add_sends()->set_to("Hall");
  bus(kEcho).clear_sends();
  Compress(kBand);
  Paths cut;
  cut.cut = {kEcho};
  const Print print = Of({kKick}, cut);
  EXPECT_EQ(song_.Written(print),
            "kick>Kit+Echo Kit>Band Band>master+Hall Band>-+Hall Echo>Band Hall>master");
  EXPECT_EQ(WholeOf(print, 2), WholeOf(print, 3));
  EXPECT_GE(WholeOf(print, 3), 0);
}

TEST_F(Whole, DryPrintsHaveTheUnprocessedSideOfWhatTakesTime) {
  track(kKick).add_inserts()->mutable_delay();
  track(kKick).add_inserts()->mutable_gain();
  bus(kKit).add_inserts()->mutable_reverb();
  Compress(kKit);
  Paths dry;
  dry.sends = Paths::Sends::kNone;
  const Print print = Of({kKick}, dry);
  EXPECT_TRUE(print.strips(0).inserts(0).dry());
  EXPECT_FALSE(print.strips(0).inserts(1).dry());
  EXPECT_TRUE(print.strips(1).inserts(0).dry());
  for (const Strip& strip : print.whole()) {
    for (const Processor& processor : strip.inserts()) EXPECT_FALSE(processor.dry());
  }
  EXPECT_FALSE(Of({kKick}).strips(0).inserts(0).dry());
}

TEST_F(Whole, PrintsThatListenToNothingAreAsTheyWere) {
  const std::string before = CanonicalEncoding(Of({kLead}));
  Compress(kKit);
  EXPECT_EQ(CanonicalEncoding(Of({kLead})), before);
}

TEST_F(Whole, ATapIsAStripWithAllThatMakesIt) {
  Compress(kKit, "Ghost");
  const Print tap = TapOf(song_.mixer(), kKit);
  EXPECT_EQ(tap.strips_size(), 0);
  EXPECT_EQ(song_.Written(tap.whole()), "kick>Kit snare>Kit ghost>- Kit>-");
  ASSERT_TRUE(tap.has_tap());
  EXPECT_EQ(tap.tap(), 3);
  EXPECT_EQ(tap.channels(), 2);
  EXPECT_EQ(TapOf(song_.mixer(), kKick).channels(), 1);
}

}  // namespace
}  // namespace trackout
