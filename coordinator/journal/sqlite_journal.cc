// The journal as a file of SQLite, which any person can read with the program sqlite3:
//
//   updates   sequence 1, 2, 3, ...; unix_ms, for people; bytes, an Update
//   facts     format: what wrote it, kFormat; term: how often it was started
//
// The application_id says whose file it is; one that holds something else is left alone.
//
// A commit goes to the write-ahead log (the file's name with -wal) and is synced there; after a crash SQLite
// finds the last whole commit by checksums, so a torn end costs only what was never acknowledged. The lock is
// exclusive: there is no second coordinator, and none of WAL's shared memory, which network disks do not
// have.
#include <sqlite3.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/journal/journal.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int64_t kFormat = 1;
constexpr int64_t kApplicationId = 0x74726B6F;  // "trko"
// Pages of 4 KiB in the log before they move to the file: few syncs more, and a start reads 4 MiB at most.
constexpr int kLogPages = 1000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;

bool IsNoRoom(int error) {
  return error == ENOSPC || error == EDQUOT;
}

absl::Status NoJournal(std::string_view path) {
  return absl::FailedPreconditionError(
      fmt::format("{}: no journal of trackout; move it away, or use another folder", path));
}

class SqliteJournal : public Journal {
 public:
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& path);

  absl::StatusOr<int64_t> BeginTerm() override;
  absl::Status Replay(const std::function<void(const Update&)>& apply) override;
  absl::Status Append(std::span<const Update> updates) override;

 private:
  SqliteJournal(std::string path, Database database)
      : path_(std::move(path)), database_(std::move(database)) {
    sqlite3_wal_hook(database_.get(), CountLogPages, this);
  }

  static int CountLogPages(void* journal, sqlite3*, const char*, int pages) {
    static_cast<SqliteJournal*>(journal)->log_pages_ = pages;
    return SQLITE_OK;
  }

  // What the system said to the write or sync that has just failed.
  int LastErrno();
  // What SQLite says has just failed.
  absl::Status Error();
  absl::Status Damaged(std::string_view how) const;

  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(const char* sql);
  // Stands on the first row; DataLoss where there is none.
  absl::StatusOr<Statement> FirstRow(const char* sql);
  absl::StatusOr<int64_t> Number(const char* sql);
  // Commits what `change` does, or leaves all as it was.
  template <typename Change>
  absl::Status Transact(Change change);

  // New, of this version, or an error; changes nothing.
  absl::StatusOr<bool> IsNew();
  absl::Status UseLog();
  absl::Status Create();
  absl::Status MakeReady();
  absl::Status Insert(int64_t sequence, const Update& update);
  void MoveLogToFile();

  const std::string path_;
  const Database database_;
  Statement insert_;
  int64_t last_sequence_ = 0;
  int log_pages_ = 0;
  // After a sync that failed, nobody knows what is on the disk, and a second one may pass without having
  // written it: from then on nothing is taken.
  absl::Status failed_sync_;
};

absl::StatusOr<std::unique_ptr<Journal>> SqliteJournal::Open(const std::string& path) {
  // SQLite takes a file of one byte for an empty one.
  std::error_code no_file;
  if (std::filesystem::file_size(path, no_file) == 1) return NoJournal(path);
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  if (opened == nullptr) return absl::ResourceExhaustedError(fmt::format("{}: no memory", path));
  std::unique_ptr<SqliteJournal> journal(new SqliteJournal(path, Database(opened)));
  if (code != SQLITE_OK) return journal->Error();
  if (absl::Status ready = journal->MakeReady(); !ready.ok()) return ready;
  return journal;
}

absl::Status SqliteJournal::MakeReady() {
  if (absl::Status locked = Execute("PRAGMA locking_mode = EXCLUSIVE"); !locked.ok()) return locked;
  const absl::StatusOr<bool> is_new = IsNew();
  if (!is_new.ok()) return is_new.status();
  if (absl::Status used = UseLog(); !used.ok()) return used;
  if (absl::Status created = *is_new ? Create() : absl::OkStatus(); !created.ok()) return created;

  const absl::StatusOr<int64_t> last = Number("SELECT coalesce(max(sequence), 0) FROM updates");
  if (!last.ok()) return last.status();
  last_sequence_ = *last;
  absl::StatusOr<Statement> insert =
      Prepare("INSERT INTO updates (sequence, unix_ms, bytes) VALUES (?, ?, ?)");
  if (!insert.ok()) return insert.status();
  insert_ = *std::move(insert);
  return absl::OkStatus();
}

absl::Status SqliteJournal::UseLog() {
  const absl::StatusOr<Statement> mode = FirstRow("PRAGMA journal_mode = WAL");
  if (!mode.ok()) return mode.status();
  const auto* word = reinterpret_cast<const char*>(sqlite3_column_text(mode->get(), 0));
  if (word == nullptr || std::string_view(word) != "wal") {
    return absl::FailedPreconditionError(
        fmt::format("{}: SQLite cannot keep a write-ahead log here; use a folder on another disk", path_));
  }
  return Execute("PRAGMA synchronous = FULL");
}

absl::StatusOr<bool> SqliteJournal::IsNew() {
  const absl::StatusOr<int64_t> id = Number("PRAGMA application_id");
  if (!id.ok()) return id.status();
  if (*id != kApplicationId) {
    const absl::StatusOr<int64_t> tables = Number("SELECT count(*) FROM sqlite_schema");
    if (!tables.ok()) return tables.status();
    if (*id == 0 && *tables == 0) return true;
    return NoJournal(path_);
  }
  const absl::StatusOr<int64_t> format = Number("SELECT value FROM facts WHERE name = 'format'");
  if (!format.ok()) return format.status();
  if (*format > kFormat) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: written by a newer version of trackout (format {}, this one knows {}); use that version", path_,
        *format, kFormat));
  }
  if (*format < kFormat) return Damaged(fmt::format("there is no format {}", *format));
  return false;
}

absl::Status SqliteJournal::Create() {
  const std::string sql = fmt::format(
      "PRAGMA application_id = {};"
      "CREATE TABLE updates (sequence INTEGER PRIMARY KEY, unix_ms INTEGER NOT NULL, bytes BLOB NOT NULL) "
      "STRICT;"
      "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
      "INSERT INTO facts VALUES ('format', {}), ('term', 0);",
      kApplicationId, kFormat);
  return Transact([&] { return Execute(sql.c_str()); });
}

absl::StatusOr<int64_t> SqliteJournal::BeginTerm() {
  absl::StatusOr<int64_t> term = 0;
  const absl::Status begun = Transact([&] {
    if (absl::Status done = Execute("UPDATE facts SET value = value + 1 WHERE name = 'term'"); !done.ok())
      return done;
    term = Number("SELECT value FROM facts WHERE name = 'term'");
    return term.status();
  });
  return begun.ok() ? term : begun;
}

absl::Status SqliteJournal::Replay(const std::function<void(const Update&)>& apply) {
  const absl::StatusOr<Statement> rows = Prepare("SELECT sequence, bytes FROM updates ORDER BY sequence");
  if (!rows.ok()) return rows.status();
  Update update;
  for (int64_t expected = 1;; ++expected) {
    const int code = sqlite3_step(rows->get());
    if (code == SQLITE_DONE) return absl::OkStatus();
    if (code != SQLITE_ROW) return Error();
    const int64_t sequence = sqlite3_column_int64(rows->get(), 0);
    if (sequence != expected) return Damaged(fmt::format("update {} is not there", expected));
    const void* bytes = sqlite3_column_blob(rows->get(), 1);
    if (!update.ParseFromArray(bytes, sqlite3_column_bytes(rows->get(), 1)))
      return Damaged(fmt::format("update {} cannot be read", sequence));
    if (update.change_case() == Update::CHANGE_NOT_SET) {
      return absl::FailedPreconditionError(
          fmt::format("{}: update {} is of a kind that this version of trackout does not know; use the newer "
                      "version that wrote it",
                      path_, sequence));
    }
    apply(update);
  }
}

absl::Status SqliteJournal::Append(std::span<const Update> updates) {
  if (updates.empty()) return absl::OkStatus();
  const absl::Status appended = Transact([&] {
    int64_t sequence = last_sequence_;
    for (const Update& update : updates) {
      if (absl::Status inserted = Insert(++sequence, update); !inserted.ok()) return inserted;
    }
    return absl::OkStatus();
  });
  if (!appended.ok()) return appended;
  last_sequence_ += static_cast<int64_t>(updates.size());
  if (log_pages_ >= kLogPages) MoveLogToFile();
  return absl::OkStatus();
}

absl::Status SqliteJournal::Insert(int64_t sequence, const Update& update) {
  assert(update.change_case() != Update::CHANGE_NOT_SET);  // no later start could read it
  const std::string bytes = update.SerializeAsString();
  sqlite3_stmt* insert = insert_.get();
  sqlite3_bind_int64(insert, 1, sequence);
  sqlite3_bind_int64(insert, 2, update.unix_ms());
  const int bound = sqlite3_bind_blob64(insert, 3, bytes.data(), bytes.size(), SQLITE_STATIC);
  const bool is_done = bound == SQLITE_OK && sqlite3_step(insert) == SQLITE_DONE;
  absl::Status inserted = is_done ? absl::OkStatus() : Error();
  sqlite3_reset(insert);
  sqlite3_clear_bindings(insert);
  return inserted;
}

// SQLite would do this by itself, but would not tell of a sync that failed. Any other failure is harmless:
// the log still has everything, and the next batch tries again.
void SqliteJournal::MoveLogToFile() {
  const int code =
      sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) Error().IgnoreError();
}

template <typename Change>
absl::Status SqliteJournal::Transact(Change change) {
  if (!failed_sync_.ok()) return failed_sync_;
  absl::Status done = Execute("BEGIN IMMEDIATE");
  if (done.ok()) done = change();
  if (done.ok()) done = Execute("COMMIT");
  // SQLite has often rolled back by itself.
  if (!done.ok() && sqlite3_get_autocommit(database_.get()) == 0) Execute("ROLLBACK").IgnoreError();
  return done;
}

absl::Status SqliteJournal::Execute(const char* sql) {
  return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                                    : Error();
}

absl::StatusOr<Statement> SqliteJournal::Prepare(const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &prepared, nullptr) != SQLITE_OK) return Error();
  return Statement(prepared);
}

absl::StatusOr<Statement> SqliteJournal::FirstRow(const char* sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement;
  const int code = sqlite3_step(statement->get());
  if (code == SQLITE_DONE) return Damaged(fmt::format("nothing answers to {}", sql));
  if (code != SQLITE_ROW) return Error();
  return statement;
}

absl::StatusOr<int64_t> SqliteJournal::Number(const char* sql) {
  const absl::StatusOr<Statement> row = FirstRow(sql);
  if (!row.ok()) return row.status();
  return sqlite3_column_int64(row->get(), 0);
}

absl::Status SqliteJournal::Damaged(std::string_view how) const {
  return absl::DataLossError(
      fmt::format("{}: the journal is damaged: {}; put back a copy that was saved", path_, how));
}

// sqlite3_system_errno does not tell of a commit; the log itself does.
int SqliteJournal::LastErrno() {
  int error = 0;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log != nullptr && log->pMethods != nullptr)
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error == 0) sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

absl::Status SqliteJournal::Error() {
  const int code = sqlite3_extended_errcode(database_.get());
  const int kind = code & 0xff;
  const char* text = sqlite3_errmsg(database_.get());
  int error = 0;
  if (kind == SQLITE_CANTOPEN) error = sqlite3_system_errno(database_.get());
  if (kind == SQLITE_IOERR) error = LastErrno();
  // Before the question for room: a disk may say only now that it has none, and what it kept is not known.
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    failed_sync_ = absl::InternalError(fmt::format(
        "{}: the disk failed to make the journal durable: {}; look after the disk, then start again", path_,
        std::strerror(error)));
    // The log stays as it is: the next start finds what is whole in it.
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return failed_sync_;
  }
  if (kind == SQLITE_FULL || IsNoRoom(error))
    return absl::ResourceExhaustedError(fmt::format("{}: the disk is full; make room on it", path_));
  switch (kind) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::FailedPreconditionError(
          fmt::format("{}: in use by another coordinator; stop that one, or use another folder", path_));
    case SQLITE_NOTADB:
      return NoJournal(path_);
    case SQLITE_CORRUPT:
      return Damaged(text);
    case SQLITE_CANTOPEN:
      return absl::FailedPreconditionError(
          fmt::format("{}: cannot be opened: {}", path_, error != 0 ? std::strerror(error) : text));
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::FailedPreconditionError(fmt::format("{}: cannot be written: {}", path_, text));
    default:
      return absl::InternalError(fmt::format("{}: {}{}{}", path_, text, error != 0 ? ": " : "",
                                             error != 0 ? std::strerror(error) : ""));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& path) {
  return SqliteJournal::Open(path);
}

}  // namespace trackout
