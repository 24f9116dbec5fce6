// Small plans made by hand, for the desk's tests. A job's key is its name, filled up with dots to 32 bytes;
// so is the digest of what it makes. What a job makes is a pure function of its key. Names may say what
// happens to whoever renders the job; the desk does not read them:
//
//   p1     a print                     ~p1    a print of silence: the bytes of every other one
//   r1     raw tracks                  !..    fails everywhere
//   f1     a finish of the song's prints      (by the simulation: # kills its worker, % is of a newer kind)
//   v1     a proof of that
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/journal.pb.h"
#include "proto/leases.pb.h"
#include "proto/orders.pb.h"

namespace trackout::test {

struct SmallSong {
  std::vector<std::string> prints = {};
  std::vector<std::string> raw_tracks = {};
  std::string finish = {};  // of all prints; empty: none
  std::string proof = {};   // of the finish; empty: none
  int64_t frames = 1000;
};

std::string KeyNamed(std::string_view name);
std::string NameOf(std::string_view key);
// The source that the print or the raw tracks of this name read.
Digest SourceOf(std::string_view name);

// Songs that name the same job share it.
RenderPlan SmallPlan(const std::vector<SmallSong>& songs, int engine_version = 1);
Order SmallOrder(const std::string& id, const std::vector<SmallSong>& songs,
                 Bundling bundling = BUNDLING_FARM, int engine_version = 1);

JobResult ResultOf(const PlannedJob& job);
// What a machine with broken memory makes.
JobResult WrongResultOf(const PlannedJob& job);

Worker WorkerNamed(const std::string& name, int incarnation = 1, int slots = 1, int engine_version = 1);

// Updates, as the journal has them.
Update Accepted(const Order& order);
Update Done(const std::vector<JobResult>& results, const std::string& worker = "ann", int64_t attempt = 1);
Update Failed(const std::vector<std::string>& keys, const std::string& worker, const std::string& reason);
Update FailedForGood(const std::vector<std::string>& keys, const std::string& worker,
                     const std::string& reason);
Update Forgotten(const std::vector<std::string>& keys);
Update Canceled(const std::string& order);
Update Paused(const std::string& order);
Update Resumed(const std::string& order);

}  // namespace trackout::test
