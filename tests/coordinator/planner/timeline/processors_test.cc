// Inserts as they are rendered: everything written, times resolved, and what only the sources know.
#include "coordinator/planner/timeline/processors.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/timeline/resolved_song.h"

namespace trackout {
namespace {

using test::PlannedAlbum;
using test::Recorded;
using test::Resolve;
using test::SongOf;
using test::ToldOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The inserts of a track K.
std::vector<Processor> InsertsOf(const std::string& inserts, const std::string& more = "",
                                 const std::vector<Source>& recorded = {}) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: K, file: k.wav, inserts: [" + inserts + "]}, {name: L, file: l.wav}]\n" + more,
      recorded);
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  return timeline.inserts.at(0);
}

Processor InsertOf(const std::string& insert, const std::string& more = "",
                   const std::vector<Source>& recorded = {}) {
  return InsertsOf(insert, more, recorded).at(0);
}

TEST(Processors, StandInTheOrderOfTheSpecWithoutTheirNames) {
  const std::vector<Processor> inserts =
      InsertsOf("{type: gain, name: Trim, level: -3}, {type: saturator, drive: 6}");
  ASSERT_EQ(inserts.size(), 2u);
  EXPECT_EQ(inserts[0].insert().gain().level(), -3);
  EXPECT_EQ(inserts[0].insert().name(), "");
  EXPECT_EQ(inserts[1].insert().saturator().drive(), 6);
}

TEST(Processors, HaveEveryParameterWritten) {
  const Compressor compressor = InsertOf("{type: compressor, ratio: 4}").insert().compressor();
  EXPECT_EQ(compressor.ratio(), 4);
  EXPECT_EQ(compressor.threshold(), -18);
  EXPECT_EQ(compressor.attack().nanoseconds(), 10'000'000);
  EXPECT_TRUE(compressor.has_lookahead());
  EXPECT_EQ(compressor.lookahead().nanoseconds(), 0);
  const Insert written = InsertOf("{type: compressor, ratio: 4, knee: 6, attack: 10ms}").insert();
  EXPECT_EQ(written.SerializeAsString(),
            InsertOf("{type: compressor, ratio: 4}").insert().SerializeAsString());
}

TEST(Processors, HaveTheirTimesInNanoseconds) {
  const std::string tempo = "    tempo: [{bar: 1, bpm: 120, meter: 4/4}]\n";
  const auto ns_of = [&](const std::string& time) {
    return InsertOf("{type: delay, time: " + time + "}", tempo).insert().delay().time().nanoseconds();
  };
  EXPECT_EQ(ns_of("250ms"), 250'000'000);
  EXPECT_EQ(ns_of("480smp"), 10'000'000);
  EXPECT_EQ(ns_of("1/4"), 500'000'000);
  EXPECT_EQ(ns_of("1/4."), 750'000'000);
  EXPECT_EQ(ns_of("1/8t"), 166'666'667);
  EXPECT_EQ(ns_of("3/16"), 375'000'000);
}

TEST(Processors, ANotesLengthIsThatAtTheSongsStart) {
  const std::string track =
      "    tracks: [{name: K, file: k.wav, inserts: [{type: delay, name: Slap, time: 1/4}]}]\n";
  EXPECT_THAT(ToldOf(track + "    tempo: [{bar: 1, bpm: 120, meter: 4/4}, {bar: 3, bpm: 120, meter: 3/4}]\n"),
              IsEmpty());
  EXPECT_THAT(
      ToldOf(track + "    tempo: [{bar: 1, bpm: 120, meter: 4/4}, {bar: 9, bpm: 90}]\n"),
      ElementsAre("warning: songs[0].tracks[0].inserts[0].time: song \"One\": track \"K\": insert "
                  "\"Slap\": the song's tempo changes, and time stays what it is at the start, at 120 "
                  "bpm; automate it, or write it in seconds"));
}

TEST(Processors, MoveWithTheAutomationOfTheirNameInTheOrderOfParameters) {
  PlannedAlbum album = SongOf(
      "    tracks:\n"
      "      - name: K\n"
      "        file: k.wav\n"
      "        inserts: [{type: compressor, name: A}, {type: compressor, name: B}, {type: gain}]\n"
      "        automation:\n"
      "          \"insert:B.threshold\": [[10ms, -30], [20ms, -20]]\n"
      "          fader: [[0s, -1]]\n"
      "          \"insert:B.attack\": [[10ms, 20ms]]\n"
      "          \"insert:A.makeup\": [[0s, 3]]\n");
  const std::vector<Processor> inserts = Resolve(album).inserts.at(0);
  ASSERT_EQ(inserts[0].motions_size(), 1);
  EXPECT_EQ(inserts[0].motions(0).parameter(), "makeup");
  ASSERT_EQ(inserts[1].motions_size(), 2);
  EXPECT_EQ(inserts[1].motions(0).parameter(), "attack");
  EXPECT_EQ(inserts[1].motions(0).envelope().points(0).value(), 0.02);  // seconds
  EXPECT_EQ(inserts[1].motions(1).parameter(), "threshold");
  EXPECT_EQ(inserts[1].motions(1).envelope().points(1).frame(), 960);
  EXPECT_EQ(inserts[1].motions(1).envelope().points(1).value(), -20);
  EXPECT_EQ(inserts[2].motions_size(), 0);
}

TEST(Processors, KnowTheStripTheyListenTo) {
  EXPECT_EQ(InsertOf("{type: compressor, sidechain: L}").sidechain(), 1);
  EXPECT_EQ(InsertOf("{type: compressor, sidechain: L}").insert().sidechain(), "");
  EXPECT_EQ(InsertOf("{type: expander, sidechain: B}", "    buses: [{name: B}]\n").sidechain(), 2);
  EXPECT_FALSE(InsertOf("{type: compressor}").has_sidechain());
}

TEST(Processors, HaveTheirImpulseFromItsBeginningAtItsOwnRate) {
  const Processor hall = InsertOf("{type: reverb, impulse: hall.wav}", "    sample_rate: 48000\n",
                                  {Recorded("hall.wav", 1, 48000, 777)});
  ASSERT_EQ(hall.impulse().regions_size(), 1);
  EXPECT_EQ(hall.impulse().regions(0).frame_count(), 777);
  EXPECT_EQ(hall.impulse().regions(0).source_rate(), 0);
  EXPECT_EQ(hall.impulse().channels(), 1);
  EXPECT_EQ(hall.insert().reverb().impulse(), "");
  EXPECT_EQ(hall.insert().reverb().predelay().nanoseconds(), 0);
  EXPECT_FALSE(InsertOf("{type: reverb}").has_impulse());
  PlannedAlbum album = SongOf(
      "    sample_rate: 48000\n    tracks: [{name: K, file: k.wav, inserts: [{type: reverb, impulse: "
      "h.wav}]}]\n",
      {Recorded("h.wav", 1, 24000, 500)});
  const Region region = Resolve(album).inserts.at(0).at(0).impulse().regions(0);
  EXPECT_EQ(region.frame_count(), 1000);
  EXPECT_EQ(region.source_rate(), 24000);
  EXPECT_THAT(album.Told(), ElementsAre(HasSubstr("h.wav has 24000 Hz and is converted")));
}

TEST(Processors, AnImpulseHasOneChannelOrTheSignalsOrFourForStereo) {
  const auto told = [](int track, int impulse) {
    return ToldOf(
        "    tracks: [{name: K, file: k.wav, inserts: [{type: reverb, name: Hall, impulse: h.wav}]}]\n",
        {Recorded("k.wav", track, 48000, 1000), Recorded("h.wav", impulse, 48000, 10)});
  };
  for (const auto& [track, impulse] :
       std::vector<std::pair<int, int>>{{1, 1}, {2, 1}, {2, 2}, {2, 4}, {6, 1}, {6, 6}})
    EXPECT_THAT(told(track, impulse), IsEmpty()) << track << " " << impulse;
  EXPECT_THAT(
      told(1, 2),
      ElementsAre("songs[0].tracks[0].inserts[0].impulse: song \"One\": track \"K\": insert \"Hall\": its "
                  "impulse h.wav has 2 channels, and the signal has 1 channel; use an impulse with 1 "
                  "channel"));
  EXPECT_THAT(told(2, 3), ElementsAre(HasSubstr("use an impulse with 1 channel, or with 2, or with 4")));
  EXPECT_THAT(told(6, 4), ElementsAre(HasSubstr("use an impulse with 1 channel, or with 6")));
  EXPECT_THAT(ToldOf("    tracks: [{name: K, file: k.wav, inserts: [{type: reverb, impulse: h.wav}]}]\n",
                     {Recorded("h.wav", 1, 48000, 0)}),
              ElementsAre(HasSubstr("there is no sound in its impulse h.wav; name another file")));
}

TEST(Processors, AWidthIsForStereo) {
  const std::string track = "    tracks: [{name: K, file: k.wav, inserts: [{type: width, width: 50}]}]\n";
  EXPECT_THAT(ToldOf(track, {Recorded("k.wav", 2, 48000, 1000)}), IsEmpty());
  EXPECT_THAT(ToldOf(track),
              ElementsAre(HasSubstr("width is for stereo, and this has 1 channel; remove it")));
}

TEST(Processors, AreNotThereWhereAPrintStandsInForThem) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: K, file: k.wav, print: p.wav, inserts: [{type: reverb, impulse: no.wav}]}]\n"
      "    buses: [{name: B, print: b.wav, inserts: [{type: gain}]}]\n",
      {Recorded("b.wav", 2, 48000, 1000)});
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(timeline.inserts, ElementsAre(IsEmpty(), IsEmpty()));
  EXPECT_FALSE(album.sources.contains("no.wav"));
}

TEST(Processors, OfTheMasterStandByThemselves) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: K, file: k.wav}]\n"
      "    master: {inserts: [{type: limiter, name: Top}], automation: {\"insert:Top.drive\": [[0s, 2]]}}\n");
  const Timeline timeline = Resolve(album);
  ASSERT_EQ(timeline.master_inserts.size(), 1u);
  EXPECT_EQ(timeline.master_inserts[0].insert().limiter().ceiling(), -1);
  EXPECT_EQ(timeline.master_inserts[0].motions(0).parameter(), "drive");
  EXPECT_THAT(timeline.inserts, ElementsAre(IsEmpty()));
}

TEST(Processors, AreHeldAgainstTheRateOfTheSources) {
  const std::string track =
      "    tracks: [{name: K, file: k.wav, inserts: [{type: eq, bands: [{shape: bell, frequency: "
      "15000}]}]}]\n";
  EXPECT_THAT(ToldOf(track), IsEmpty());
  EXPECT_THAT(ToldOf(track, {Recorded("k.wav", 1, 24000, 1000)}),
              ElementsAre(HasSubstr("15000 Hz is above what 24000 Hz hold")));
}

TEST(MasterPrints, AreWholeFilesWithTheChannelsOfTheMaster) {
  PlannedAlbum album = SongOf("    tracks: [{name: K, file: k.wav}]\n    master: {print: m.wav}\n",
                              {Recorded("m.wav", 2, 48000, 1000)});
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  ASSERT_TRUE(timeline.master_print);
  EXPECT_THAT(test::RegionsOf(*timeline.master_print), ElementsAre("0+1000"));
  EXPECT_THAT(ToldOf("    tracks: [{name: K, file: k.wav}]\n    master: {print: m.wav}\n"),
              ElementsAre("songs[0].master.print: song \"One\": master: its print m.wav has 1 channel, the "
                          "master has 2 channels; write its `channels`, or print as many"));
}

TEST(MasterPrints, DoNotLengthenTheSongAndAreDoubtedWhereTheyEndElsewhere) {
  const auto told = [](int64_t frames) {
    PlannedAlbum album = SongOf("    tracks: [{name: K, file: k.wav}]\n    master: {print: m.wav}\n",
                                {Recorded("k.wav", 1, 48000, 480'000), Recorded("m.wav", 2, 48000, frames)});
    EXPECT_EQ(Resolve(album).frames, 480'000);
    return album.Told();
  };
  EXPECT_THAT(told(480'000 + 96'000), IsEmpty());
  EXPECT_THAT(told(480'000 - 96'000), IsEmpty());
  EXPECT_THAT(
      told(480'000 + 96'001),
      ElementsAre("warning: songs[0].master.print: song \"One\": master: its print m.wav ends at 12.000 "
                  "s, the song at 10.000 s; is it the master of this song, from its 0 on?"));
  EXPECT_THAT(told(480'000 - 96'001), ElementsAre(HasSubstr("ends at 8.000 s, the song at 10.000 s")));
}

}  // namespace
}  // namespace trackout
