#include "coordinator/package/manifest.h"

#include "core/audio/sum_proof.h"
#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

Manifest PlannedManifest(const RenderPlan& plan) {
  Manifest manifest = plan.manifest();
  for (const PlannedFile& planned : plan.files()) *manifest.add_files() = planned.file();
  for (const PlannedProof& planned : plan.proofs()) {
    *manifest.mutable_songs(planned.song() - 1)->add_proofs() = planned.proof();
  }
  return manifest;
}

Manifest FinishedManifest(const RenderPlan& plan, const JobResults& results) {
  Manifest manifest = plan.manifest();
  for (const PlannedFile& planned : plan.files()) {
    const JobOutput& made_by = planned.made_by();
    const Rendered& rendered = results.at(made_by.job_key()).outputs(made_by.output());
    File& file = *manifest.add_files();
    file = planned.file();
    file.MergeFrom(rendered.measured());
    file.set_sha256(Hex(rendered.digest()));
    file.set_size_bytes(rendered.digest().size_bytes());
  }
  for (const PlannedProof& planned : plan.proofs()) {
    Proof& proof = *manifest.mutable_songs(planned.song() - 1)->add_proofs();
    proof = planned.proof();
    FillProof(results.at(planned.job_key()).residual(), proof);
  }
  return manifest;
}

std::string DescribeFailure(const Manifest& manifest) {
  for (const SongFacts& song : manifest.songs()) {
    for (const Proof& proof : song.proofs()) {
      if (proof.verdict() != "failed") continue;
      return fmt::format("song {}: {}", Quoted(song.title()), DescribeFailure(proof));
    }
  }
  return "";
}

}  // namespace trackout
