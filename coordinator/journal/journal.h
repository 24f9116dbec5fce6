// What makes the order book durable: a list of updates that only grows. In memory, for the embedded farm and
// tests; in SQLite, for a coordinator; later in PostgreSQL.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "proto/journal.pb.h"

namespace trackout {

// Used by one thread at a time.
class Journal {
 public:
  virtual ~Journal() = default;

  // One more than at the last start, durable: nothing of an earlier term is mistaken for this one's.
  virtual absl::StatusOr<int64_t> BeginTerm() = 0;
  // Every update, in order. DataLoss for a journal that cannot be read, with the place.
  virtual absl::Status Replay(const std::function<void(const Update&)>& apply) = 0;
  // All of them or none, durable when it returns. ResourceExhausted where the disk is full.
  virtual absl::Status Append(std::span<const Update> updates) = 0;
};

std::unique_ptr<Journal> MemoryJournal();

// A file in SQLite; made where it is not there. FailedPrecondition where another process has it open, or
// where a newer version wrote it.
absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(const std::string& path);

}  // namespace trackout
