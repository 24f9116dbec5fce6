// Who renders what next. Whole songs as bundles while songs abound; job by job when there are fewer songs
// than idle workers. Orders in the order in which they came; of an order the longest work first (LPT: Graham
// 1969), a worker that holds the sources preferred.
//
// What can be handed out of each song is kept, and worked out again only for songs that were touched: handing
// out costs the same whether the farm has ten jobs or a million. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/desk/lease_table.h"
#include "coordinator/desk/order_book.h"

namespace trackout {

// What one worker renders in one go.
struct Unit {
  SongRef song;
  std::vector<const PlannedJob*> jobs;  // in the order of the plan
  int64_t cost = 0;                     // frames of all streams
};

// A worker that waits for work.
struct Asking {
  std::string worker;
  AcquireRequest::Need need = AcquireRequest::idle;
};

struct Assignment {
  size_t asking;  // index into those who asked
  Unit unit;
};

// Not thread-safe.
class Dispatcher {
 public:
  // Something of the song has changed: a job was done, leased, given back; the order was paused.
  void Touch(const SongRef& song) { touched_.insert(song); }

  // The next assignment, where there is one. `asking` in the order in which they came.
  std::optional<Assignment> Next(const OrderBook& book, const LeaseTable& table,
                                 std::span<const Asking> asking, absl::Duration now);

  // Digests (SHA-256) of the sources that the unit reads.
  static std::set<std::string> SourcesOf(const Unit& unit);

 private:
  // Earlier orders first, then the costlier unit; the rest makes it unique.
  using Rank = std::tuple<int64_t, int64_t, SongRef, size_t>;
  struct Offer {
    Unit unit;
    std::set<std::string> sources;
    Rank rank;
    bool is_for_whole = true;  // offered while songs abound
    bool is_for_split = true;  // offered while workers would idle
  };
  struct SongOffers {
    std::vector<Offer> offers;
    bool has_choice = false;  // whole or split
  };

  void Refresh(const OrderBook& book, const LeaseTable& table);
  void Drop(const SongRef& song);
  SongOffers OffersOf(const OrderBook& book, const LeaseTable& table, const SongRef& song) const;
  std::optional<Assignment> Best(const OrderBook& book, const LeaseTable& table,
                                 std::span<const Asking> asking, AcquireRequest::Need need,
                                 absl::Duration now) const;
  bool MayHave(const OrderBook& book, const LeaseTable& table, const std::string& worker, const Unit& unit,
               absl::Duration now) const;

  std::set<SongRef> touched_;
  std::map<SongRef, SongOffers> songs_;
  std::set<Rank> whole_;  // ranks of what is offered while songs abound
  std::set<Rank> split_;  // ... while workers would idle
  int songs_with_choice_ = 0;
};

}  // namespace trackout
