// Tracks as files: raw, processed, twins, and combinations.
#include "coordinator/planner/tracks.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/prints/mixed_song.h"

namespace trackout {
namespace {

using testing::ElementsAre;

constexpr const char* kSong = R"(  - title: One
    buses: [{name: Kit}, {name: Room}]
    tracks:
      - {name: Top, file: top, bus: Kit}
      - {name: Gtr, file: gtr, di: gtr.di, polarity: inverted, delay: 10smp, bus: Room}
      - {name: Bottom, file: bottom, bus: Kit, polarity: inverted, mute: true}
      - {name: Keys, file: keys, print: keys.print, polarity: inverted}
)";

class TrackFilesOfASong : public testing::Test {
 protected:
  std::vector<TrackDelivery> Deliveries() { return TrackDeliveriesOf(song_.mixer(), request_); }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const TrackDelivery& delivery : Deliveries())
      names.push_back(delivery.name + " " + delivery.variant);
    return names;
  }
  std::string SourceOf(const TrackSignal& signal) {
    Print print;
    *print.add_strips()->mutable_playlist() = signal.playlist();
    const std::string written = song_.Written(print);
    return written.substr(0, written.find('>'));
  }

  test::MixedSong song_{kSong};
  TracksRequest request_;
};

TEST_F(TrackFilesOfASong, AreRawWhereNothingIsSaid) {
  EXPECT_THAT(Names(), ElementsAre("Top raw", "Gtr raw", "Bottom raw", "Keys raw"));
  for (const TrackDelivery& delivery : Deliveries()) {
    ASSERT_EQ(delivery.signals.size(), 1u);
    EXPECT_FALSE(delivery.signals[0].inverted());
    EXPECT_EQ(delivery.signals[0].delay_frames(), 0);
    EXPECT_EQ(delivery.is_unused, delivery.name == "Bottom");
  }
  EXPECT_EQ(SourceOf(Deliveries()[3].signals[0]), "keys");
  EXPECT_EQ(Deliveries()[1].bus, song_.mixer().routing.FindBus("Room"));
}

TEST_F(TrackFilesOfASong, WhatIsInThePrintOfItsBusIsUsed) {
  song_.Record("kit.print", 2);
  song_.song().mutable_buses(0)->set_print("kit.print");
  const auto is_unused = [&](size_t track) { return Deliveries()[track].is_unused; };
  EXPECT_FALSE(is_unused(0));
  EXPECT_TRUE(is_unused(2));  // muted itself
  song_.song().mutable_buses(0)->set_mute(true);
  EXPECT_TRUE(is_unused(0));
  song_.song().mutable_buses(0)->set_mute(false);
  song_.song().mutable_tracks(1)->set_solo(true);
  EXPECT_TRUE(is_unused(0));
}

TEST_F(TrackFilesOfASong, ProcessedHavePolarityAndDelayOrAreThePrint) {
  request_.add_processing(PROCESSING_PROCESSED);
  song_.Record("keys.print", 2);
  const std::vector<TrackDelivery> deliveries = Deliveries();
  EXPECT_THAT(Names(), ElementsAre("Top processed", "Gtr processed", "Bottom processed", "Keys processed"));
  EXPECT_TRUE(deliveries[1].signals[0].inverted());
  EXPECT_EQ(deliveries[1].signals[0].delay_frames(), 10);
  EXPECT_EQ(SourceOf(deliveries[3].signals[0]), "keys.print");
  EXPECT_FALSE(deliveries[3].signals[0].inverted());
  EXPECT_EQ(deliveries[3].channels, 2);
}

TEST_F(TrackFilesOfASong, ProcessedHaveTheirInsertsAndOthersNone) {
  for (Track& track : *song_.song().mutable_tracks()) track.add_inserts()->mutable_gain()->set_level(-2);
  song_.Record("keys.print", 2);
  for (const Processing processing : {PROCESSING_RAW, PROCESSING_DI, PROCESSING_PROCESSED})
    request_.add_processing(processing);
  for (const TrackDelivery& delivery : Deliveries()) {
    const bool has_inserts = delivery.variant == "processed" && delivery.name != "Keys";  // it is printed
    EXPECT_EQ(delivery.signals[0].inserts_size(), has_inserts ? 1 : 0) << delivery.name << delivery.variant;
  }
}

TEST_F(TrackFilesOfASong, ListenToTheWholeSongOnceForAllTracksOfAJob) {
  const auto listen = [&](int track, const std::string& to) {
    Insert& insert = *song_.song().mutable_tracks(track)->add_inserts();
    insert.mutable_compressor();
    insert.set_sidechain(to);
  };
  song_.Record("keys.print");
  listen(1, "Kit");
  listen(2, "Keys");
  request_.add_processing(PROCESSING_PROCESSED);
  TrackFiles files;
  for (const TrackDelivery& delivery : Deliveries())
    files.add_tracks()->mutable_signals()->Assign(delivery.signals.begin(), delivery.signals.end());
  AddWhole(song_.mixer(), files);
  // The lower track is muted, and gives the bus nothing.
  EXPECT_EQ(song_.Written(files.whole()), "top>Kit keys.print>- Kit>-");
  EXPECT_EQ(files.tracks(1).signals(0).inserts(0).sidechain(), 2);
  EXPECT_EQ(files.tracks(2).signals(0).inserts(0).sidechain(), 1);
  TrackFiles none;
  AddWhole(song_.mixer(), none);
  EXPECT_EQ(none.ByteSizeLong(), 0u);
}

TEST_F(TrackFilesOfASong, TwinsAreThereWhereATrackHasOne) {
  request_.add_processing(PROCESSING_DI);
  EXPECT_THAT(Names(), ElementsAre("Gtr di"));
  EXPECT_EQ(SourceOf(Deliveries()[0].signals[0]), "gtr.di");
  EXPECT_FALSE(Deliveries()[0].signals[0].inverted());
  request_.add_processing(PROCESSING_RAW);
  EXPECT_THAT(Names(), ElementsAre("Gtr di", "Top raw", "Gtr raw", "Bottom raw", "Keys raw"));
}

TEST_F(TrackFilesOfASong, ACombinationStandsWhereItsFirstWould) {
  Combination& snare = *request_.add_combine();
  snare.set_name("Snare");
  for (const char* name : {"Bottom", "track:Top"}) snare.add_tracks(name);
  song_.Record("bottom", 2);
  request_.add_processing(PROCESSING_PROCESSED);
  EXPECT_THAT(Names(), ElementsAre("Snare processed", "Gtr processed", "Keys processed"));
  const TrackDelivery delivery = Deliveries()[0];
  ASSERT_EQ(delivery.signals.size(), 2u);
  EXPECT_EQ(SourceOf(delivery.signals[0]), "top");
  EXPECT_EQ(SourceOf(delivery.signals[1]), "bottom");
  EXPECT_FALSE(delivery.signals[0].inverted());
  EXPECT_TRUE(delivery.signals[1].inverted());
  EXPECT_EQ(delivery.channels, 2);
  EXPECT_FALSE(delivery.is_unused);  // one of them is heard
  song_.song().mutable_tracks(0)->set_mute(true);
  EXPECT_TRUE(Deliveries()[0].is_unused);
}

}  // namespace
}  // namespace trackout
