// The order book: the durable truth. Orders, what was rendered, what failed. It changes by Apply alone, and
// Apply of the same updates in the same order gives the same book: a restart replays the journal.
//
// Apply takes every update at every time. An update that comes too late (a completion of a canceled order, a
// second order of one id) finds its effect decided by its place in the journal; whoever sent it is told what
// the book says afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/job_key.h"
#include "proto/journal.pb.h"
#include "proto/orders.pb.h"

namespace trackout {

// A song of an order: the order's id, the song's number from 1.
using SongRef = std::pair<std::string, int>;

struct BookedSong {
  std::vector<const PlannedJob*> jobs;  // all that it wants, in the order of the plan
  bool is_open = true;                  // neither done nor failed
  bool is_done = false;                 // every file and proof of it is there
  bool is_failed = false;
  bool source_at_fault = false;
  std::string failure;
};

// An order, and what has become of it.
struct BookedOrder {
  Order order;
  int64_t sequence = 0;  // orders are served in the order in which they were accepted
  std::vector<BookedSong> songs;
  int open_songs = 0;
  std::map<std::string, const PlannedJob*> jobs;                  // by key
  std::map<std::string, std::vector<const PlannedJob*>> readers;  // of what a job makes, by its key
  bool is_paused = false;
  bool is_canceled = false;
  int64_t ended_unix_ms = 0;  // 0: it has not
  std::string verdict;        // of the proofs, once all songs are done

  bool HasEnded() const { return ended_unix_ms != 0; }
};

struct Failure {
  std::string worker;
  std::string reason;
  int64_t attempt = 0;
};

// Not thread-safe.
class OrderBook {
 public:
  // The songs whose jobs or state may have changed.
  std::set<SongRef> Apply(const Update& update);

  const BookedOrder* Find(const std::string& order) const;
  // By sequence.
  const std::map<int64_t, const BookedOrder*>& orders() const { return by_sequence_; }

  bool IsDone(const std::string& job_key) const { return results_.contains(job_key); }
  const JobResult* ResultOf(const std::string& job_key) const;
  const std::vector<Failure>& FailuresOf(const std::string& job_key) const;
  // Results of all the plan's jobs that have one.
  JobResults ResultsOf(const BookedOrder& booked) const;
  // Jobs that made this blob.
  std::vector<std::string> MakersOf(const Digest& digest) const;
  // Songs of orders that want the job, ended orders too.
  const std::vector<SongRef>& WantedBy(const std::string& job_key) const;

  // Whether the song still has to have the job rendered: it is open, and the job makes files, or what it
  // makes is read by a job that is not done, of an open song.
  bool IsNeeded(const BookedOrder& booked, const BookedSong& song, const PlannedJob& job) const;
  // The same for any song of any order that goes on, paused ones too.
  bool IsNeededByAny(const std::string& job_key) const;
  // Whether a job that is not done, of an order that goes on, reads what the job makes.
  bool IsReadByOpenSong(const std::string& job_key) const;

  // Prints that have a result and that no open song reads, by their job keys: the one that has not been
  // wanted for the longest time first. It follows from the updates, as everything here.
  const std::map<int64_t, std::string>& kept_prints() const { return kept_prints_; }
  // Of all of them; equal bytes of two count twice.
  int64_t kept_bytes() const { return kept_bytes_; }
  bool IsKept(const std::string& print_key) const { return kept_since_.contains(print_key); }
  // Of what the job has made; 0 where it has no result.
  int64_t BytesOf(const std::string& job_key) const;

 private:
  // The same of one order.
  bool IsReadByOpenSong(const BookedOrder& booked, const std::string& job_key) const;
  void Accept(const Order& order);
  void Keep(const JobResult& result);
  void Fail(const JobFailed& failed);
  void Forget(const std::string& job_key);
  // Looks again which prints of the songs are read, and which are only kept.
  void SortPrints(const std::set<SongRef>& touched);
  void PutAside(const std::string& print_key);
  void TakeUp(const std::string& print_key);
  // Looks again whether the song is done, and whether the order has ended.
  void Recount(BookedOrder& booked, int number, int64_t unix_ms);
  static void TouchAll(const BookedOrder& booked, std::set<SongRef>& touched);
  void Touch(const std::string& job_key, std::set<SongRef>& touched) const;
  BookedOrder* FindOpen(const std::string& order);

  std::unordered_map<std::string, std::unique_ptr<BookedOrder>> orders_;
  std::map<int64_t, const BookedOrder*> by_sequence_;
  std::unordered_map<std::string, JobResult> results_;                // by job key
  std::unordered_map<std::string, std::vector<Failure>> failures_;    // by job key
  std::unordered_map<std::string, std::vector<SongRef>> wanted_by_;   // by job key
  std::unordered_map<std::string, std::set<std::string>> makers_of_;  // by SHA-256 of the output
  std::map<int64_t, std::string> kept_prints_;
  std::unordered_map<std::string, int64_t> kept_since_;  // of kept_prints_, by key
  int64_t kept_bytes_ = 0;
  int64_t put_aside_ = 0;  // prints, ever
};

bool IsPrint(const PlannedJob& job);
bool IsProof(const PlannedJob& job);

// Whether the two results have the same bytes and measurements.
bool SameResult(const JobResult& one, const JobResult& other);

}  // namespace trackout
