// The lease table: the soft truth. Who is there, who renders what until when. Losing it is harmless: jobs are
// keyed by what they render, so the worst that follows is a render done twice, with the same bytes.
//
// A lease is (jobs, attempt, nonce). Attempts rise over all leases ever granted: the journal's term in the
// upper half, a count in the lower. A job's lease is current until a higher attempt of the job is granted or
// it was ended. So a lease that ran out while nobody else took its jobs comes back to life with its next
// renewal, and so does one from before a restart, when the table was empty.
//
// Pure: time is an argument, since some beginning, and goes on while machines sleep.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/limits.h"
#include "proto/leases.pb.h"
#include "proto/orders.pb.h"

namespace trackout {

// A lease that is out.
struct LeaseEntry {
  Lease lease;
  std::string worker;             // its name
  std::string incarnation;        // of the worker, when the lease was granted or adopted
  std::optional<int64_t> number;  // of the question that it answered; an adopted one answered none
  absl::Duration deadline;
  int64_t steps_done = 0;
  bool is_committing = false;  // its completion is on the way into the journal
  std::string order;           // for people
  int song = 0;
};

struct WorkerEntry {
  Worker card;
  std::deque<std::string> former;  // incarnations before this one, newest first
  absl::Duration heard;
  bool is_draining = false;
  std::string quarantine;  // why; empty: it is not
  std::string trouble;     // what failed last
  int64_t jobs_done = 0;
  int64_t failures = 0;
  int failures_in_row = 0;
  absl::Duration rests_until = -absl::InfiniteDuration();  // after failures
  std::set<std::string> nonces;                            // of its leases
  std::unordered_set<std::string> holds;                   // SHA-256 of sources that it fetched
  std::unordered_set<std::string> refused;                 // keys of jobs that it does not know how to render
};

// Not thread-safe.
class LeaseTable {
 public:
  // `term` is higher than that of every table before.
  LeaseTable(int64_t term, absl::Duration lease) : first_attempt_(term << 32), lease_(lease) {}

  // The worker is there. Where it has started anew, what it held before is lost: the keys of those jobs are
  // appended. FailedPrecondition: a late message of a process that another one of its name has followed.
  absl::StatusOr<WorkerEntry*> Hear(const Worker& worker, absl::Duration now,
                                    std::vector<std::string>& lost_jobs);
  WorkerEntry* FindWorker(const std::string& name);
  const WorkerEntry* FindWorker(const std::string& name) const;
  const std::map<std::string, WorkerEntry>& workers() const { return workers_; }
  // Heard of within one lease, and neither draining nor quarantined.
  bool IsLive(const WorkerEntry& worker, absl::Duration now) const;
  // The worker failed: it rests, longer each time, so that a sick one does not fail an album job by job.
  void NoteFailure(WorkerEntry& worker, const std::string& reason, absl::Duration now);

  // `nonce` is new. The worker must be known.
  const LeaseEntry& Grant(const std::string& worker, int64_t number, std::vector<std::string> job_keys,
                          const std::string& nonce, absl::Duration now);
  // The lease that answered this question of the worker's incarnation, while it is out.
  const LeaseEntry* AnswerTo(const std::string& worker, int64_t number) const;

  // The entry where the lease is out and this worker's incarnation has it.
  LeaseEntry* Find(const Lease& lease, const Worker& worker);
  // Takes a lease in that is not out: it ran out, or is from before a restart. Null where it is not current,
  // or where an earlier attempt is being handed in.
  LeaseEntry* Adopt(const Lease& lease, const Worker& worker, absl::Duration now);
  void Renew(LeaseEntry& entry, int64_t steps_done, absl::Duration now);

  // The jobs are free; the lease never comes back.
  void End(const Lease& lease);
  // Those past their deadline, taken out; they may come back as long as nobody else has their jobs.
  std::vector<LeaseEntry> Expire(absl::Duration now);

  // The entry that has the job.
  LeaseEntry* HolderOf(const std::string& job_key);
  const LeaseEntry* HolderOf(const std::string& job_key) const;
  const std::map<std::string, LeaseEntry>& entries() const { return entries_; }

  // How often the job's worker disappeared.
  int LostLeasesOf(const std::string& job_key) const;
  // Done, or given up: lost leases count anew. What was granted so far does not come back, should the job be
  // wanted again.
  void NoteEnded(const std::string& job_key);

 private:
  struct History {
    int64_t attempt = 0;
    bool is_over = false;  // ended: the same attempt does not come back
    int lost_leases = 0;
  };

  absl::Status MakeRoom(absl::Duration now);
  void StartAnew(WorkerEntry& entry, const Worker& worker, std::vector<std::string>& lost_jobs);
  bool IsCurrent(const Lease& lease) const;
  void TakeOut(const std::string& nonce);

  const int64_t first_attempt_;
  const absl::Duration lease_;

  int64_t granted_ = 0;
  std::map<std::string, WorkerEntry> workers_;                  // by name
  std::map<std::string, LeaseEntry> entries_;                   // by nonce
  std::set<std::pair<absl::Duration, std::string>> deadlines_;  // with nonces
  std::unordered_map<std::string, std::string> holder_;         // nonce, by job key
  std::unordered_map<std::string, History> histories_;          // by job key
};

}  // namespace trackout
