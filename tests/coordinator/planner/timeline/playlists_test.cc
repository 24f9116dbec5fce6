// What a track plays: clips with their offsets, lengths, fades and channels, its twin, its print.
#include "coordinator/planner/timeline/playlists.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/timeline/resolved_song.h"

namespace trackout {
namespace {

using test::PlannedAlbum;
using test::Recorded;
using test::RegionsOf;
using test::Resolve;
using test::SongOf;
using test::ToldOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A track of these clips; k.wav has one second of mono at 44.1 kHz.
PlannedAlbum Clips(const std::string& clips, const std::vector<Source>& more = {}) {
  std::vector<Source> recorded = more;
  recorded.push_back(Recorded("k.wav", 1, 44100, 44100));
  return SongOf("    tracks: [{name: K, clips: [" + clips + "]}]\n", recorded);
}

std::vector<std::string> ToldOfClips(const std::string& clips) {
  PlannedAlbum album = Clips(clips);
  Resolve(album);
  return album.Told();
}

// Of a track with these keys.
std::vector<std::string> ToldOfTrack(const std::string& keys, const std::vector<Source>& recorded) {
  return ToldOf("    sample_rate: 48000\n    tracks: [{name: K, " + keys + "}]\n", recorded);
}

TEST(Playlists, AFileIsOneClipAtTheStart) {
  PlannedAlbum album = SongOf("    tracks: [{name: K, file: k.wav}]\n", {Recorded("k.wav", 2, 96000, 12345)});
  const Timeline timeline = Resolve(album);
  EXPECT_EQ(timeline.sample_rate, 96000);
  EXPECT_EQ(timeline.frames, 12345);
  ASSERT_EQ(timeline.tracks.size(), 1u);
  EXPECT_EQ(timeline.tracks[0].raw.channels(), 2);
  ASSERT_EQ(timeline.tracks[0].raw.regions_size(), 1);
  const Region& region = timeline.tracks[0].raw.regions(0);
  EXPECT_EQ(region.start_frame(), 0);
  EXPECT_EQ(region.offset_frame(), 0);
  EXPECT_EQ(region.frame_count(), 12345);
  EXPECT_EQ(region.source_rate(), 0);
  EXPECT_THAT(region.channels(), IsEmpty());
  EXPECT_TRUE(SameDigest(region.source(), DigestOf("k.wav")));
  EXPECT_FALSE(timeline.tracks[0].di);
  EXPECT_FALSE(timeline.tracks[0].print);
}

TEST(Playlists, ClipsStandWhereTheSpecSays) {
  PlannedAlbum album = Clips("{file: k.wav, start: 12s, offset: 250ms, length: 4410smp, gain: -3}");
  const Timeline timeline = Resolve(album);
  const Region& region = timeline.tracks[0].raw.regions(0);
  EXPECT_EQ(region.start_frame(), 529'200);
  EXPECT_EQ(region.offset_frame(), 11'025);
  EXPECT_EQ(region.frame_count(), 4'410);
  EXPECT_EQ(region.gain_db(), -3);
  EXPECT_EQ(timeline.frames, 533'610);
}

TEST(Playlists, AMusicalStartGoesByTheTempo) {
  PlannedAlbum album = SongOf(
      "    tempo: [{bar: 1, bpm: 120, meter: 4/4}]\n    bar_1_at: 500ms\n"
      "    tracks: [{name: K, clips: [{file: k.wav, start: 3|2|1}]}]\n");
  // Two bars of two seconds, one beat of half a second.
  EXPECT_EQ(Resolve(album).tracks[0].raw.regions(0).start_frame(), 48000 * 5);
  EXPECT_THAT(album.Told(), IsEmpty());
}

TEST(Playlists, AClipLastsToTheEndOfItsFile) {
  PlannedAlbum album = Clips("{file: k.wav, offset: 1000smp}");
  EXPECT_EQ(Resolve(album).tracks[0].raw.regions(0).frame_count(), 43'100);
}

TEST(Playlists, AnOffsetLiesWithinItsFile) {
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 44099smp}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 1s}"),
              ElementsAre(HasSubstr("songs[0].tracks[0].clips[0].offset: song \"One\": track \"K\": offset "
                                    "1.000 s lies behind the end of k.wav (1.000 s)")));
}

TEST(Playlists, ALengthLiesWithinItsFile) {
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 500ms, length: 500ms}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 500ms, length: 501ms}"),
              ElementsAre(HasSubstr("clips[0].length: song \"One\": track \"K\": length 0.501 s reaches "
                                    "beyond the end of k.wav, which has 0.500 s after the offset")));
  EXPECT_THAT(ToldOfClips("{file: k.wav, length: 0s}"), ElementsAre(HasSubstr("has no length")));
}

TEST(Playlists, LengthsOfAConvertedFileCountAtTheRateOfTheSong) {
  PlannedAlbum album = SongOf(
      "    sample_rate: 48000\n"
      "    tracks: [{name: K, clips: [{file: k.wav, offset: 500ms}, {file: k.wav, start: 2s, length: "
      "1s}]}]\n",
      {Recorded("k.wav", 1, 44100, 44101)});
  const Playlist raw = Resolve(album).tracks[0].raw;
  EXPECT_THAT(RegionsOf(raw), ElementsAre("0+24002", "96000+48000"));  // 44101 frames become 48002
  EXPECT_EQ(raw.regions(0).offset_frame(), 24'000);
  EXPECT_EQ(raw.regions(0).source_rate(), 44100);
  EXPECT_EQ(raw.regions(1).source_rate(), 44100);
}

TEST(Playlists, FadesHaveTheLengthAndShapeOfTheClip) {
  PlannedAlbum album =
      Clips("{file: k.wav, fade_in: 10ms, fade_out: 20ms, fade_shape: s_curve}, {file: k.wav, start: 1s}");
  const Playlist raw = Resolve(album).tracks[0].raw;
  EXPECT_EQ(raw.regions(0).fade_in().frames(), 441);
  EXPECT_EQ(raw.regions(0).fade_out().frames(), 882);
  EXPECT_EQ(raw.regions(0).fade_in().shape(), FADE_S_CURVE);
  EXPECT_EQ(raw.regions(0).fade_out().shape(), FADE_S_CURVE);
  EXPECT_FALSE(raw.regions(1).has_fade_in());
  EXPECT_FALSE(raw.regions(1).has_fade_out());
}

TEST(Playlists, FadesFitIntoTheirClip) {
  EXPECT_THAT(ToldOfClips("{file: k.wav, fade_in: 400ms, fade_out: 600ms}"), IsEmpty());
  EXPECT_THAT(
      ToldOfClips("{file: k.wav, fade_in: 400ms, fade_out: 601ms}"),
      ElementsAre("songs[0].tracks[0].clips[0].fade_in: song \"One\": track \"K\": fade_in and fade_out of "
                  "the clip of k.wav last 1.001 s together, the clip lasts 1.000 s; shorten them"));
  EXPECT_THAT(ToldOfClips("{file: k.wav, length: 100ms, fade_out: 200ms}"),
              ElementsAre(HasSubstr("clips[0].fade_out: song \"One\"")));
}

TEST(Playlists, AClipPicksChannels) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: A, clips: [{file: poly.wav, channels: 3}]},"
      " {name: B, clips: [{file: poly.wav, channels: [5, 4]}]},"
      " {name: C, clips: [{file: two.wav, channels: [1, 2]}]},"
      " {name: D, clips: [{file: two.wav, channels: [2, 1]}]}]\n",
      {Recorded("poly.wav", 5, 48000, 100), Recorded("two.wav", 2, 48000, 100)});
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  EXPECT_EQ(timeline.tracks[0].raw.channels(), 1);
  EXPECT_THAT(timeline.tracks[0].raw.regions(0).channels(), ElementsAre(2));
  EXPECT_EQ(timeline.tracks[1].raw.channels(), 2);
  EXPECT_THAT(timeline.tracks[1].raw.regions(0).channels(), ElementsAre(4, 3));
  // All of a file in order is no choice: equal sound is an equal job.
  EXPECT_THAT(timeline.tracks[2].raw.regions(0).channels(), IsEmpty());
  EXPECT_THAT(timeline.tracks[3].raw.regions(0).channels(), ElementsAre(1, 0));
}

TEST(Playlists, ChannelsLieWithinTheFile) {
  EXPECT_THAT(
      ToldOfTrack("clips: [{file: a.wav, channels: [1, 3]}]", {Recorded("a.wav", 2, 48000, 100)}),
      ElementsAre("songs[0].tracks[0].clips[0].channels: song \"One\": track \"K\": no channel 3 in a.wav, "
                  "which has 2 channels; channels count from 1"));
}

TEST(Playlists, ChannelsAreALayout) {
  for (const int channels : {1, 2, 3, 4, 6, 8}) {
    EXPECT_THAT(ToldOfTrack("file: a.wav", {Recorded("a.wav", channels, 48000, 100)}), IsEmpty()) << channels;
  }
  for (const int channels : {5, 7, 9, 64}) {
    EXPECT_THAT(
        ToldOfTrack("file: a.wav", {Recorded("a.wav", channels, 48000, 100)}),
        ElementsAre(HasSubstr("channels, which is no layout (1, 2, 3, 4, 6 or 8); make it a clip that picks "
                              "some: clips: [{file: a.wav, channels: [1, 2]}]")))
        << channels;
  }
  EXPECT_THAT(
      ToldOfTrack("clips: [{file: a.wav}]", {Recorded("a.wav", 5, 48000, 100)}),
      ElementsAre("songs[0].tracks[0].clips[0].file: song \"One\": track \"K\": a.wav has 5 channels, which "
                  "is no layout (1, 2, 3, 4, 6 or 8); pick some with `channels`"));
}

TEST(Playlists, TheClipsOfATrackHaveEquallyManyChannels) {
  EXPECT_THAT(
      ToldOfTrack("clips: [{file: a.wav}, {file: b.wav, start: 1s}]",
                  {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 2, 48000, 100)}),
      ElementsAre("songs[0].tracks[0].clips[1].file: song \"One\": track \"K\": clip 2 (b.wav) has 2 "
                  "channels, the clips before it 1; the clips of a track have equally many (`channels` "
                  "picks some of a file's)"));
  EXPECT_THAT(ToldOfTrack("clips: [{file: a.wav}, {file: b.wav, start: 1s, channels: 2}]",
                          {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 2, 48000, 100)}),
              IsEmpty());
}

TEST(Playlists, ClipsThatOverlapAreAWarning) {
  EXPECT_THAT(
      ToldOfClips("{file: k.wav}, {file: k.wav, start: 44099smp}"),
      ElementsAre(
          "warning: songs[0].tracks[0].clips[1]: song \"One\": track \"K\": clip 2 overlaps clip 1, and "
          "neither is faded there; they add up"));
  EXPECT_THAT(ToldOfClips("{file: k.wav}, {file: k.wav, start: 44100smp}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, start: 10s}, {file: k.wav}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, start: 500ms}, {file: k.wav, start: 20s}, {file: k.wav}"),
              ElementsAre(HasSubstr("clips[2]: song \"One\": track \"K\": clip 3 overlaps clip 1")));
}

TEST(Playlists, ClipsThatAreFadedWhereTheyOverlapAreNone) {
  EXPECT_THAT(ToldOfClips("{file: k.wav, fade_out: 10ms}, {file: k.wav, start: 990ms}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav}, {file: k.wav, start: 990ms, fade_in: 10ms}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav}, {file: k.wav, start: 200ms, length: 100ms, fade_out: 1ms}"),
              IsEmpty());
  // A fade at the other end is none there.
  EXPECT_THAT(ToldOfClips("{file: k.wav, fade_in: 10ms}, {file: k.wav, start: 990ms, fade_out: 10ms}"),
              ElementsAre(HasSubstr("neither is faded there")));
  // The faded pair does not hide the other.
  EXPECT_THAT(
      ToldOfClips("{file: k.wav, fade_out: 10ms}, {file: k.wav, start: 990ms}, {file: k.wav, start: 1900ms}"),
      ElementsAre(HasSubstr("clip 3 overlaps clip 2")));
}

TEST(Playlists, WidthAndTwoPansAreForStereo) {
  const std::vector<Source> mono = {Recorded("a.wav", 1, 48000, 100)};
  const std::vector<Source> stereo = {Recorded("a.wav", 2, 48000, 100)};
  EXPECT_THAT(ToldOfTrack("file: a.wav, width: 150, pan: [-50, 50]", stereo), IsEmpty());
  EXPECT_THAT(ToldOfTrack("file: a.wav, width: 100, pan: 20", mono), IsEmpty());
  EXPECT_THAT(
      ToldOfTrack("file: a.wav, width: 150", mono),
      ElementsAre("songs[0].tracks[0].width: song \"One\": track \"K\": width is for stereo, and this track "
                  "has 1 channel; leave width out"));
  EXPECT_THAT(
      ToldOfTrack("file: a.wav, pan: [-50, 50]", {Recorded("a.wav", 6, 48000, 100)}),
      ElementsAre("songs[0].tracks[0].pan: song \"One\": track \"K\": a pan for each side ([left, right]) is "
                  "for stereo, and this track has 6 channels; write one pan"));
  // What is heard is the print.
  EXPECT_THAT(ToldOfTrack("file: a.wav, print: p.wav, width: 150",
                          {Recorded("a.wav", 1, 48000, 100), Recorded("p.wav", 2, 48000, 100)}),
              IsEmpty());
}

TEST(Playlists, ATwinIsEditedAlike) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: K, di: d.wav, clips: [{file: k.wav, start: 1s, offset: 100smp, length: 200smp, "
      "gain: -3, "
      "fade_in: 1ms}, {file: k.wav}]}]\n",
      {Recorded("d.wav", 1, 48000, 1000)});
  const TimedTrack track = Resolve(album).tracks[0];
  EXPECT_THAT(album.Told(), IsEmpty());
  ASSERT_TRUE(track.di);
  EXPECT_EQ(track.di->channels(), 1);
  Playlist expected = track.raw;
  for (Region& region : *expected.mutable_regions()) *region.mutable_source() = DigestOf("d.wav");
  EXPECT_EQ(track.di->SerializeAsString(), expected.SerializeAsString());
}

TEST(Playlists, ATwinPicksChannelsAsItsTrackDoes) {
  const std::string lines = "    tracks: [{name: K, di: d.wav, clips: [{file: k.wav, channels: [3]}]}]\n";
  PlannedAlbum alike = SongOf(lines, {Recorded("k.wav", 4, 48000, 100), Recorded("d.wav", 4, 48000, 100)});
  const TimedTrack same = Resolve(alike).tracks[0];
  EXPECT_EQ(same.di->channels(), 1);
  EXPECT_THAT(same.di->regions(0).channels(), ElementsAre(2));
  PlannedAlbum other = SongOf(lines, {Recorded("k.wav", 4, 48000, 100), Recorded("d.wav", 2, 48000, 100)});
  const TimedTrack whole = Resolve(other).tracks[0];
  EXPECT_EQ(whole.di->channels(), 2);
  EXPECT_THAT(whole.di->regions(0).channels(), IsEmpty());
  EXPECT_THAT(
      ToldOf(lines, {Recorded("k.wav", 4, 48000, 100), Recorded("d.wav", 5, 48000, 100)}),
      ElementsAre(HasSubstr("tracks[0].di: song \"One\": track \"K\": its di d.wav has 5 channels, which is "
                            "no layout")));
}

TEST(Playlists, ATwinFitsItsTrack) {
  EXPECT_THAT(
      ToldOfTrack("di: d.wav, clips: [{file: a.wav}, {file: b.wav, start: 1s}]", {}),
      ElementsAre("songs[0].tracks[0].di: song \"One\": track \"K\": its clips read a.wav and b.wav, one di "
                  "is the twin of one file; make a track of each file"));
  EXPECT_THAT(
      ToldOfTrack("di: d.wav, file: a.wav", {Recorded("d.wav", 1, 48000, 999)}),
      ElementsAre(
          "songs[0].tracks[0].di: song \"One\": track \"K\": its di d.wav has 999 frames at 48000 Hz, "
          "the clips of a.wav need 1000; give the twin the length of the track's file"));
  EXPECT_THAT(
      ToldOfTrack("di: d.wav, clips: [{file: a.wav, length: 999smp}]", {Recorded("d.wav", 1, 48000, 999)}),
      IsEmpty());
  EXPECT_THAT(
      ToldOfTrack("di: d.wav, file: a.wav", {Recorded("d.wav", 1, 44100, 1000)}),
      ElementsAre(HasSubstr("warning: songs[0].tracks[0].di"),
                  "songs[0].tracks[0].di: song \"One\": track \"K\": its di d.wav has 44100 Hz, a.wav has "
                  "48000 Hz; give the twin the rate of the track's file"));
}

TEST(Playlists, APrintIsAWholeFileFromTheStart) {
  PlannedAlbum album = SongOf(
      "    sample_rate: 48000\n"
      "    tracks: [{name: K, print: p.wav, clips: [{file: k.wav, start: 1s, gain: -6}]}]\n",
      {Recorded("p.wav", 2, 44100, 44100 * 3)});
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: songs[0].tracks[0].print: song \"One\": track \"K\": p.wav has "
                          "44100 Hz and is converted to the song's 48000 Hz"));
  ASSERT_TRUE(timeline.tracks[0].print);
  const Playlist& print = *timeline.tracks[0].print;
  EXPECT_EQ(print.channels(), 2);
  EXPECT_THAT(RegionsOf(print), ElementsAre("0+144000"));
  EXPECT_EQ(print.regions(0).gain_db(), 0);
  EXPECT_EQ(print.regions(0).source_rate(), 44100);
  EXPECT_EQ(timeline.tracks[0].raw.channels(), 1);
  EXPECT_EQ(timeline.frames, 144'000);
  EXPECT_EQ(ChannelsOf(Routing(album.album.songs(0)), timeline, 0), 2);
}

TEST(Playlists, APrintHasALayoutAndSound) {
  EXPECT_THAT(
      ToldOfTrack("file: a.wav, print: p.wav", {Recorded("p.wav", 7, 48000, 100)}),
      ElementsAre(
          "songs[0].tracks[0].print: song \"One\": track \"K\": its print p.wav has 7 channels, which "
          "is no layout (1, 2, 3, 4, 6 or 8); print one of these"));
  EXPECT_THAT(ToldOfTrack("file: a.wav, print: p.wav", {Recorded("p.wav", 2, 48000, 0)}),
              ElementsAre(HasSubstr("there is no sound in its print p.wav")));
}

TEST(Playlists, ABusesPrintHasTheLayoutOfTheBus) {
  const std::string lines =
      "    tracks: [{name: K, file: k.wav, bus: Drums, sends: [{to: Plate}]}]\n"
      "    buses: [{name: Drums, print: d.wav, channels: CHANNELS}]\n"
      "    returns: [{name: Plate, print: r.wav}]\n";
  const auto with = [&](const std::string& channels) {
    std::string text = lines;
    return text.replace(text.find("CHANNELS"), 8, channels);
  };
  const std::vector<Source> recorded = {Recorded("d.wav", 6, 48000, 3000), Recorded("r.wav", 2, 48000, 500)};
  PlannedAlbum album = SongOf(with("'5.1'"), recorded);
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  ASSERT_EQ(timeline.bus_prints.size(), 2u);
  EXPECT_THAT(RegionsOf(timeline.bus_prints.at(1)), ElementsAre("0+3000"));
  EXPECT_EQ(timeline.bus_prints.at(1).channels(), 6);
  EXPECT_THAT(RegionsOf(timeline.bus_prints.at(2)), ElementsAre("0+500"));
  EXPECT_EQ(timeline.frames, 3000);
  const Routing routing(album.album.songs(0));
  EXPECT_EQ(ChannelsOf(routing, timeline, 0), 1);
  EXPECT_EQ(ChannelsOf(routing, timeline, 1), 6);
  EXPECT_EQ(ChannelsOf(routing, timeline, 2), 2);
  EXPECT_THAT(
      ToldOf(with("stereo"), recorded),
      ElementsAre("songs[0].buses[0].print: song \"One\": bus \"Drums\": its print d.wav has 6 channels, the "
                  "bus has 2 channels; write its `channels`, or print as many"));
  EXPECT_THAT(
      ToldOf(with("'5.1'"), {recorded[0], Recorded("r.wav", 1, 48000, 500)}),
      ElementsAre("songs[0].returns[0].print: song \"One\": return \"Plate\": its print r.wav has 1 channel, "
                  "the return has 2 channels; write its `channels`, or print as many"));
}

}  // namespace
}  // namespace trackout
