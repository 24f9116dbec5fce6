// Prints: which strips a print has, who feeds whom in it, and that paths are shared out without rest.
#include "coordinator/planner/prints/prints.h"

#include "core/job_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/prints/mixed_song.h"

namespace trackout {
namespace {

using testing::ElementsAre;

// The Echo runs through Wet, which sends to the Hall; the Echo sends to the Plate too.
constexpr const char* kSong = R"(  - title: One
    buses:
      - {name: Kit}
      - {name: Wet, sends: [{to: Hall}]}
    returns:
      - {name: Echo, bus: Wet, sends: [{to: Plate}]}
      - {name: Plate}
      - {name: Hall}
    tracks:
      - {name: Kick, file: kick, bus: Kit, sends: [{to: Echo, tap: pre_fader}]}
      - {name: Pad, file: pad, bus: Wet}
      - {name: Bass, file: bass}
)";

class Prints : public testing::Test {
 protected:
  std::string Of(const std::vector<int>& sources, const Paths& paths = {}) {
    return song_.Written(PrintOf(song_.mixer(), sources, paths));
  }
  Song& song() { return song_.song(); }
  int StripNamed(const std::string& name) { return song_.mixer().routing.FindStrip(name); }

  test::MixedSong song_{kSong};
};

TEST_F(Prints, HaveEveryPathOfTheirSourcesAndNothingElse) {
  EXPECT_EQ(Of({0}), "kick>Kit+!Echo Kit>master Wet>master+Hall Echo>Wet+Plate Plate>master Hall>master");
  EXPECT_EQ(Of({1}), "pad>Wet Wet>master+Hall Hall>master");
  EXPECT_EQ(Of({2}), "bass>master");
  EXPECT_EQ(Of({}), "");
}

TEST_F(Prints, StripsStandInTheOrderOfTheSpec) {
  EXPECT_EQ(Of({2, 1, 0}),
            "kick>Kit+!Echo pad>Wet bass>master Kit>master Wet>master+Hall Echo>Wet+Plate Plate>master "
            "Hall>master");
}

TEST_F(Prints, DryOnesHaveNoSends) {
  Paths dry;
  dry.sends = Paths::Sends::kNone;
  EXPECT_EQ(Of({0, 1}, dry), "kick>Kit pad>Wet Kit>master Wet>master");
}

TEST_F(Prints, WhatIsMutedIsLeftOutWithAllThatItGives) {
  song().mutable_returns(0)->set_mute(true);
  EXPECT_EQ(Of({0, 1}), "kick>Kit pad>Wet Kit>master Wet>master+Hall Hall>master");
  song().mutable_tracks(1)->set_mute(true);
  EXPECT_EQ(Of({0, 1}), "kick>Kit Kit>master");
  song().mutable_buses(0)->set_mute(true);
  EXPECT_EQ(Of({0, 1}), "");
}

TEST_F(Prints, AMutedBusLeavesTheSendsOfItsTracks) {
  song().mutable_buses(0)->set_mute(true);
  EXPECT_EQ(Of({0}), "kick>-+!Echo Wet>master+Hall Echo>Wet+Plate Plate>master Hall>master");
}

TEST_F(Prints, WithoutAReturnNothingGoesInOrOut) {
  Paths paths;
  paths.without = {StripNamed("Echo")};
  EXPECT_EQ(Of({0}, paths), "kick>Kit Kit>master");
}

TEST_F(Prints, ACutReturnStillGivesToOthers) {
  Paths paths;
  paths.cut = {StripNamed("Plate")};
  EXPECT_EQ(Of({0}, paths), "kick>Kit+!Echo Kit>master Wet>master+Hall Echo>Wet Hall>master");
}

// What the Echo gives to the Hall by way of the bus belongs to the Hall.
TEST_F(Prints, ACutReturnGivesToReturnsBehindItsBus) {
  Paths paths;
  paths.cut = {StripNamed("Echo")};
  EXPECT_EQ(Of({0, 1}, paths),
            "kick>Kit+!Echo pad>Wet Kit>master Wet>master+Hall Wet>-+Hall Echo>Wet+Plate Plate>master "
            "Hall>master");
  const Print print = PrintOf(song_.mixer(), {0, 1}, paths);
  EXPECT_EQ(print.strips(1).feeds(), 3);  // the bus itself
  EXPECT_EQ(print.strips(5).feeds(), 4);  // its shadow
}

TEST_F(Prints, AllReturnsCutLeaveTheSourcesOwnPaths) {
  Paths paths;
  paths.cut = {StripNamed("Echo"), StripNamed("Plate"), StripNamed("Hall")};
  EXPECT_EQ(Of({0, 1, 2}, paths), "kick>Kit pad>Wet bass>master Kit>master Wet>master");
}

TEST_F(Prints, OfAReturnAloneAreThePathsThatItIsLastOn) {
  Paths paths;
  paths.only = StripNamed("Echo");
  EXPECT_EQ(Of({0, 1, 2}, paths), "kick>-+!Echo Wet>master Echo>Wet");
  paths.only = StripNamed("Plate");
  EXPECT_EQ(Of({0, 1, 2}, paths), "kick>-+!Echo Echo>-+Plate Plate>master");
  paths.only = StripNamed("Hall");
  EXPECT_EQ(Of({0, 1, 2}, paths), "kick>-+!Echo pad>Wet Wet>-+Hall Echo>Wet Hall>master");
  song().mutable_returns(2)->set_mute(true);
  EXPECT_EQ(Of({0, 1, 2}, paths), "");
}

// The gain from every source to the master over one print, where each strip and send has a gain of its own:
// by walking all of its paths.
double GainOf(const Print& print, int strip) {
  const Strip& from = print.strips(strip);
  const auto known = [](double db) { return 1 + db / 64; };  // any number will do, if it is exact
  double gain = from.feeds() == -1 ? 1 : from.feeds() >= 0 ? GainOf(print, from.feeds()) : 0;
  for (const Send& send : from.sends()) gain += known(send.level_db()) * GainOf(print, send.to());
  return gain * known(from.fader_db());
}
double GainOf(const Print& print) {
  double gain = 0;
  for (int i = 0; i < print.strips_size(); ++i) {
    if (print.strips(i).has_playlist()) gain += GainOf(print, i);
  }
  return gain;
}

TEST_F(Prints, AnyReturnsTakenApartAddUpToTheWhole) {
  for (const std::string& text :
       {std::string(kSong), std::string(kSong) + "      - {name: X, file: x, bus: Kit, "
                                                 "sends: [{to: Hall}, {to: Plate}]}\n"}) {
    song_ = test::MixedSong(text);
    const double whole = GainOf(PrintOf(song_.mixer(), HeardSources(song_.mixer().routing), {}));
    for (int subset = 0; subset < 8; ++subset) {
      const Mixer& mixer = song_.mixer();
      const std::vector<int> sources = HeardSources(mixer.routing);
      Paths cut;
      double sum = 0;
      const char* names[] = {"Echo", "Plate", "Hall"};
      for (int i = 0; i < 3; ++i) {
        if ((subset >> i & 1) == 0) continue;
        Paths only;
        only.only = mixer.routing.FindStrip(names[i]);
        cut.cut.insert(only.only);
        sum += GainOf(PrintOf(mixer, sources, only));
      }
      EXPECT_DOUBLE_EQ(sum + GainOf(PrintOf(mixer, sources, cut)), whole) << subset;
    }
  }
}

TEST_F(Prints, APrintOfABusStandsInForWhatFeedsIt) {
  song().mutable_buses(1)->set_print("wet.print");
  song_.Record("wet.print", 2);
  EXPECT_EQ(Of({0, 1}), "kick>Kit+!Echo Kit>master Echo>-+Plate Plate>master");
  EXPECT_EQ(Of({StripNamed("Wet")}), "wet.print>master+Hall Hall>master");
  EXPECT_THAT(HeardSources(song_.mixer().routing), testing::Contains(StripNamed("Wet")));
}

TEST_F(Prints, ASoloLeavesOutWhatDoesNotFeedIt) {
  song().mutable_tracks(1)->set_solo(true);
  EXPECT_EQ(Of({0, 1, 2}), "pad>Wet Wet>master+Hall Hall>master");
}

TEST_F(Prints, HaveTheChannelsOfTheMaster) {
  EXPECT_EQ(PrintOf(song_.mixer(), {0}, {}).channels(), 2);
  song().mutable_master()->set_channels(CHANNELS_5_1);
  EXPECT_EQ(PrintOf(song_.mixer(), {0}, {}).channels(), 6);
}

TEST_F(Prints, StripsKeepTheirSettings) {
  Track& kick = *song().mutable_tracks(0);
  kick.set_polarity(POLARITY_INVERTED);
  kick.set_fader(-2.5);
  kick.add_pan(-50);
  kick.set_pan_law(PAN_LAW_6DB);
  song().mutable_buses(0)->set_width(50);
  kick.mutable_delay()->set_nanoseconds(-1'000'000);
  kick.mutable_sends(0)->set_pan(20);
  kick.mutable_sends(0)->set_level(-3);
  song().mutable_buses(0)->add_pan(30);
  song().mutable_buses(0)->mutable_delay()->set_samples(7);
  song_.album().set_pan_law(PAN_LAW_0DB);
  const Print print = PrintOf(song_.mixer(), {0, 2}, {});
  const Strip& strip = print.strips(0);
  EXPECT_TRUE(strip.inverted());
  EXPECT_EQ(strip.fader_db(), -2.5);
  EXPECT_THAT(strip.pan(), ElementsAre(-50));
  EXPECT_EQ(strip.pan_law(), PAN_LAW_6DB);
  EXPECT_FALSE(strip.has_width());
  EXPECT_EQ(strip.delay_frames(), -48);
  EXPECT_EQ(strip.sends(0).pan(), 20);
  EXPECT_EQ(strip.sends(0).level_db(), -3);
  EXPECT_TRUE(strip.sends(0).pre_fader());
  EXPECT_EQ(print.strips(1).pan_law(), PAN_LAW_0DB);
  const Strip& kit = print.strips(2);
  EXPECT_THAT(kit.pan(), ElementsAre(30));
  EXPECT_EQ(kit.delay_frames(), 7);
  EXPECT_EQ(kit.width(), 50);
  EXPECT_EQ(kit.channels(), 2);
  EXPECT_EQ(kit.pan_law(), PAN_LAW_UNSPECIFIED);
}

TEST_F(Prints, TheLawIsThatOfWhatIsPannedAsMono) {
  EXPECT_EQ(PrintOf(song_.mixer(), {2}, {}).strips(0).pan_law(), PAN_LAW_3DB);
  song_.Record("bass", 2);
  EXPECT_EQ(PrintOf(song_.mixer(), {2}, {}).strips(0).pan_law(), PAN_LAW_UNSPECIFIED);
  for (const double pan : {-100, 100}) song().mutable_tracks(2)->add_pan(pan);
  EXPECT_EQ(PrintOf(song_.mixer(), {2}, {}).strips(0).pan_law(), PAN_LAW_3DB);
}

TEST_F(Prints, WhatSaysNothingIsNotWritten) {
  const std::string plain = CanonicalEncoding(PrintOf(song_.mixer(), {2}, {}));
  song().mutable_tracks(2)->add_pan(0);
  EXPECT_EQ(CanonicalEncoding(PrintOf(song_.mixer(), {2}, {})), plain);
  const std::string kit = CanonicalEncoding(PrintOf(song_.mixer(), {0}, {}));
  song().mutable_buses(0)->set_width(100);
  EXPECT_EQ(CanonicalEncoding(PrintOf(song_.mixer(), {0}, {})), kit);
}

TEST_F(Prints, AutomationStandsAtTheFramesOfTheSong) {
  const auto automate = [](auto& strip, const std::string& parameter, double value) {
    AutomationLane& lane = *strip.add_automation();
    lane.set_parameter(parameter);
    AutomationPoint& point = *lane.add_points();
    point.mutable_time()->set_nanoseconds(500'000'000);
    point.set_value(value);
  };
  Track& kick = *song().mutable_tracks(0);
  kick.set_mute(true);
  automate(kick, "fader", -12);
  automate(kick, "pan", 40);
  automate(kick, "mute", 1);
  automate(kick, "send:Echo", -20);
  automate(*song().mutable_buses(0), "fader", 3);
  const Print print = PrintOf(song_.mixer(), {0}, {});
  const auto one = [](double value) {
    Envelope envelope;
    envelope.add_points()->set_frame(24000);
    envelope.mutable_points(0)->set_value(value);
    return CanonicalEncoding(envelope);
  };
  const Strip& strip = print.strips(0);
  EXPECT_EQ(CanonicalEncoding(strip.fader()), one(-12));
  EXPECT_EQ(CanonicalEncoding(strip.pan_automation()), one(40));
  EXPECT_EQ(CanonicalEncoding(strip.mute()), one(1));
  EXPECT_EQ(CanonicalEncoding(strip.sends(0).level()), one(-20));
  EXPECT_EQ(strip.sends(0).level_db(), 0);
  EXPECT_EQ(CanonicalEncoding(print.strips(1).fader()), one(3));
  EXPECT_FALSE(print.strips(1).has_mute());
}

TEST_F(Prints, APrintedTrackHasItsPolarityAndDelayInIt) {
  Track& bass = *song().mutable_tracks(2);
  bass.set_print("bass.print");
  bass.set_polarity(POLARITY_INVERTED);
  bass.mutable_delay()->set_samples(5);
  bass.set_fader(-1);
  song_.Record("bass.print", 2);
  const Print print = PrintOf(song_.mixer(), {2}, {});
  EXPECT_EQ(song_.Written(print), "bass.print>master");
  EXPECT_EQ(print.strips(0).channels(), 2);
  EXPECT_FALSE(print.strips(0).inverted());
  EXPECT_EQ(print.strips(0).delay_frames(), 0);
  EXPECT_EQ(print.strips(0).fader_db(), -1);
}

TEST_F(Prints, FeedersAreTheBusesOfTheMasterAndTheMasterItself) {
  EXPECT_THAT(FeedersOf(song_.mixer().routing), ElementsAre(kMaster, StripNamed("Kit"), StripNamed("Wet")));
  song().mutable_tracks(2)->set_bus("Kit");
  EXPECT_THAT(FeedersOf(song_.mixer().routing), ElementsAre(StripNamed("Kit"), StripNamed("Wet")));
  song().mutable_buses(0)->set_bus("Wet");
  EXPECT_THAT(FeedersOf(song_.mixer().routing), ElementsAre(StripNamed("Wet")));
  EXPECT_EQ(FeederOf(song_.mixer().routing, 0), StripNamed("Wet"));
}

}  // namespace
}  // namespace trackout
