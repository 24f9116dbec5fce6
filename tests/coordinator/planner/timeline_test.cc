// A song's tracks on its time line: rates, offsets, lengths, channels.
#include "coordinator/planner/timeline.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout {
namespace {

using test::PlannedAlbum;
using test::Recorded;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string SongText(const std::string& lines) {
  return test::AlbumText("{mixes: [master]}", "  - title: One\n" + lines);
}

Timeline Resolve(PlannedAlbum& album) {
  return ResolveTimeline(album.album, 0, album.sources, album.findings);
}

// What is told of a song with these clips of k.wav, which has one second at 44.1 kHz.
std::vector<std::string> ToldOfClips(const std::string& clips) {
  PlannedAlbum album(SongText("    tracks: [{name: K, clips: [" + clips + "]}]\n"),
                     {Recorded("k.wav", 1, 44100, 44100)});
  Resolve(album);
  return album.Told();
}

TEST(Timeline, AFileIsOneClipAtTheStart) {
  PlannedAlbum album(SongText("    tracks: [{name: K, file: k.wav}]\n"),
                     {Recorded("k.wav", 2, 96000, 12345)});
  const Timeline timeline = Resolve(album);
  EXPECT_EQ(timeline.sample_rate, 96000);
  EXPECT_EQ(timeline.frames, 12345);
  ASSERT_EQ(timeline.tracks.size(), 1u);
  EXPECT_EQ(timeline.tracks[0].channels(), 2);
  ASSERT_EQ(timeline.tracks[0].regions_size(), 1);
  const Region& region = timeline.tracks[0].regions(0);
  EXPECT_EQ(region.start_frame(), 0);
  EXPECT_EQ(region.offset_frame(), 0);
  EXPECT_EQ(region.frame_count(), 12345);
  EXPECT_TRUE(SameDigest(region.source(), DigestOf("k.wav")));
}

TEST(Timeline, ClipsStandWhereTheSpecSays) {
  PlannedAlbum album(SongText("    tracks: [{name: K, clips: [{file: k.wav, start: 12s, offset: 250ms, "
                              "length: 4410smp, gain: -3}]}]\n"),
                     {Recorded("k.wav", 1, 44100, 44100)});
  const Timeline timeline = Resolve(album);
  const Region& region = timeline.tracks[0].regions(0);
  EXPECT_EQ(region.start_frame(), 529'200);
  EXPECT_EQ(region.offset_frame(), 11'025);
  EXPECT_EQ(region.frame_count(), 4'410);
  EXPECT_EQ(region.gain_db(), -3);
  EXPECT_EQ(timeline.frames, 533'610);
}

TEST(Timeline, AClipLastsToTheEndOfItsFile) {
  PlannedAlbum album(SongText("    tracks: [{name: K, clips: [{file: k.wav, offset: 1000smp}]}]\n"),
                     {Recorded("k.wav", 1, 44100, 44100)});
  EXPECT_EQ(Resolve(album).tracks[0].regions(0).frame_count(), 43'100);
}

TEST(Timeline, TheSongEndsWithItsLastClip) {
  PlannedAlbum album(
      SongText("    tracks: [{name: A, clips: [{file: a.wav, start: 5000smp}]}, {name: B, file: b.wav}]\n"),
      {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 1, 48000, 5099)});
  EXPECT_EQ(Resolve(album).frames, 5100);
}

TEST(Timeline, SourcesOfTwoRatesAreAnError) {
  PlannedAlbum album(SongText("    tracks: [{name: A, file: a.wav}, {name: B, file: b.wav}]\n"),
                     {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 1, 44100, 100)});
  Resolve(album);
  EXPECT_THAT(album.Told(), ElementsAre(HasSubstr("songs[0].tracks[1].file: song \"One\": track \"B\": b.wav "
                                                  "has a sample rate of 44100 Hz, a.wav has 48000 Hz")));
}

TEST(Timeline, ASourceAtAnotherRateThanTheWrittenIsNotSupportedYet) {
  PlannedAlbum album(SongText("    sample_rate: 48000\n    tracks: [{name: A, file: a.wav}]\n"),
                     {Recorded("a.wav", 1, 44100, 100)});
  Resolve(album);
  EXPECT_THAT(album.Told(),
              ElementsAre(HasSubstr("the song is at 48000 Hz; converting rates is not supported yet")));
}

TEST(Timeline, AnOffsetLiesWithinItsFile) {
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 44099smp}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 1s}"),
              ElementsAre(HasSubstr("songs[0].tracks[0].clips[0].offset: song \"One\": track \"K\": offset "
                                    "1.000 s lies behind the end of k.wav (1.000 s)")));
}

TEST(Timeline, ALengthLiesWithinItsFile) {
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 500ms, length: 500ms}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, offset: 500ms, length: 501ms}"),
              ElementsAre(HasSubstr("clips[0].length: song \"One\": track \"K\": length 0.501 s reaches "
                                    "beyond the end of k.wav, which has 0.500 s after the offset")));
  EXPECT_THAT(ToldOfClips("{file: k.wav, length: 0s}"), ElementsAre(HasSubstr("has no length")));
}

TEST(Timeline, MoreThanTwoChannelsAreNotSupportedYet) {
  PlannedAlbum album(SongText("    tracks: [{name: A, file: a.wav}]\n"), {Recorded("a.wav", 6, 48000, 100)});
  Resolve(album);
  EXPECT_THAT(album.Told(),
              ElementsAre(HasSubstr("a.wav has 6 channels; more than two are not supported yet")));
}

TEST(Timeline, ATrackIsMonoOrStereo) {
  PlannedAlbum album(SongText("    tracks: [{name: A, clips: [{file: a.wav}, {file: b.wav, start: 1s}]}]\n"),
                     {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 2, 48000, 100)});
  Resolve(album);
  EXPECT_THAT(
      album.Told(),
      ElementsAre(HasSubstr(
          "clips[1].file: song \"One\": track \"A\": b.wav has 2 channel(s), the clips before it 1")));
}

TEST(Timeline, ClipsThatOverlapAreAWarning) {
  EXPECT_THAT(
      ToldOfClips("{file: k.wav}, {file: k.wav, start: 44099smp}"),
      ElementsAre(HasSubstr(
          "warning: songs[0].tracks[0].clips[1]: song \"One\": track \"K\": clip 2 overlaps clip 1")));
  EXPECT_THAT(ToldOfClips("{file: k.wav}, {file: k.wav, start: 44100smp}"), IsEmpty());
  EXPECT_THAT(ToldOfClips("{file: k.wav, start: 10s}, {file: k.wav}"), IsEmpty());
}

TEST(Timeline, PathsStandBelowTheFolderOfTheSong) {
  Song song;
  EXPECT_EQ(SourcePath(song, "k.wav"), "k.wav");
  song.set_folder("audio");
  EXPECT_EQ(SourcePath(song, "k.wav"), "audio/k.wav");
  EXPECT_EQ(SourcePath(song, "/mnt/k.wav"), "/mnt/k.wav");
  song.set_folder("audio/");
  EXPECT_EQ(SourcePath(song, "../k.wav"), "audio/../k.wav");
}

TEST(Timeline, EveryUseOfASourceIsListedInOrder) {
  const PlannedAlbum album(test::AlbumText(
      "{mixes: [master]}",
      "  - {title: One, folder: f, tracks: [{name: K, file: k.wav}]}\n"
      "  - {title: Two, tracks: [{name: V, clips: [{file: v.wav}, {file: w.wav, start: 1s}]}]}\n"));
  std::vector<std::string> uses;
  for (const SourceUse& use : SourceUses(album.album))
    uses.push_back(use.place + " " + use.path + " " + use.who);
  EXPECT_THAT(uses, ElementsAre("songs[0].tracks[0].file f/k.wav song \"One\": track \"K\"",
                                "songs[1].tracks[0].clips[0].file v.wav song \"Two\": track \"V\"",
                                "songs[1].tracks[0].clips[1].file w.wav song \"Two\": track \"V\""));
}

}  // namespace
}  // namespace trackout
