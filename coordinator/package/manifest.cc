#include "coordinator/package/manifest.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "core/audio/sum_proof.h"
#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// How well a finished master is explained, by how far the rest lies below it.
std::string DerivationWord(double residual_db) {
  if (residual_db <= -60) return "excellent";
  if (residual_db <= -40) return "good";
  return residual_db <= -20 ? "fair" : "poor";
}

const File& Measured(const JobOutput& made_by, const JobResults& results) {
  return results.at(made_by.job_key()).outputs(made_by.output()).measured();
}

void FillDerivation(const File& residual, const File& master, Proof& proof) {
  if (!residual.has_rms_dbfs() || !master.has_rms_dbfs()) return;
  const bool is_silent = std::isinf(residual.rms_dbfs());  // also of a silent master
  proof.set_derivation_residual_db(is_silent ? -std::numeric_limits<double>::infinity()
                                             : residual.rms_dbfs() - master.rms_dbfs());
  proof.set_derivation(DerivationWord(proof.derivation_residual_db()));
}

Proof FinishedProof(const RenderPlan& plan, const PlannedProof& planned, const SumProof& measured,
                    const JobResults& results) {
  Proof proof = planned.proof();
  const Residual& residual = results.at(planned.job_key()).residual();
  measured.is_comparison() ? FillComparison(residual, proof) : FillProof(residual, proof);
  if (planned.has_residual_file()) {
    const JobOutput& made_by = plan.files(planned.residual_file()).made_by();
    FillDerivation(Measured(made_by, results), Measured(measured.mix(), results), proof);
  }
  return proof;
}

}  // namespace

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
  std::map<std::string, const SumProof*> proofs;  // by the job's key
  for (const PlannedJob& job : plan.jobs()) {
    if (job.job().has_sum_proof()) proofs[job.key()] = &job.job().sum_proof();
  }
  for (const PlannedProof& planned : plan.proofs()) {
    *manifest.mutable_songs(planned.song() - 1)->add_proofs() =
        FinishedProof(plan, planned, *proofs.at(planned.job_key()), results);
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
