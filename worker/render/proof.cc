// The proof of a set: its files, read back and added.
#include <string>
#include <vector>

#include "core/audio/sum_proof.h"
#include "worker/render/bundle.h"
#include "worker/render/earlier.h"

namespace trackout {

absl::StatusOr<JobResult> RenderProof(const PlannedJob& job, const JobResults& earlier, FileStore& store,
                                      const RenderSettings& settings) {
  const SumProof& proof = job.job().sum_proof();
  std::vector<std::string> paths;
  std::vector<JobOutput> outputs{proof.mix()};
  outputs.insert(outputs.end(), proof.stems().begin(), proof.stems().end());
  for (const JobOutput& output : outputs) {
    absl::StatusOr<Digest> digest = DigestOfOutput(earlier, output);
    if (!digest.ok()) return digest.status();
    absl::StatusOr<std::string> path = store.PathOf(*digest);
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  absl::StatusOr<Residual> residual =
      MeasureSum(paths.front(), {paths.begin() + 1, paths.end()},
                 proof.mix_is_dithered() ? MixDither::kTpdf : MixDither::kNone, settings.stop,
                 1 + (settings.crew != nullptr ? settings.crew->FreePlaces() : 0));
  if (absl::IsCancelled(residual.status())) return residual.status();
  if (!residual.ok()) {  // a file of our own is at fault, not a source
    return absl::InternalError(std::string(residual.status().message()));
  }
  if (settings.frames_done != nullptr) *settings.frames_done += job.job().frames();
  JobResult result;
  result.set_job_key(job.key());
  *result.mutable_residual() = *std::move(residual);
  return result;
}

}  // namespace trackout
