// How far a render is, in words.
#include "client/progress.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

int Filled(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '#'));
}
int Cells(const std::string& text) {
  return static_cast<int>(text.find(']') - text.find('[')) - 1;
}

TEST(ProgressText, BeginsEmptyAndEndsFull) {
  EXPECT_EQ(Filled(ProgressText(0, 100, 0)), 0);
  EXPECT_THAT(ProgressText(0, 100, 0), HasSubstr("  0 %"));
  const std::string full = ProgressText(1, 100, 10);
  EXPECT_EQ(Filled(full), Cells(full));
  EXPECT_THAT(full, HasSubstr("100 %"));
}

TEST(ProgressText, IsHalfFullInTheMiddle) {
  const std::string half = ProgressText(0.5, 600, 12);
  EXPECT_EQ(Filled(half) * 2, Cells(half));
  EXPECT_THAT(half, HasSubstr(" 50 %"));
}

TEST(ProgressText, SaysHowFastAndHowLongStill) {
  // Half of 576 s of sound in 12 s: 24 times as fast as it plays, and 12 s are left.
  EXPECT_THAT(ProgressText(0.5, 576, 12), HasSubstr("24x"));
  EXPECT_THAT(ProgressText(0.5, 576, 12), HasSubstr("0:12 left"));
  // A tenth in a minute: nine minutes are left; a hundredth: 99.
  EXPECT_THAT(ProgressText(0.1, 576, 60), HasSubstr("9:00 left"));
  EXPECT_THAT(ProgressText(0.01, 576, 60), HasSubstr("1:39:00 left"));
}

TEST(ProgressText, SaysNoSpeedWhereNoneIsKnown) {
  EXPECT_THAT(ProgressText(0, 576, 60), Not(HasSubstr("left")));
  EXPECT_THAT(ProgressText(0.5, 0, 60), Not(HasSubstr("x  ")));
}

TEST(ProgressText, StaysWithinItsBar) {
  for (const double part : {-0.5, 0.0, 0.99999, 1.0, 1.5}) {
    EXPECT_EQ(Cells(ProgressText(part, 10, 1)), Cells(ProgressText(0, 10, 1))) << part;
    EXPECT_THAT(ProgressText(part, 10, 1), StartsWith("["));
  }
}

TEST(ProgressDisplay, ThatIsQuietWritesNothing) {
  testing::internal::CaptureStderr();
  std::deque<SongProgress> songs(1);
  songs[0].title = "Night";
  { const ProgressDisplay display(songs, ProgressStyle::kQuiet); }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressDisplay, OfLinesTellsEachSongOnce) {
  std::deque<SongProgress> songs(2);
  songs[0].title = "Night";
  songs[1].title = "Day";
  for (SongProgress& song : songs) song.steps_total = 100;
  testing::internal::CaptureStderr();
  {
    const ProgressDisplay display(songs, ProgressStyle::kLines);
    songs[0].steps_done = 100;
    songs[1].steps_done = 99;
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("\"Night\" (1 of 2 songs"));
  EXPECT_THAT(text, Not(HasSubstr("Day")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(TransferText, SaysHowManyBytesASecond) {
  // Half of 2 GB in 10 s.
  const std::string half = TransferText(0.5, 2'000'000'000, 10);
  EXPECT_THAT(half, HasSubstr(" 50 %"));
  EXPECT_THAT(half, HasSubstr("100.0 MB/s"));
  EXPECT_THAT(half, HasSubstr("0:10 left"));
  EXPECT_THAT(TransferText(0, 2'000'000'000, 10), Not(HasSubstr("/s")));
}

}  // namespace
}  // namespace trackout
