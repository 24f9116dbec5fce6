#include "coordinator/planner/job_list.h"

#include <utility>

#include "core/job_key.h"

namespace trackout {

int JobList::Add(int song, RenderJob job, const std::vector<std::string>& needs) {
  job.set_engine_version(kEngineVersion);
  const std::string key = trackout::KeyOf(job);
  const auto [found, is_new] = index_of_.emplace(key, plan_.jobs_size());
  if (is_new) {
    PlannedJob& planned = *plan_.add_jobs();
    planned.set_key(key);
    *planned.mutable_job() = std::move(job);
    for (const std::string& need : needs) planned.add_needs(need);
  }
  auto& songs = *plan_.mutable_jobs(found->second)->mutable_songs();
  if (songs.empty() || songs[songs.size() - 1] != song) songs.Add(song);
  return found->second;
}

JobOutput JobList::OutputOf(int job, int output) const {
  JobOutput made;
  made.set_job_key(KeyOf(job));
  made.set_output(output);
  return made;
}

}  // namespace trackout
