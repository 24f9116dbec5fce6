// Tables of a farm for people.
#include "client/farm/farm_tables.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::HasSubstr;
using testing::Not;

OrderStatus Running(const std::string& order, const std::string& album) {
  OrderStatus status;
  status.set_order(order);
  status.set_album(album);
  status.set_artist("B");
  status.set_submitted_unix_ms(1'795'190'400'000);  // 2026-11-20 16:00 UTC
  for (int number = 1; number <= 2; ++number) {
    SongStatus& song = *status.add_songs();
    song.set_number(number);
    song.set_title("Song " + std::to_string(number));
    song.set_state(SongStatus::rendering);
    song.set_steps_total(200);
    song.set_steps_done(50 * number);
    song.set_jobs_total(4);
    song.set_jobs_done(number);
  }
  return status;
}

TEST(OrderTable, HasALineForEachOrderAndTheTotal) {
  ListResponse orders;
  *orders.add_orders() = Running("abcdefgh", "Größe夜");
  OrderStatus done = Running("abcdefghijklmnop", "Night Trains");
  done.set_state(OrderStatus::done);
  done.set_verdict("passed");
  *orders.add_orders() = done;
  const std::string table = OrderTable(orders, absl::UTCTimeZone());
  const std::vector<std::string> lines = absl::StrSplit(table, '\n');
  ASSERT_EQ(lines.size(), 5u) << table;
  for (const char* part : {"abcdefgh", "running", "37 %", "2026-11-20 16:00", "Größe夜 by B"})
    EXPECT_THAT(lines[1], HasSubstr(part));
  EXPECT_THAT(lines[2], HasSubstr("done, proofs passed"));
  EXPECT_EQ(lines[1].find("2026"), lines[2].find("2026"));
  EXPECT_EQ(lines[3], "2 orders");
}

TEST(OrderText, HasEverySongAndWhyOneFailed) {
  OrderStatus status = Running("abcdefgh", "A");
  status.mutable_songs(1)->set_state(SongStatus::failed);
  status.mutable_songs(1)->set_failure("kick.wav: is damaged\nindeed");
  status.set_trouble("no worker is there");
  const std::string text = OrderText(status, absl::UTCTimeZone());
  EXPECT_THAT(text, HasSubstr("Song 1"));
  EXPECT_THAT(text, HasSubstr("25 %"));
  EXPECT_THAT(text, HasSubstr("1/4"));
  EXPECT_THAT(text, HasSubstr("Song 2: kick.wav: is damaged"));
  EXPECT_THAT(text, Not(HasSubstr("\nindeed")));
  EXPECT_THAT(text, HasSubstr("no worker is there"));
  EXPECT_THAT(text, Not(HasSubstr("ended")));
}

TEST(WorkerTable, HasWhatTheyDoAndWhatIsWrong) {
  ListWorkersResponse workers;
  WorkerStatus& worker = *workers.add_workers();
  worker.set_name("studio-b");
  worker.set_state(WorkerStatus::quarantined);
  worker.set_slots(8);
  worker.set_seconds_since_heard(3.2);
  worker.set_trouble("other bytes");
  const std::string table = WorkerTable(workers);
  for (const char* part : {"studio-b", "quarantined", "8", "3 s ago", "other bytes", "1 worker\n"})
    EXPECT_THAT(table, HasSubstr(part));
}

TEST(WhyNotDone, NamesTheFailedSongs) {
  OrderStatus status = Running("abcdefgh", "A");
  EXPECT_EQ(WhyNotDone(status), "");
  status.set_state(OrderStatus::failed);
  status.mutable_songs(1)->set_state(SongStatus::failed);
  status.mutable_songs(1)->set_failure("the disk is full");
  EXPECT_EQ(WhyNotDone(status), "order abcdefgh has failed; song \"Song 2\": the disk is full");
  status.set_state(OrderStatus::canceled);
  EXPECT_EQ(WhyNotDone(status), "order abcdefgh was canceled");
}

}  // namespace
}  // namespace trackout
