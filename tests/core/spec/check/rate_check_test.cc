// Inserts at the song's rate.
#include "core/spec/check/rate_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::SongOf;
using test::Told;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string TextOf(const std::string& rate, const std::string& keys) {
  return SongOf(rate + "tracks: [{name: K, file: k.wav, " + keys + "}]");
}
std::vector<std::string> ToldAt(int rate, const std::string& keys) {
  return Told(TextOf("sample_rate: " + std::to_string(rate) + "\n", keys));
}
std::string EqAt(int frequency) {
  return "inserts: [{type: eq, name: T, bands: [{shape: bell, frequency: " + std::to_string(frequency) +
         "}]}]";
}

TEST(RateCheck, AFrequencyIsBelowHalfTheRate) {
  EXPECT_THAT(ToldAt(44100, EqAt(21609)), IsEmpty());
  EXPECT_THAT(ToldAt(44100, EqAt(21610)),
              ElementsAre(AllOf(
                  HasSubstr("album.yaml:7:100: "),
                  HasSubstr("track \"K\": insert \"T\": band1.frequency: 21610 Hz is above what 44100 Hz "
                            "hold; 21609 Hz is the highest, write a lower one"))));
  EXPECT_THAT(ToldAt(96000, EqAt(40000)), IsEmpty());
  EXPECT_THAT(Told(TextOf("", EqAt(21610))), IsEmpty());
}

TEST(RateCheck, OfADeesserItsDefaultToo) {
  EXPECT_THAT(ToldAt(8000, "inserts: [{type: deesser}]"),
              ElementsAre(HasSubstr("deesser: frequency: 6500 Hz (its default) is above what 8000 Hz hold")));
  EXPECT_THAT(ToldAt(8000, "inserts: [{type: deesser, frequency: 3000}]"), IsEmpty());
  EXPECT_THAT(ToldAt(8000, "inserts: [{type: reverb}]"), IsEmpty());
  EXPECT_THAT(ToldAt(32000, "inserts: [{type: delay, time: 1s, high_cut: 19000}]"),
              ElementsAre(HasSubstr("high_cut: 19000 Hz is above")));
}

TEST(RateCheck, SamplesAreInTheRangeOfTheirTime) {
  EXPECT_THAT(ToldAt(48000, "inserts: [{type: limiter, lookahead: 960smp}]"), IsEmpty());
  EXPECT_THAT(ToldAt(48000, "inserts: [{type: limiter, lookahead: 961smp}]"),
              ElementsAre(HasSubstr(
                  "limiter: lookahead: 961smp at 48000 Hz is 0.02002 s, out of range (1 to 20 ms)")));
}

TEST(RateCheck, AutomationKeepsBelowItToo) {
  EXPECT_THAT(
      ToldAt(44100, EqAt(1000) + ", automation: {'insert:T.band1.frequency': [[0s, 100], [1s, 22000]]}"),
      ElementsAre(HasSubstr("automation of \"insert:T.band1.frequency\": 22000 Hz is above")));
}

TEST(RateCheck, WhoLearnsTheRateLaterAsksForIt) {
  Album album = test::Read(TextOf("", EqAt(21610)));
  EXPECT_THAT(CheckInsertsAtRate(album, 0, 48000), IsEmpty());
  album.mutable_songs(0)->mutable_master()->add_inserts()->mutable_deesser();
  const std::vector<Finding> findings = CheckInsertsAtRate(album, 0, 11025);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].place(), "songs[0].master.inserts[0].frequency");
  EXPECT_THAT(findings[0].message(), HasSubstr("song \"One\": master: deesser: frequency: 6500 Hz"));
  EXPECT_EQ(findings[1].place(), "songs[0].tracks[0].inserts[0].bands[0].frequency");
  EXPECT_EQ(findings[1].severity(), Finding::error);
}

}  // namespace
}  // namespace trackout
