// One suite for every journal; then what only a file can suffer: a crash at any byte, a second coordinator, a
// full disk, a disk that fails, somebody else's file. The program sqlite3 is the independent reader.
#include "coordinator/journal/journal.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace {

// The disk as SQLite meets it: its calls come by here, and can be made to fail.
struct Disk {
  std::string calls;       // w: a write, s: a sync, since it was cleared
  int writes_to_fail = 0;  // counts down; the write that makes it 0 fails with `error`, and all after it
  int syncs_to_fail = 0;
  int calls_to_die = 0;  // the process ends at once instead of the call that makes it 0
  int error = 0;

  void Die() {
    if (calls_to_die > 0 && --calls_to_die == 0) _exit(0);
  }
  static bool Fails(int& countdown) {
    if (countdown > 1)
      --countdown;
    else if (countdown == 1)
      return true;
    return false;
  }
};
Disk disk;

}  // namespace

extern "C" int fdatasync(int file) {
  disk.Die();
  disk.calls += 's';
  if (Disk::Fails(disk.syncs_to_fail)) return errno = disk.error, -1;
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

extern "C" ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  disk.Die();
  disk.calls += 'w';
  if (Disk::Fails(disk.writes_to_fail)) return errno = disk.error, -1;
  return syscall(SYS_pwrite64, file, bytes, size, offset);
}

namespace trackout {
namespace {

namespace fs = std::filesystem;
using test::Folder;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;

Update Canceled(const std::string& order) {
  Update update;
  update.set_unix_ms(1'700'000'000'000);
  update.set_order_canceled(order);
  return update;
}

absl::Status Append(Journal& journal, const Names& orders) {
  std::vector<Update> updates;
  for (const std::string& order : orders) updates.push_back(Canceled(order));
  return journal.Append(updates);
}

// The orders of the journal's updates; what went wrong as the last.
Names Replayed(Journal& journal) {
  Names orders;
  const absl::Status status =
      journal.Replay([&](const Update& update) { orders.push_back(update.order_canceled()); });
  if (!status.ok()) orders.push_back(status.ToString());
  return orders;
}

Names Numbered(int first, int count) {
  Names names;
  for (int i = first; i < first + count; ++i) names.push_back("order" + std::to_string(i));
  return names;
}

using OpenJournal = std::unique_ptr<Journal> (*)(const std::string& path);

class EveryJournal : public ::testing::TestWithParam<OpenJournal> {
 protected:
  Folder folder_;
  std::unique_ptr<Journal> journal_ = GetParam()(folder_ / "journal.sqlite");
};

INSTANTIATE_TEST_SUITE_P(Journals, EveryJournal,
                         ::testing::Values([](const std::string&) { return MemoryJournal(); },
                                           [](const std::string& path) {
                                             return OpenSqliteJournal(path).value();
                                           }),
                         [](const auto& kind) { return kind.index == 0 ? "Memory" : "Sqlite"; });

TEST_P(EveryJournal, IsEmptyAtFirst) {
  EXPECT_THAT(Replayed(*journal_), IsEmpty());
}

TEST_P(EveryJournal, CountsTerms) {
  EXPECT_EQ(*journal_->BeginTerm(), 1);
  EXPECT_EQ(*journal_->BeginTerm(), 2);
}

TEST_P(EveryJournal, KeepsOrderWithinAndAcrossBatches) {
  ASSERT_TRUE(Append(*journal_, {"c", "a"}).ok());
  ASSERT_TRUE(Append(*journal_, {}).ok());
  ASSERT_TRUE(Append(*journal_, {"b"}).ok());
  EXPECT_THAT(Replayed(*journal_), ElementsAre("c", "a", "b"));
  EXPECT_THAT(Replayed(*journal_), ElementsAre("c", "a", "b"));
}

TEST_P(EveryJournal, GivesBackWhatItTook) {
  Update update;
  update.set_unix_ms(12);
  update.mutable_jobs_done()->set_worker(std::string("w\0rker", 6));
  update.mutable_jobs_done()->add_results()->set_job_key(std::string(1 << 20, '\xff'));
  ASSERT_TRUE(journal_->Append({&update, 1}).ok());
  std::string bytes;
  ASSERT_TRUE(journal_->Replay([&](const Update& read) { bytes = read.SerializeAsString(); }).ok());
  EXPECT_EQ(bytes, update.SerializeAsString());
}

class SqliteJournalTest : public ::testing::Test {
 protected:
  ~SqliteJournalTest() override { disk = {}; }

  void Open() {
    auto opened = OpenSqliteJournal(path_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
  }
  void Close() { journal_.reset(); }
  void Reopen() {
    Close();
    Open();
  }
  absl::Status Refusal() const { return OpenSqliteJournal(path_).status(); }

  absl::Status Append(const Names& orders) { return trackout::Append(*journal_, orders); }
  Names Replay() { return Replayed(*journal_); }

  // What the program sqlite3 says.
  std::string Ask(const std::string& sql) const {
    const test::Ended ended = test::Run({"sqlite3", path_, sql});
    return ended.out + ended.err;
  }

  // As a crash would leave them. By another process: one that closes a file loses its own locks on it.
  void CopyFiles(const std::string& to) const {
    for (const char* ending : {"", "-wal"}) {
      ASSERT_EQ(test::Run({"cp", path_ + ending, to + ending}).exit_code, 0);
    }
  }

  Folder folder_;
  const std::string path_ = folder_ / "journal.sqlite";
  std::unique_ptr<Journal> journal_;
};

TEST_F(SqliteJournalTest, SurvivesReopening) {
  Open();
  EXPECT_EQ(*journal_->BeginTerm(), 1);
  ASSERT_TRUE(Append({"a", "b"}).ok());
  Reopen();
  EXPECT_EQ(*journal_->BeginTerm(), 2);
  ASSERT_TRUE(Append({"c"}).ok());
  Reopen();
  EXPECT_EQ(*journal_->BeginTerm(), 3);
  EXPECT_THAT(Replay(), ElementsAre("a", "b", "c"));
}

TEST_F(SqliteJournalTest, IsSyncedWhenAppendReturns) {
  Open();
  for (int i = 0; i < 3; ++i) {
    disk.calls.clear();
    ASSERT_TRUE(Append({"a"}).ok());
    EXPECT_THAT(disk.calls, ::testing::MatchesRegex("w+s"));
  }
}

TEST_F(SqliteJournalTest, ReadsInTheProgramSqlite) {
  Open();
  ASSERT_TRUE(journal_->BeginTerm().ok());
  ASSERT_TRUE(Append(Numbered(0, 70)).ok());
  ASSERT_TRUE(Append(Numbered(70, 7)).ok());
  EXPECT_THAT(Ask("SELECT count(*) FROM updates"), HasSubstr("database is locked"));
  Close();
  EXPECT_EQ(Ask("PRAGMA integrity_check"), "ok\n");
  EXPECT_EQ(Ask("SELECT count(*), min(sequence), max(sequence), max(unix_ms) FROM updates"),
            "77|1|77|1700000000000\n");
  EXPECT_EQ(Ask("SELECT * FROM facts ORDER BY name"), "format|1\nterm|1\n");
  EXPECT_EQ(Ask("PRAGMA journal_mode; PRAGMA application_id"), "wal\n1953655663\n");
}

TEST_F(SqliteJournalTest, HasOneCoordinator) {
  Open();
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr(path_ + ": in use by another coordinator"));
  ASSERT_TRUE(Append({"a"}).ok());
  Close();
  EXPECT_TRUE(Refusal().ok());
}

TEST_F(SqliteJournalTest, LeavesOtherFilesAlone) {
  for (const std::string& garbage : {std::string("x"), std::string(100'000, '\0'), std::string(5000, 'y'),
                                     std::string("SQLite format 3\0 and no more", 28)}) {
    test::WriteFile(path_, garbage);
    EXPECT_THAT(Refusal().code(), AnyOf(absl::StatusCode::kFailedPrecondition, absl::StatusCode::kDataLoss));
    EXPECT_THAT(std::string(Refusal().message()), HasSubstr(path_));
    EXPECT_TRUE(test::ReadFile(path_) == garbage);
    EXPECT_THAT(test::Listing(folder_.path()), ElementsAre("journal.sqlite"));
  }
}

TEST_F(SqliteJournalTest, LeavesOtherDatabasesAlone) {
  Ask("CREATE TABLE songs (title TEXT)");
  const std::string before = test::ReadFile(path_);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr("no journal of trackout"));
  EXPECT_TRUE(test::ReadFile(path_) == before);
}

TEST_F(SqliteJournalTest, RefusesPlacesWhereNoFileCanBe) {
  const std::string below_nothing = folder_ / "no/journal.sqlite";
  const absl::Status status = OpenSqliteJournal(below_nothing).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), below_nothing + ": cannot be opened: No such file or directory");
  EXPECT_EQ(OpenSqliteJournal(folder_.path()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteJournalTest, RefusesNewerFormats) {
  Open();
  ASSERT_TRUE(Append({"a"}).ok());
  Close();
  Ask("UPDATE facts SET value = 2 WHERE name = 'format'");
  const std::string before = test::ReadFile(path_);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr("written by a newer version"));
  EXPECT_TRUE(test::ReadFile(path_) == before);
}

TEST_F(SqliteJournalTest, NamesTheUpdateThatItCannotRead) {
  Open();
  ASSERT_TRUE(Append(Numbered(0, 5)).ok());
  Close();
  const auto told = [&](const std::string& change) {
    Ask(change);
    Open();
    const absl::Status status = journal_->Replay([](const Update&) {});
    Close();
    return status;
  };
  const absl::Status newer =
      told("UPDATE updates SET bytes = x'AA0603616263' WHERE sequence = 4");  // field 101
  EXPECT_EQ(newer.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(newer.message()), HasSubstr("update 4 is of a kind"));
  const absl::Status torn = told("UPDATE updates SET bytes = x'3A7F61' WHERE sequence = 3");
  EXPECT_EQ(torn.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(torn.message()), HasSubstr("update 3 cannot be read"));
  const absl::Status gap = told("DELETE FROM updates WHERE sequence = 2");
  EXPECT_EQ(gap.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(gap.message()), HasSubstr("update 2 is not there"));
}

TEST_F(SqliteJournalTest, TellsOfDamage) {
  Open();
  ASSERT_TRUE(Append(Numbered(0, 2000)).ok());
  Close();
  std::string bytes = test::ReadFile(path_);
  ASSERT_GT(bytes.size(), 40'000U);
  std::fill(bytes.begin() + 16'384, bytes.begin() + 32'768, 'z');
  test::WriteFile(path_, bytes);
  absl::Status status = Refusal();
  if (status.ok()) {
    Open();
    status = journal_->Replay([](const Update&) {});
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path_ + ": the journal is damaged"));
}

// A log that was cut or damaged anywhere, as a crash of the machine may: the batches before are there, whole,
// and nothing else.
TEST_F(SqliteJournalTest, KeepsWhatIsBeforeATornEnd) {
  const Folder crashed;
  const std::string copy = crashed / "journal.sqlite";
  Open();
  std::vector<int64_t> log_sizes;  // when batch i had been acknowledged
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(Append(Numbered(i * 10, 1 + i * 7 % 10)).ok());
    log_sizes.push_back(static_cast<int64_t>(fs::file_size(path_ + "-wal")));
  }
  const Names all = Replay();
  ASSERT_NO_FATAL_FAILURE(CopyFiles(copy));
  const std::string file = test::ReadFile(copy);
  const std::string log = test::ReadFile(copy + "-wal");
  ASSERT_EQ(static_cast<int64_t>(log.size()), log_sizes.back());

  std::mt19937 random(1);
  std::vector<int64_t> cuts = {0, 1, 31, 32, 33, 56, 4151, 4152, 4153, log_sizes.back()};
  for (const int64_t size : log_sizes) cuts.insert(cuts.end(), {size - 4096, size - 1, size});
  for (int i = 0; i < 60; ++i) cuts.push_back(static_cast<int64_t>(random() % log.size()));
  for (const int64_t cut : cuts) {
    int kept = 0;
    for (int i = 0; i < 25 && log_sizes[i] <= cut; ++i) kept += 1 + i * 7 % 10;
    Names expected(all.begin(), all.begin() + kept);
    std::string damaged = log;
    if (cut < log_sizes.back()) damaged[cut] = static_cast<char>(damaged[cut] ^ 0x10);
    for (const std::string& torn : {log.substr(0, cut), damaged}) {
      SCOPED_TRACE(cut);
      fs::remove(copy + "-wal");
      test::WriteFile(copy, file);
      test::WriteFile(copy + "-wal", torn);
      auto reopened = OpenSqliteJournal(copy);
      ASSERT_TRUE(reopened.ok()) << reopened.status();
      ASSERT_EQ(Replayed(**reopened), expected);
      ASSERT_TRUE(trackout::Append(**reopened, {"after"}).ok());
      reopened->reset();
      reopened = OpenSqliteJournal(copy);
      ASSERT_TRUE(reopened.ok()) << reopened.status();
      Names with_more = expected;
      with_more.push_back("after");
      ASSERT_EQ(Replayed(**reopened), with_more);
    }
  }
}

// The process ends at any call to the disk, the moving of the log to the file included.
TEST_F(SqliteJournalTest, KeepsWhatItAcknowledgedBeforeItDied) {
  constexpr int kBatches = 14;
  const auto batch = [](int i) {
    return Names{std::to_string(i) + std::string(200'000, 'p'),
                 std::to_string(i) + std::string(200'000, 'q')};
  };
  const std::string acknowledged = folder_ / "acknowledged";
  int deaths = 0;
  for (int calls = 1;; calls += calls < 12 ? 1 : 97) {
    SCOPED_TRACE(calls);
    for (const char* ending : {"", "-wal", "-journal"}) fs::remove(path_ + ending);
    test::WriteFile(acknowledged, "");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      disk.calls_to_die = calls;
      auto journal = OpenSqliteJournal(path_);
      for (int i = 0; i < kBatches; ++i) {
        if (!journal.ok() || !trackout::Append(**journal, batch(i)).ok()) _exit(1);
        test::WriteFile(acknowledged, std::string(i + 1, '.'));
      }
      _exit(2);
    }
    int how = 0;
    ASSERT_EQ(waitpid(child, &how, 0), child);
    ASSERT_NE(WEXITSTATUS(how), 1);
    const size_t least = 2 * test::ReadFile(acknowledged).size();
    Names sent;
    for (int i = 0; i < kBatches; ++i) {
      for (const std::string& one : batch(i)) sent.push_back(one);
    }
    ASSERT_NO_FATAL_FAILURE(Open());
    const Names kept = Replay();
    Close();
    ASSERT_THAT(kept.size(), AnyOf(least, least + 2));
    ASSERT_TRUE(std::equal(kept.begin(), kept.end(), sent.begin()));
    if (WEXITSTATUS(how) == 2) break;
    ++deaths;
  }
  EXPECT_GT(deaths, 30);
}

TEST_F(SqliteJournalTest, MovesALongLogToItsFile) {
  Open();
  const std::string large(100'000, 'x');
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(Append({large}).ok());
  EXPECT_GT(fs::file_size(path_), 8'000'000U);
  EXPECT_LT(fs::file_size(path_ + "-wal"), 5'000'000U);
  Reopen();
  EXPECT_EQ(Replay().size(), 120U);
}

// All or none, whichever write it is that fails.
TEST_F(SqliteJournalTest, TakesNothingOfABatchThatCouldNotBeWritten) {
  for (const auto& [error, code] : {std::pair(ENOSPC, absl::StatusCode::kResourceExhausted),
                                    std::pair(EDQUOT, absl::StatusCode::kResourceExhausted),
                                    std::pair(EIO, absl::StatusCode::kInternal)}) {
    int failing = 1;
    for (;; ++failing) {
      SCOPED_TRACE(failing);
      for (const char* ending : {"", "-wal"}) fs::remove(path_ + ending);
      ASSERT_NO_FATAL_FAILURE(Open());
      ASSERT_TRUE(Append({"before"}).ok());
      disk.error = error;
      disk.writes_to_fail = failing;
      const absl::Status status = Append(Numbered(0, 500));
      disk.writes_to_fail = 0;
      if (status.ok()) break;
      EXPECT_EQ(status.code(), code) << status;
      EXPECT_THAT(Replay(), ElementsAre("before"));
      ASSERT_TRUE(Append({"after"}).ok());
      Reopen();
      EXPECT_THAT(Replay(), ElementsAre("before", "after"));
      EXPECT_EQ(*journal_->BeginTerm(), 1);
      Close();
    }
    EXPECT_GT(failing, 4);
    Close();
  }
}

// SQLite rolls back by itself when a disk fails, but not when a row is refused.
TEST_F(SqliteJournalTest, TakesNothingOfABatchOfWhichOneUpdateIsRefused) {
  Open();
  Close();
  Ask("CREATE TRIGGER third BEFORE INSERT ON updates WHEN NEW.sequence = 3 AND instr(NEW.bytes, x'626164') "
      "BEGIN SELECT RAISE(ABORT, 'refused'); END");
  Open();
  EXPECT_EQ(Append({"a", "b", "bad", "c"}).code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Replay(), IsEmpty());
  ASSERT_TRUE(Append({"e", "f", "g"}).ok());
  Reopen();
  EXPECT_THAT(Replay(), ElementsAre("e", "f", "g"));
}

TEST_F(SqliteJournalTest, TakesNothingMoreAfterASyncThatFailed) {
  for (const int error : {EIO, ENOSPC}) {
    for (const char* ending : {"", "-wal"}) fs::remove(path_ + ending);
    ASSERT_NO_FATAL_FAILURE(Open());
    ASSERT_TRUE(Append({"before"}).ok());
    disk.error = error;
    disk.syncs_to_fail = 1;
    EXPECT_EQ(Append({"a", "b"}).code(), absl::StatusCode::kInternal);
    disk.syncs_to_fail = 0;
    EXPECT_EQ(Append({"after"}).code(), absl::StatusCode::kInternal);
    EXPECT_EQ(journal_->BeginTerm().status().code(), absl::StatusCode::kInternal);
    Reopen();
    EXPECT_THAT(Replay(), AnyOf(ElementsAre("before"), ElementsAre("before", "a", "b")));
    ASSERT_TRUE(Append({"after"}).ok());
    Close();
  }
}

// What was acknowledged stays so where only the moving of the log fails; then nothing more is taken.
TEST_F(SqliteJournalTest, TellsOfASyncThatFailedBehindItsBack) {
  Open();
  disk.error = EIO;
  disk.syncs_to_fail = 2;
  ASSERT_TRUE(Append({std::string(5'000'000, 'x')}).ok());
  disk.syncs_to_fail = 0;
  EXPECT_EQ(Append({"after"}).code(), absl::StatusCode::kInternal);
  Reopen();
  EXPECT_EQ(Replay().size(), 1U);
}

class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    fs::create_directory(path_);
    is_there_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~SmallDisk() {
    if (is_there_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool is_there() const { return is_there_; }
  void Fill(int64_t room) const {
    const int64_t free = static_cast<int64_t>(fs::space(path_).available);
    test::WriteFile(path_ + "/ballast",
                    std::string(static_cast<size_t>(std::max<int64_t>(0, free - room)), 'b'));
  }
  void MakeRoom() const { fs::remove(path_ + "/ballast"); }

 private:
  std::string path_;
  bool is_there_;
};

TEST_F(SqliteJournalTest, GoesOnWhenAFullDiskHasRoomAgain) {
  const SmallDisk small(folder_ / "small");
  if (!small.is_there()) GTEST_SKIP() << "only root can mount a small disk";
  const std::string path = folder_ / "small/journal.sqlite";
  small.Fill(0);
  EXPECT_EQ(OpenSqliteJournal(path).status().code(), absl::StatusCode::kResourceExhausted);
  small.MakeRoom();
  auto journal = OpenSqliteJournal(path);
  ASSERT_TRUE(journal.ok()) << journal.status();
  ASSERT_TRUE(trackout::Append(**journal, {"before"}).ok());
  small.Fill(100'000);
  const Names batch(30, std::string(10'000, 'x'));
  const absl::Status full = trackout::Append(**journal, batch);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()), HasSubstr("the disk is full"));
  EXPECT_EQ(trackout::Append(**journal, batch).code(), absl::StatusCode::kResourceExhausted);
  small.MakeRoom();
  ASSERT_TRUE(trackout::Append(**journal, {"after"}).ok());
  journal->reset();
  journal = OpenSqliteJournal(path);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_THAT(Replayed(**journal), ElementsAre("before", "after"));
}

}  // namespace
}  // namespace trackout
