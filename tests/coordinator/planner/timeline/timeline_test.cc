// A song on its time line: the rate, the versions, the uses of its sources.
#include "coordinator/planner/timeline/timeline.h"

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

std::vector<std::string> StretchesOf(const Playlist& playlist) {
  std::vector<std::string> stretches;
  for (const Stretch& silence : playlist.silences())
    stretches.push_back(std::to_string(silence.from_frame()) + ".." + std::to_string(silence.to_frame()));
  return stretches;
}

// What is told where the song and each of its versions is resolved.
std::vector<std::string> ToldOfAll(const std::string& lines, const std::vector<Source>& recorded = {}) {
  PlannedAlbum album = SongOf(lines, recorded);
  for (int v = -1; v < album.album.songs(0).versions_size(); ++v) Resolve(album, v);
  return album.Told();
}

TEST(Timeline, SourcesOfTwoRatesAreAnError) {
  EXPECT_THAT(
      ToldOf("    tracks: [{name: A, file: a.wav}, {name: B, file: b.wav}, {name: C, file: c.wav}]\n",
             {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 1, 44100, 100),
              Recorded("c.wav", 1, 96000, 100)}),
      ElementsAre("songs[0].tracks[1].file: song \"One\": track \"B\": b.wav has 44100 Hz, a.wav has 48000 "
                  "Hz; write the song's sample_rate, and sources at another rate are converted"));
}

TEST(Timeline, PrintsAndVersionsAreSourcesToo) {
  const std::string print = "    tracks: [{name: A, file: a.wav, print: p.wav}]\n";
  EXPECT_THAT(
      ToldOf(print, {Recorded("p.wav", 1, 44100, 100)}),
      ElementsAre(HasSubstr("songs[0].tracks[0].print: song \"One\": track \"A\": p.wav has 44100 Hz, a.wav "
                            "has 48000 Hz")));
  const std::string version =
      "    tracks: [{name: A, file: a.wav}]\n"
      "    versions: [{name: Clean, replace: {A: [{file: c.wav}]}}]\n";
  EXPECT_THAT(
      ToldOf(version, {Recorded("c.wav", 1, 44100, 100)}),
      ElementsAre(HasSubstr("song \"One\": version \"Clean\": track \"A\": c.wav has 44100 Hz, a.wav has "
                            "48000 Hz")));
}

TEST(Timeline, ASourceAtAnotherRateThanTheWrittenIsConverted) {
  PlannedAlbum album = SongOf(
      "    sample_rate: 48000\n    tracks: [{name: A, file: a.wav}, {name: B, file: b.wav}, {name: C, file: "
      "a.wav}]\n",
      {Recorded("a.wav", 1, 44100, 44100)});
  const Timeline timeline = Resolve(album);
  // Told once for each source.
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: songs[0].tracks[0].file: song \"One\": track \"A\": a.wav has 44100 "
                          "Hz and is converted to the song's 48000 Hz"));
  EXPECT_EQ(timeline.sample_rate, 48000);
  EXPECT_EQ(timeline.frames, 48000);
  EXPECT_EQ(timeline.tracks[0].raw.regions(0).source_rate(), 44100);
  EXPECT_EQ(timeline.tracks[0].raw.regions(0).frame_count(), 48000);
  EXPECT_EQ(timeline.tracks[1].raw.regions(0).source_rate(), 0);
}

TEST(Timeline, AVersionHasOtherClips) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: V, file: v.wav}, {name: K, file: k.wav}]\n"
      "    versions: [{name: Clean, replace: {V: [{file: c.wav, length: 10smp}, {file: d.wav, start: "
      "900smp}]}}]\n");
  const Timeline song = Resolve(album);
  const Timeline clean = Resolve(album, 0);
  EXPECT_THAT(album.Told(), IsEmpty());
  EXPECT_EQ(song.version, "");
  EXPECT_EQ(clean.version, "Clean");
  EXPECT_THAT(RegionsOf(song.tracks[0].raw), ElementsAre("0+1000"));
  EXPECT_THAT(RegionsOf(clean.tracks[0].raw), ElementsAre("0+10", "900+1000"));
  EXPECT_TRUE(SameDigest(clean.tracks[0].raw.regions(1).source(), DigestOf("d.wav")));
  EXPECT_EQ(song.tracks[1].raw.SerializeAsString(), clean.tracks[1].raw.SerializeAsString());
  // All deliverables of a song have one length.
  EXPECT_EQ(song.frames, 1900);
  EXPECT_EQ(clean.frames, 1900);
}

TEST(Timeline, AVersionMaySilenceATrack) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: V, file: v.wav, di: d.wav, print: p.wav}, {name: K, file: k.wav}]\n"
      "    versions: [{name: Clean, silence: {V: [[700smp, 800smp], [100smp, 200smp], [150smp, "
      "300smp]]}}]\n");
  const Timeline song = Resolve(album);
  const Timeline clean = Resolve(album, 0);
  EXPECT_THAT(album.Told(), IsEmpty());
  EXPECT_THAT(StretchesOf(song.tracks[0].raw), IsEmpty());
  EXPECT_THAT(StretchesOf(clean.tracks[0].raw), ElementsAre("100..300", "700..800"));
  EXPECT_THAT(StretchesOf(*clean.tracks[0].di), ElementsAre("100..300", "700..800"));
  EXPECT_THAT(StretchesOf(*clean.tracks[0].print), ElementsAre("100..300", "700..800"));
  EXPECT_THAT(StretchesOf(clean.tracks[1].raw), IsEmpty());
}

TEST(Timeline, ASilenceThatHidesNothingIsDoubted) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: V, clips: [{file: v.wav, start: 1s}]}]\n"
      "    versions: [{name: Clean, silence: {V: [[0s, 900ms], [1s, 1010ms]]}}]\n");
  Resolve(album, 0);
  EXPECT_THAT(album.Told(), ElementsAre(testing::HasSubstr(
                                "version \"Clean\": track \"V\" plays nothing from 0.000 s to 0.900 s, "
                                "so there is nothing to silence")));
}

TEST(Timeline, ASilenceBeginsBeforeItEnds) {
  // In samples and in seconds: only the rate of the sources tells which is first.
  PlannedAlbum album = SongOf(
      "    tracks: [{name: V, file: v.wav}]\n"
      "    versions: [{name: Clean, silence: {V: [[96000smp, 1s]]}}]\n");
  Resolve(album, 0);
  EXPECT_THAT(
      album.Told(),
      ElementsAre(
          "songs[0].versions[0].silence[0]: song \"One\": version \"Clean\": track \"V\": the silence "
          "from 2.000 s to 1.000 s ends before it begins; write [from, to]"));
}

TEST(Timeline, WhatAVersionHasWrongStandsInTheVersion) {
  const std::string lines =
      "    tracks: [{name: V, file: v.wav, width: 50}, {name: K, file: k.wav}]\n"
      "    versions: [{name: Clean, replace: {K: [{file: c.wav}, {file: c.wav, start: 1s, offset: 1s}]}},"
      " {name: Mono, replace: {V: [{file: k.wav}]}}]\n";
  EXPECT_THAT(
      ToldOfAll(lines, {Recorded("v.wav", 2, 48000, 100)}),
      ElementsAre(
          "songs[0].versions[0].replace[0].clips[1].offset: song \"One\": version \"Clean\": track "
          "\"K\": offset 1.000 s lies behind the end of c.wav (0.021 s)",
          "songs[0].tracks[0].width: song \"One\": version \"Mono\": track \"V\": width is for stereo, "
          "and this track has 1 channel; leave width out"));
}

TEST(Timeline, ASongAndItsVersionsTellOfOneThingOnce) {
  EXPECT_THAT(
      ToldOfAll("    tracks: [{name: V, clips: [{file: v.wav}, {file: v.wav}, {file: v.wav, offset: 1s}]}]\n"
                "    versions: [{name: Clean}, {name: Live}]\n"),
      ElementsAre(HasSubstr("clips[2].offset: song \"One\": track \"V\": offset 1.000 s"),
                  HasSubstr("clips[1]: song \"One\": track \"V\": clip 2 overlaps clip 1")));
}

TEST(Timeline, OtherClipsHaveNoTwin) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: V, file: v.wav, di: d.wav}]\n"
      "    versions: [{name: Clean, replace: {V: [{file: c.wav}]}}]\n");
  EXPECT_TRUE(Resolve(album).tracks[0].di);
  EXPECT_THAT(album.Told(), IsEmpty());
  EXPECT_FALSE(Resolve(album, 0).tracks[0].di);
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: songs[0].versions[0].replace[0]: song \"One\": version \"Clean\": "
                          "track \"V\" has other clips there, of which its di is not the twin; the di is "
                          "left out of this version"));
}

TEST(Timeline, APrintHidesOtherClips) {
  EXPECT_THAT(
      ToldOfAll("    tracks: [{name: V, file: v.wav, print: p.wav}]\n"
                "    versions: [{name: Clean, replace: {V: [{file: c.wav}]}}]\n"),
      ElementsAre(
          "songs[0].versions[0].replace[0]: song \"One\": version \"Clean\": track \"V\" has a print, "
          "which stands in for its clips, so other clips would not be heard; take the track out of "
          "replace (`silence` works on prints), or take the print out of the track"));
}

TEST(Timeline, ABusesPrintPlaysOnInAVersion) {
  const std::string rest =
      "    tracks: [{name: V, file: v.wav, bus: Lead}, {name: K, file: k.wav}]\n"
      "    buses: [{name: Lead, bus: Vox}, {name: Vox, print: p.wav}]\n    versions: ";
  const std::vector<Source> recorded = {Recorded("p.wav", 2, 48000, 1000)};
  const auto warning = ElementsAre(
      "warning: songs[0].versions[0]: song \"One\": version \"Clean\": track \"V\" runs into the bus "
      "\"Vox\", whose print plays on as it is: mixes and stems do not hear the change");
  EXPECT_THAT(ToldOfAll(rest + "[{name: Clean, silence: {V: [[0, 1ms]]}}]\n", recorded), warning);
  EXPECT_THAT(ToldOfAll(rest + "[{name: Clean, replace: {V: [{file: c.wav}]}}]\n", recorded), warning);
  EXPECT_THAT(ToldOfAll(rest + "[{name: Clean, silence: {K: [[0, 1ms]]}}]\n", recorded), IsEmpty());
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
      "  - {title: One, folder: f, tracks: [{name: K, file: k.wav, print: kp.wav, di: kd.wav, bus: B,"
      " sends: [{to: R}]}], buses: [{name: B, print: b.wav}], returns: [{name: R, print: r.wav}],"
      " versions: [{name: Live}, {name: Clean, replace: {K: [{file: c.wav}, {file: d.wav, start: 1s}]}}]}\n"
      "  - {title: Two, tracks: [{name: V, clips: [{file: v.wav}, {file: w.wav, start: 1s}]}]}\n"));
  std::vector<std::string> uses;
  for (const SourceUse& use : SourceUses(album.album))
    uses.push_back(use.place + " " + use.path + " " + use.who);
  const std::string clean = "songs[0].versions[1].replace[0].clips";
  const std::string who = " song \"One\": version \"Clean\": track \"K\"";
  EXPECT_THAT(uses, ElementsAre("songs[0].tracks[0].file f/k.wav song \"One\": track \"K\"",
                                "songs[0].tracks[0].di f/kd.wav song \"One\": track \"K\"",
                                "songs[0].tracks[0].print f/kp.wav song \"One\": track \"K\"",
                                "songs[0].buses[0].print f/b.wav song \"One\": bus \"B\"",
                                "songs[0].returns[0].print f/r.wav song \"One\": return \"R\"",
                                clean + "[0].file f/c.wav" + who, clean + "[1].file f/d.wav" + who,
                                "songs[1].tracks[0].clips[0].file v.wav song \"Two\": track \"V\"",
                                "songs[1].tracks[0].clips[1].file w.wav song \"Two\": track \"V\""));
}

TEST(Timeline, FindingsOfVersionsStandInTheirLines) {
  const std::string text = test::AlbumText("{mixes: [master]}",
                                           "  - title: One\n"
                                           "    tracks: [{name: V, file: v.wav}]\n"
                                           "    versions:\n"
                                           "      - name: Clean\n"
                                           "        replace:\n"
                                           "          V:\n"
                                           "            - {file: c.wav, offset: 1s}\n");
  PlannedAlbum album(text);
  Resolve(album, 0);
  ASSERT_EQ(album.findings.size(), 1u);
  Locate(ReadSpecText("album.yaml", text, Solo::kRefuse), album.findings);
  EXPECT_EQ(album.findings[0].line(), 11);
}

}  // namespace
}  // namespace trackout
