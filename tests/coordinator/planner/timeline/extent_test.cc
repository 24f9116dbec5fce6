// How long a song is: clips, tails, start and length.
#include "coordinator/planner/timeline/extent.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planner/timeline/resolved_song.h"

namespace trackout {
namespace {

using test::PlannedAlbum;
using test::Recorded;
using test::Resolve;
using test::SongOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// start_frame, frames, final_fade_frames.
using Extent = std::vector<int64_t>;

Extent ExtentOf(PlannedAlbum& album, int version = -1) {
  const Timeline timeline = Resolve(album, version);
  return {timeline.start_frame, timeline.frames, timeline.final_fade_frames};
}

// Ten seconds of k.wav.
constexpr int64_t kSecond = 48'000;
std::vector<Source> TenSeconds() {
  return {Recorded("k.wav", 1, 48000, 10 * kSecond)};
}

PlannedAlbum TenSecondsOf(const std::string& lines) {
  return SongOf("    tracks: [{name: K, file: k.wav}]\n" + lines, TenSeconds());
}

// The frames behind the last clip, which ends after ten seconds, of a song with these tracks, buses and
// returns.
int64_t TailOf(const std::string& lines, const std::vector<Source>& more = {}) {
  std::vector<Source> recorded = more;
  recorded.push_back(TenSeconds()[0]);
  PlannedAlbum album = SongOf(lines, recorded);
  const Extent extent = ExtentOf(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  return extent[1] - 10 * kSecond;
}

TEST(Extent, TheSongEndsWithItsLastClip) {
  PlannedAlbum album =
      SongOf("    tracks: [{name: A, clips: [{file: a.wav, start: 5000smp}]}, {name: B, file: b.wav}]\n",
             {Recorded("a.wav", 1, 48000, 100), Recorded("b.wav", 1, 48000, 5099)});
  EXPECT_EQ(ExtentOf(album), (Extent{0, 5100, 0}));
}

TEST(Extent, MutedTracksCountAsRawTracksAreDelivered) {
  PlannedAlbum album = SongOf("    tracks: [{name: A, file: a.wav}, {name: B, file: b.wav, mute: true}]\n",
                              {Recorded("b.wav", 1, 48000, 5000)});
  EXPECT_EQ(ExtentOf(album), (Extent{0, 5000, 0}));
}

TEST(Extent, ALongerVersionMakesTheSongLonger) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: A, file: a.wav}]\n"
      "    versions: [{name: Live, replace: {A: [{file: a.wav, start: 4000smp}]}}, {name: Short}]\n");
  for (const int version : {-1, 0, 1}) EXPECT_EQ(ExtentOf(album, version), (Extent{0, 5000, 0})) << version;
}

TEST(Extent, ATailIsAdded) {
  PlannedAlbum album = TenSecondsOf("    tail: 2500ms\n");
  EXPECT_EQ(ExtentOf(album), (Extent{0, 12 * kSecond + kSecond / 2, 0}));
  EXPECT_THAT(album.Told(), IsEmpty());
  PlannedAlbum automatic = TenSecondsOf("    tail: auto\n");
  EXPECT_EQ(ExtentOf(automatic), (Extent{0, 10 * kSecond, 0}));
}

TEST(Extent, DelaysRingOnInWholeSeconds) {
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, delay: 1smp}]\n"), kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, delay: 1s}]\n"), kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, delay: 1001ms}]\n"), 2 * kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, delay: -1s}]\n"), 0);
  // A written tail is the tail.
  EXPECT_EQ(TailOf("    tail: 0\n    tracks: [{name: K, file: k.wav, delay: 1s}]\n"), 0);
}

TEST(Extent, OnlyWhatRingsBeyondTheLastClipCounts) {
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}, {name: S, file: s.wav, delay: 9s}]\n",
                   {Recorded("s.wav", 1, 48000, kSecond)}),
            0);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}, {name: S, file: s.wav, delay: 9001ms}]\n",
                   {Recorded("s.wav", 1, 48000, kSecond)}),
            kSecond);
}

TEST(Extent, DelaysOnTheWayAddUp) {
  const std::string buses = "    buses: [{name: A, bus: B, delay: 700ms}, {name: B, delay: 600ms}]\n";
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, bus: A}]\n" + buses), 2 * kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, bus: A, delay: 701ms}]\n" + buses), 3 * kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, bus: A, delay: -600ms}]\n" + buses), kSecond);
}

TEST(Extent, ADelayAheadOfTheSongIsMadeGoodByALaterOne) {
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}, {name: M, file: m.wav, bus: A, delay: -12s}]\n"
                   "    buses: [{name: A, bus: B, delay: 9s}, {name: B, delay: 4s}]\n",
                   {Recorded("m.wav", 1, 48000, 10 * kSecond)}),
            kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}, {name: M, file: m.wav, bus: A, delay: -9s}]\n"
                   "    buses: [{name: A, bus: B, delay: 9s}, {name: B, delay: 9s}]\n",
                   {Recorded("m.wav", 1, 48000, kSecond)}),
            0);
}

TEST(Extent, SendsReachDelaysToo) {
  const std::string returns =
      "    returns: [{name: Echo, delay: 2s, sends: [{to: Far}]}, {name: Far, delay: 3s}]\n";
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, sends: [{to: Echo}]}]\n" + returns), 5 * kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, sends: [{to: Far}]}, {name: M, file: m.wav, sends: "
                   "[{to: Echo}], mute: true}]\n" +
                   returns),
            3 * kSecond);
}

TEST(Extent, WhatIsNotHeardDoesNotRing) {
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}, {name: M, file: k.wav, delay: 5s, mute: true}]\n"),
            0);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}, {name: M, file: k.wav, bus: B}]\n"
                   "    buses: [{name: B, delay: 5s, mute: true}]\n"),
            0);
}

TEST(Extent, APrintHasItsDelayInIt) {
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, print: k.wav, delay: 5s}]\n"), 0);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, bus: B, delay: 5s}]\n    buses: [{name: B, print: "
                   "p.wav, delay: 5s}]\n",
                   {Recorded("p.wav", 2, 48000, kSecond)}),
            0);
}

TEST(Extent, InsertsRingOnAlongTheWay) {
  const std::string echo = "{type: delay, time: 400ms, feedback: 0}";
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, inserts: [{type: gain}, {type: compressor}]}]\n"), 0);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, inserts: [{type: reverb, decay: 1980ms}]}]\n"),
            2 * kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, inserts: [{type: reverb, decay: 1981ms}]}]\n"),
            3 * kSecond);
  // Inserts of one strip, of strips behind it, and of the master add up.
  EXPECT_EQ(
      TailOf("    tracks: [{name: K, file: k.wav, inserts: [" + echo + ", " + echo + ", " + echo + "]}]\n"),
      2 * kSecond);
  EXPECT_EQ(
      TailOf("    tracks: [{name: K, file: k.wav, bus: B, inserts: [" + echo +
             "]}]\n    buses: [{name: B, inserts: [" + echo + "]}]\n    master: {inserts: [" + echo + "]}\n"),
      2 * kSecond);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, sends: [{to: R}]}]\n"
                   "    returns: [{name: R, inserts: [{type: reverb, decay: 4s}]}]\n"),
            5 * kSecond);
}

TEST(Extent, InsertsThatAreNotHeardDoNotRing) {
  const std::string hall = "inserts: [{type: reverb, decay: 5s}]";
  EXPECT_EQ(
      TailOf("    tracks: [{name: K, file: k.wav}, {name: M, file: k.wav, mute: true, " + hall + "}]\n"), 0);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav}]\n    returns: [{name: R, " + hall + "}]\n"), 0);
  EXPECT_EQ(TailOf("    tracks: [{name: K, file: k.wav, mute: true}]\n    master: {" + hall + "}\n"), 0);
}

TEST(Extent, ATailIsCutAtMaxTail) {
  PlannedAlbum longest = TenSecondsOf("    tail: 60s\n");
  EXPECT_EQ(ExtentOf(longest), (Extent{0, 70 * kSecond, 0}));
  EXPECT_THAT(longest.Told(), IsEmpty());
  PlannedAlbum album = TenSecondsOf("    tail: 61s\n");
  EXPECT_EQ(ExtentOf(album), (Extent{0, 70 * kSecond, 5 * kSecond}));
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: songs[0].tail: song \"One\": the tail of 61.000 s is longer than "
                          "max_tail (60.000 s); it ends there, and its last 5.000 s fade out; raise "
                          "max_tail, or write a shorter tail"));
}

TEST(Extent, AShortTailFadesWhole) {
  PlannedAlbum album =
      SongOf("    max_tail: 2s\n    tracks: [{name: K, file: k.wav, delay: 3s}]\n", TenSeconds());
  EXPECT_EQ(ExtentOf(album), (Extent{0, 12 * kSecond, 2 * kSecond}));
  EXPECT_THAT(album.Told(),
              ElementsAre(HasSubstr("warning: songs[0]: song \"One\": the tail of 3.000 s is longer than "
                                    "max_tail (2.000 s); it ends there, and its last 2.000 s fade")));
}

TEST(Extent, TheCutTailFadesOnlyWhereItIsTheEnd) {
  const std::string tail = "    tail: 8s\n    max_tail: 6s\n";
  PlannedAlbum whole = TenSecondsOf(tail + "    start: 1s\n    length: 15s\n");
  EXPECT_EQ(ExtentOf(whole), (Extent{kSecond, 15 * kSecond, 5 * kSecond}));
  PlannedAlbum shorter = TenSecondsOf(tail + "    length: 15s\n");
  EXPECT_EQ(ExtentOf(shorter), (Extent{0, 15 * kSecond, 0}));
  PlannedAlbum longer = TenSecondsOf(tail + "    length: 17s\n");
  EXPECT_EQ(ExtentOf(longer), (Extent{0, 17 * kSecond, 0}));
  PlannedAlbum late = TenSecondsOf(tail + "    start: 13s\n");
  EXPECT_EQ(ExtentOf(late), (Extent{13 * kSecond, 3 * kSecond, 3 * kSecond}));
}

TEST(Extent, StartAndLengthCutTheStretchThatIsDelivered) {
  PlannedAlbum album =
      TenSecondsOf("    tempo: [{bar: 1, bpm: 120, meter: 4/4}]\n    start: 2|1|1\n    tail: 1s\n");
  EXPECT_EQ(ExtentOf(album), (Extent{2 * kSecond, 9 * kSecond, 0}));
  PlannedAlbum cut = TenSecondsOf("    start: 1s\n    length: 3s\n");
  EXPECT_EQ(ExtentOf(cut), (Extent{kSecond, 3 * kSecond, 0}));
  EXPECT_THAT(cut.Told(), IsEmpty());
}

TEST(Extent, AStartLiesBeforeTheEnd) {
  PlannedAlbum album = TenSecondsOf("    start: 10s\n");
  ExtentOf(album);
  EXPECT_THAT(album.Told(),
              ElementsAre("songs[0].start: song \"One\": start 10.000 s lies behind the end of the song "
                          "(10.000 s)"));
}

TEST(Extent, ALengthMayGoBeyondTheEnd) {
  PlannedAlbum album = TenSecondsOf("    start: 1s\n    length: 9001ms\n");
  EXPECT_EQ(ExtentOf(album), (Extent{kSecond, 432'048, 0}));
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: songs[0].length: song \"One\": length 9.001 s reaches beyond the end "
                          "of the song, which has 9.000 s after its start; the rest is silent"));
}

TEST(Extent, ASongHasALength) {
  PlannedAlbum album = TenSecondsOf("    length: 0.001ms\n");
  ExtentOf(album);
  EXPECT_THAT(album.Told(),
              ElementsAre(HasSubstr("songs[0].length: song \"One\": a length of 0 is no song")));
}

TEST(Extent, ASongEndsWithinTwoDays) {
  PlannedAlbum album = SongOf(
      "    tempo: [{bar: 1, bpm: 1, meter: 4/4}]\n"
      "    tracks: [{name: K, clips: [{file: k.wav, start: 1000000|1|1}]}]\n");
  ExtentOf(album);
  EXPECT_THAT(album.Told(), ElementsAre(HasSubstr("its last clip ends more than two days after its start")));
}

// Of prints: start, and end behind what is delivered.
std::pair<int64_t, int64_t> WindowOf(const std::string& lines) {
  PlannedAlbum album = SongOf(lines, TenSeconds());
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  const int64_t end = timeline.prints_start_frame + timeline.prints_frames;
  return {timeline.prints_start_frame, end - timeline.start_frame - timeline.frames};
}

TEST(PrintWindow, HasASecondOnEitherSideWhateverIsDelivered) {
  const std::pair<int64_t, int64_t> window{-kSecond, kSecond};
  const std::string track = "    tracks: [{name: K, file: k.wav}]\n";
  EXPECT_EQ(WindowOf(track), window);
  EXPECT_EQ(WindowOf(track + "    start: 5s\n"), window);
  EXPECT_EQ(WindowOf(track + "    length: 2s\n"), window);
  EXPECT_EQ(WindowOf(track + "    master: {inserts: [{type: limiter}]}\n    tail: 0\n"), window);
}

TEST(PrintWindow, BeginsBeforeTheFirstSoundThatDelaysBringForward) {
  const auto start_of = [](const std::string& lines) { return WindowOf(lines).first / kSecond; };
  EXPECT_EQ(start_of("    tracks: [{name: K, file: k.wav, delay: -2s}]\n"), -3);
  EXPECT_EQ(start_of("    tracks: [{name: K, file: k.wav, delay: 2s}]\n"), -1);
  const std::string buses = "    buses: [{name: A, bus: B, delay: -3s}, {name: B, delay: -4s}]\n";
  EXPECT_EQ(start_of("    tracks: [{name: K, file: k.wav, bus: A, delay: -2s}]\n" + buses), -10);
  // What a later delay makes good counts: an insert between the two works earlier.
  EXPECT_EQ(start_of("    tracks: [{name: K, file: k.wav, bus: B, delay: -2s}]\n"
                     "    buses: [{name: B, delay: 5s}]\n"),
            -3);
  EXPECT_EQ(start_of("    tracks: [{name: K, file: k.wav, delay: -2s, sends: [{to: R}]}]\n"
                     "    returns: [{name: R, delay: -1s}]\n"),
            -4);
  // What is listened to moves the gain of what listens.
  EXPECT_EQ(start_of("    tracks:\n"
                     "      - {name: K, file: k.wav, delay: -5s, mute: true}\n"
                     "      - {name: L, file: k.wav, bus: B, inserts: [{type: compressor, sidechain: K}]}\n"
                     "    buses: [{name: B, delay: -1s}]\n"),
            -7);
}

TEST(PrintWindow, APrintedStripBringsNothingForward) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: K, file: k.wav, print: k.wav, delay: -3s}, {name: L, file: k.wav, bus: B, delay: "
      "-4s}]\n"
      "    buses: [{name: B, print: b.wav, delay: -2s}]\n",
      {Recorded("b.wav", 2, 48000, 1000)});
  EXPECT_EQ(Resolve(album).prints_start_frame, -5 * kSecond);
}

TEST(Extent, NobodyKnowsTheEndOfClipsThatAreWrong) {
  PlannedAlbum album =
      SongOf("    start: 1s\n    tracks: [{name: K, clips: [{file: k.wav, offset: 20s}]}]\n", TenSeconds());
  ExtentOf(album);
  EXPECT_THAT(album.Told(), ElementsAre(HasSubstr("offset 20.000 s lies behind")));
}

}  // namespace
}  // namespace trackout
