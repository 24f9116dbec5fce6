// Renders a plan in this process: threads take units of work (a song's bundle, or single jobs) as what they
// need is done, largest first.
#pragma once

#include <atomic>
#include <deque>

#include "absl/status/statusor.h"
#include "client/progress.h"
#include "core/blob_store.h"
#include "core/job_key.h"
#include "proto/render.pb.h"

namespace trackout {

enum class Bundling { kSong, kJob };

struct FarmSettings {
  int workers = 1;
  Bundling bundling = Bundling::kSong;
  int block_frames = 0;
};

// Totals of the plan's songs, for RenderPlanHere.
void PrepareProgress(const RenderPlan& plan, Bundling bundling, std::deque<SongProgress>& songs);

// Results of all jobs whose outputs are files or proofs. The first error ends the rest; its code says whose
// fault it is (worker/render/bundle.h). Cancelled where `stop` was set; an error sets it, to end the others.
absl::StatusOr<JobResults> RenderPlanHere(const RenderPlan& plan, BlobStore& store,
                                          const FarmSettings& settings, std::atomic<bool>& stop,
                                          std::deque<SongProgress>& songs);

}  // namespace trackout
