// Renders a bundle: jobs of one song in one pass, block by block, each track read once. A bundle of one
// job is the same pass with less in it, so a song has the same bytes whole or job by job.
//
// What a job of the bundle needs of another job is a buffer where that one is in the bundle too, and a
// blob where it is not. A print that only this bundle's finish reads is never written.
#pragma once

#include <atomic>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "core/job_key.h"
#include "proto/render.pb.h"
#include "worker/render/crew.h"

namespace trackout {

struct RenderSettings {
  int block_frames = 0;           // within kFewestBlockFrames .. kMostBlockFrames; does not change a byte
  const std::atomic<bool>& stop;  // asked before every block; set, it ends the render with Cancelled
  std::atomic<int64_t>* frames_done = nullptr;  // raised block by block
  Crew* crew = nullptr;  // helps with one render where places are free; null: this thread alone
};

// Renders `jobs`, all of one song's rate, start and length but for the finishes of edits, none of them a
// SumProof. `earlier` has the results of what they need from outside. Sources and prints are in the store.
// Results in the order of the jobs; a print that is only a buffer here has none and is left out. DataLoss: a
// source is at fault; ResourceExhausted: the disk is full.
absl::StatusOr<std::vector<JobResult>> RenderBundle(const std::vector<const PlannedJob*>& jobs,
                                                    const JobResults& earlier, FileStore& store,
                                                    const RenderSettings& settings);

// Renders one SumProof.
absl::StatusOr<JobResult> RenderProof(const PlannedJob& job, const JobResults& earlier, FileStore& store,
                                      const RenderSettings& settings);

}  // namespace trackout
