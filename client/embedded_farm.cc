#include "client/embedded_farm.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/text.h"
#include "fmt/format.h"
#include "worker/render/bundle.h"

namespace trackout {
namespace {

// What one thread does in one go.
struct Unit {
  std::vector<const PlannedJob*> jobs;
  std::set<std::string> needs;  // keys of jobs outside of the unit
  int song = 1;                 // for messages and progress
  int64_t frames = 0;
  int64_t cost = 0;
};

int64_t CostOf(const PlannedJob& planned) {
  const RenderJob& job = planned.job();
  const int64_t streams = job.print().strips_size() + job.raw_tracks().tracks_size() +
                          job.finish().prints_size() + job.finish().mix_files_size() +
                          job.sum_proof().stems_size() + 1;
  return streams * job.frames();
}

Unit UnitOf(const std::vector<const PlannedJob*>& jobs, int song) {
  Unit unit{jobs, {}, song, jobs.front()->job().frames(), 0};
  std::set<std::string> inside;
  for (const PlannedJob* job : jobs) inside.insert(job->key());
  for (const PlannedJob* job : jobs) {
    unit.cost += CostOf(*job);
    for (const std::string& need : job->needs()) {
      if (!inside.contains(need)) unit.needs.insert(need);
    }
  }
  return unit;
}

bool IsProof(const PlannedJob& job) {
  return job.job().work_case() == RenderJob::kSumProof;
}

// A bundle for each song: its files' jobs that no song before it has, and every print that they read. A print
// that two songs share is made in both, as a buffer; that is cheaper than a blob.
std::vector<Unit> SongUnits(const RenderPlan& plan) {
  std::map<std::string, const PlannedJob*> job_of;
  for (const PlannedJob& job : plan.jobs()) job_of[job.key()] = &job;
  std::vector<Unit> units;
  for (const SongFacts& song : plan.manifest().songs()) {
    std::set<std::string> wanted;
    for (const PlannedJob& job : plan.jobs()) {
      if (job.songs(0) != song.number() || IsProof(job) || job.job().has_print()) continue;
      wanted.insert(job.key());
      wanted.insert(job.needs().begin(), job.needs().end());
    }
    std::vector<const PlannedJob*> jobs;
    for (const PlannedJob& job : plan.jobs()) {
      if (wanted.contains(job.key())) jobs.push_back(&job);
    }
    if (!jobs.empty()) units.push_back(UnitOf(jobs, song.number()));
  }
  for (const PlannedJob& job : plan.jobs()) {
    if (IsProof(job)) units.push_back(UnitOf({&job}, job.songs(0)));
  }
  return units;
}

std::vector<Unit> UnitsOf(const RenderPlan& plan, Bundling bundling) {
  if (bundling == Bundling::kSong) return SongUnits(plan);
  std::vector<Unit> units;
  for (const PlannedJob& job : plan.jobs()) units.push_back(UnitOf({&job}, job.songs(0)));
  return units;
}

// The units that are left and what is done, shared by the threads.
class Queue {
 public:
  explicit Queue(std::vector<Unit> units) : waiting_(std::move(units)) {
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [](const Unit& a, const Unit& b) { return a.cost > b.cost; });
  }

  // Waits for a unit that can run; false when there will be none. `earlier` are the results so far.
  bool Take(Unit& unit, JobResults& earlier) {
    std::unique_lock lock(mutex_);
    while (true) {
      if (waiting_.empty() || !error_.ok()) return false;
      const auto ready = std::find_if(waiting_.begin(), waiting_.end(), [this](const Unit& candidate) {
        return std::all_of(candidate.needs.begin(), candidate.needs.end(),
                           [this](const std::string& need) { return results_.contains(need); });
      });
      if (ready != waiting_.end()) {
        unit = std::move(*ready);
        waiting_.erase(ready);
        for (const std::string& need : unit.needs) earlier[need] = results_.at(need);
        return true;
      }
      changed_.wait(lock);
    }
  }

  void Report(absl::StatusOr<std::vector<JobResult>> results) {
    {
      const std::lock_guard lock(mutex_);
      if (results.ok()) {
        for (JobResult& result : *results) results_[result.job_key()] = std::move(result);
      } else if (error_.ok() || absl::IsCancelled(error_)) {
        error_ = results.status();
      }
    }
    changed_.notify_all();
  }

  absl::StatusOr<JobResults> Close() {
    const std::lock_guard lock(mutex_);
    if (!error_.ok()) return error_;
    return std::move(results_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Unit> waiting_;  // guarded by mutex_, as all below
  JobResults results_;
  absl::Status error_;
};

absl::StatusOr<std::vector<JobResult>> RenderUnit(const Unit& unit, const JobResults& earlier,
                                                  BlobStore& store, const RenderSettings& settings) {
  if (!IsProof(*unit.jobs.front())) return RenderBundle(unit.jobs, earlier, store, settings);
  absl::StatusOr<JobResult> proof = RenderProof(*unit.jobs.front(), earlier, store, settings);
  if (!proof.ok()) return proof.status();
  return std::vector{*std::move(proof)};
}

}  // namespace

void PrepareProgress(const RenderPlan& plan, Bundling bundling, std::deque<SongProgress>& songs) {
  for (const SongFacts& song : plan.manifest().songs()) {
    SongProgress& progress = songs.emplace_back();
    progress.title = song.title();
    progress.sound_seconds = static_cast<double>(song.frames()) / song.sample_rate();
  }
  for (const Unit& unit : UnitsOf(plan, bundling))
    songs[static_cast<size_t>(unit.song - 1)].steps_total += unit.frames;
}

absl::StatusOr<JobResults> RenderPlanHere(const RenderPlan& plan, BlobStore& store,
                                          const FarmSettings& settings, std::atomic<bool>& stop,
                                          std::deque<SongProgress>& songs) {
  Queue queue(UnitsOf(plan, settings.bundling));
  const auto work = [&] {
    Unit unit;
    for (JobResults earlier; queue.Take(unit, earlier); earlier.clear()) {
      SongProgress& song = songs[static_cast<size_t>(unit.song - 1)];
      absl::StatusOr<std::vector<JobResult>> results =
          RenderUnit(unit, earlier, store, {settings.block_frames, stop, &song.steps_done});
      if (!results.ok() && !absl::IsCancelled(results.status())) {
        results = absl::Status(results.status().code(), fmt::format("song {}: {}", Quoted(song.title),
                                                                    std::string(results.status().message())));
      }
      if (!results.ok()) stop = true;
      queue.Report(std::move(results));
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < settings.workers; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  return queue.Close();
}

}  // namespace trackout
