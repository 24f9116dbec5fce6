// Cutdowns: sections, crossfades, lengths.
#include "coordinator/planner/timeline/edits.h"

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

// A song of 60 seconds at 120 bpm, delivered from its second 1 on, with this edit.
PlannedAlbum Edited(const std::string& edit) {
  return SongOf(
      "    tempo: [{bar: 1, bpm: 120, meter: 4/4}]\n    start: 1s\n"
      "    tracks: [{name: K, file: k.wav}]\n    edits: [{name: 30s, " +
          edit + "}]\n",
      {Recorded("k.wav", 1, 48000, 60 * 48000)});
}

TimedEdit EditOf(const std::string& edit) {
  PlannedAlbum album = Edited(edit);
  const Timeline timeline = Resolve(album);
  EXPECT_THAT(album.Told(), IsEmpty());
  return timeline.edits.at(0);
}

std::vector<std::string> Told(const std::string& edit) {
  PlannedAlbum album = Edited(edit);
  Resolve(album);
  return album.Told();
}

std::string After(const std::string& key) {
  return "songs[0].edits[0]" + key + ": song \"One\": edit \"30s\": ";
}

TEST(Edits, SectionsCountFromTheStartThatIsDelivered) {
  const TimedEdit timed =
      EditOf("sections: [{from: 1s, to: 9s}, {from: 11|1|1, to: 41s, crossfade: 20ms}], fade_out: 2s");
  EXPECT_EQ(timed.name, "30s");
  ASSERT_EQ(timed.edit.sections_size(), 2);
  EXPECT_EQ(timed.edit.sections(0).from_frame(), 0);
  EXPECT_EQ(timed.edit.sections(0).to_frame(), 8 * 48000);
  EXPECT_EQ(timed.edit.sections(0).crossfade_frames(), 0);
  EXPECT_EQ(timed.edit.sections(1).from_frame(), 19 * 48000);
  EXPECT_EQ(timed.edit.sections(1).to_frame(), 40 * 48000);
  EXPECT_EQ(timed.edit.sections(1).crossfade_frames(), 960);
  EXPECT_EQ(timed.edit.fade_out_frames(), 2 * 48000);
  EXPECT_EQ(timed.frames, 29 * 48000);
}

TEST(Edits, AWrittenLengthIsTheLength) {
  EXPECT_EQ(EditOf("sections: [{from: 1s, to: 41s}], length: 30s").frames, 30 * 48000);
}

TEST(Edits, AnEditLongerThanItsSectionsEndsInSilence) {
  PlannedAlbum album = Edited("sections: [{from: 1s, to: 21s}], length: 30s");
  EXPECT_EQ(Resolve(album).edits.at(0).frames, 30 * 48000);
  EXPECT_THAT(album.Told(),
              ElementsAre("warning: " + After(".length") +
                          "length 30.000 s is longer than its sections (20.000 s); it ends in silence"));
}

TEST(Edits, SectionsLieWithinWhatIsDelivered) {
  EXPECT_THAT(Told("sections: [{from: 1s, to: 60s}]"), IsEmpty());
  EXPECT_THAT(
      Told("sections: [{from: 999ms, to: 30s}]"),
      ElementsAre(After(".sections[0]") + "section 1 (0.999 s to 30.000 s) does not lie within what is "
                                          "delivered of the song (1.000 s to 60.000 s)"));
  EXPECT_THAT(
      Told("sections: [{from: 1s, to: 2s}, {from: 40s, to: 60001ms}]"),
      ElementsAre(After(".sections[1]") + "section 2 (40.000 s to 60.001 s) does not lie within what is "
                                          "delivered of the song (1.000 s to 60.000 s)"));
}

TEST(Edits, ASectionBeginsBeforeItEnds) {
  EXPECT_THAT(Told("sections: [{from: 5s, to: 96000smp}]"),
              ElementsAre(After(".sections[0]") +
                          "section 1 ends (2.000 s) before it begins (5.000 s); `from` comes before `to`"));
  EXPECT_THAT(Told("sections: [{from: 2s, to: 4s}, {from: 5s, to: 240000smp, crossfade: 1s}]"),
              ElementsAre(HasSubstr("section 2 ends (5.000 s) before it begins (5.000 s)")));
}

TEST(Edits, TheFirstSectionHasNothingToFadeFrom) {
  EXPECT_THAT(
      Told("sections: [{from: 5s, to: 10s, crossfade: 480smp}]"),
      ElementsAre(After(".sections[0].crossfade") +
                  "there is nothing before section 1 that it could fade from; take its crossfade out"));
}

TEST(Edits, ACrossfadeIsNoLongerThanWhatItJoins) {
  EXPECT_THAT(Told("sections: [{from: 5s, to: 7s}, {from: 20s, to: 30s, crossfade: 2s}]"), IsEmpty());
  EXPECT_THAT(
      Told("sections: [{from: 5s, to: 7s}, {from: 20s, to: 30s, crossfade: 2001ms}]"),
      ElementsAre(After(".sections[1].crossfade") +
                  "the crossfade of section 2 (2.001 s) is longer than section 1 (2.000 s); shorten it"));
  EXPECT_THAT(
      Told("sections: [{from: 5s, to: 7s}, {from: 20s, to: 21s, crossfade: 2s}]"),
      ElementsAre(HasSubstr("the crossfade of section 2 (2.000 s) is longer than section 2 (1.000 s)")));
}

TEST(Edits, ACrossfadeBeyondWhatIsDeliveredIsAWarning) {
  EXPECT_THAT(Told("sections: [{from: 50s, to: 59s}, {from: 2s, to: 10s, crossfade: 2s}]"), IsEmpty());
  const std::string warning = "warning: " + After(".sections[1].crossfade") +
                              "the crossfade of section 2 takes 1.000 s behind section 1 and before section "
                              "2, and what is delivered of the "
                              "song is 1.000 s to 60.000 s; it fades to or from silence there";
  EXPECT_THAT(Told("sections: [{from: 50s, to: 59001ms}, {from: 2s, to: 10s, crossfade: 2s}]"),
              ElementsAre(warning));
  EXPECT_THAT(Told("sections: [{from: 50s, to: 59s}, {from: 1999ms, to: 10s, crossfade: 2s}]"),
              ElementsAre(warning));
}

TEST(Edits, AFadeOutFitsIntoTheEdit) {
  EXPECT_THAT(Told("sections: [{from: 5s, to: 7s}], fade_out: 2s"), IsEmpty());
  EXPECT_THAT(
      Told("sections: [{from: 5s, to: 7s}], fade_out: 96048smp"),
      ElementsAre(After(".fade_out") + "fade_out 2.001 s is longer than the edit (2.000 s); shorten it"));
}

TEST(Edits, AnEditHasALength) {
  EXPECT_THAT(Told("sections: [{from: 5s, to: 7s}], length: 0.001ms"),
              ElementsAre(HasSubstr("a length of 0 is no edit")));
}

TEST(Edits, ABoundIsNotAskedForWhereNobodyKnowsTheEnd) {
  PlannedAlbum album = SongOf(
      "    tracks: [{name: K, clips: [{file: k.wav, offset: 9s}]}]\n"
      "    edits: [{name: A, sections: [{from: 100s, to: 110s}]},"
      " {name: B, sections: [{from: 2s, to: 48000smp}]}]\n");
  Resolve(album);
  EXPECT_THAT(album.Told(), ElementsAre(HasSubstr("offset 9.000 s lies behind"),
                                        HasSubstr("edit \"B\": section 1 ends (1.000 s) before it begins")));
}

}  // namespace
}  // namespace trackout
