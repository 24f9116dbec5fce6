// The manifest: the plan, with what was measured.
#include "coordinator/package/manifest.h"

#include <limits>

#include "core/digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout {
namespace {

using testing::HasSubstr;

RenderPlan Example() {
  return test::PlanOf(
      test::AlbumText("{stems: {}}, {mixes: [master]}",
                      "  - {title: One, tracks: [{name: A, file: a}]}\n"
                      "  - {title: Two, buses: [{name: D}], tracks: [{name: B, file: b, bus: D}]}\n"));
}

// What the jobs of a plan made; every output is told apart by its size.
JobResults ResultsOf(const RenderPlan& plan) {
  JobResults results;
  int64_t size = 100;
  for (const PlannedJob& job : plan.jobs()) {
    JobResult& result = results[job.key()];
    result.set_job_key(job.key());
    for (int i = 0; i < 8; ++i) {
      Rendered& rendered = *result.add_outputs();
      *rendered.mutable_digest() = DigestOf(std::string(static_cast<size_t>(++size), 'x'));
      File& measured = *rendered.mutable_measured();
      measured.set_overs(i == 0 ? 3 : 0);
      measured.set_peak_dbfs(-static_cast<double>(size));
      measured.set_true_peak_dbtp(0.5 - static_cast<double>(size));
      if (i == 0) measured.set_correlation(0.25);
    }
    if (!job.job().has_sum_proof()) continue;
    result.mutable_residual()->set_within_bound(true);
    result.mutable_residual()->set_residual_peak_dbfs(-150);
  }
  return results;
}

TEST(ManifestOfAPlan, HasFilesAndProofsWithoutFigures) {
  const Manifest manifest = PlannedManifest(Example());
  ASSERT_EQ(manifest.files_size(), 4);
  EXPECT_EQ(manifest.files(0).path(), "01_One/Stems/01_Other.wav");
  EXPECT_FALSE(manifest.files(0).has_sha256());
  EXPECT_FALSE(manifest.files(0).has_peak_dbfs());
  ASSERT_EQ(manifest.songs_size(), 2);
  ASSERT_EQ(manifest.songs(1).proofs_size(), 1);
  EXPECT_EQ(manifest.songs(1).proofs(0).of(), "02_Two/Mixes/Two_Master.wav");
  EXPECT_FALSE(manifest.songs(1).proofs(0).has_verdict());
}

TEST(ManifestOfARender, HasTheFiguresOfEachFilesOwnOutput) {
  const RenderPlan plan = Example();
  const JobResults results = ResultsOf(plan);
  const Manifest manifest = FinishedManifest(plan, results);
  ASSERT_EQ(manifest.files_size(), plan.files_size());
  for (int i = 0; i < plan.files_size(); ++i) {
    const JobOutput& made_by = plan.files(i).made_by();
    const Rendered& rendered = results.at(made_by.job_key()).outputs(made_by.output());
    EXPECT_EQ(manifest.files(i).path(), plan.files(i).file().path());
    EXPECT_EQ(manifest.files(i).sha256(), Hex(rendered.digest()));
    EXPECT_EQ(manifest.files(i).size_bytes(), rendered.digest().size_bytes());
    const File& measured = rendered.measured();
    EXPECT_EQ(manifest.files(i).peak_dbfs(), measured.peak_dbfs());
    EXPECT_EQ(manifest.files(i).true_peak_dbtp(), measured.true_peak_dbtp());
    EXPECT_EQ(manifest.files(i).has_correlation(), measured.has_correlation());
    EXPECT_EQ(manifest.files(i).overs(), measured.overs());
    EXPECT_TRUE(manifest.files(i).has_overs());
    EXPECT_FALSE(manifest.files(i).has_loudness_lufs());
  }
  EXPECT_EQ(manifest.songs(0).proofs(0).verdict(), "passed");
  EXPECT_EQ(manifest.songs(0).proofs(0).residual_peak_dbfs(), -150);
}

TEST(ManifestOfARender, StemsAloneAreMeasuredAndNotJudged) {
  RenderPlan plan = Example();
  for (PlannedJob& job : *plan.mutable_jobs()) {
    if (job.key() == plan.proofs(1).job_key())
      job.mutable_job()->mutable_sum_proof()->set_is_comparison(true);
  }
  JobResults results = ResultsOf(plan);
  Residual& residual = *results.at(plan.proofs(1).job_key()).mutable_residual();
  residual.set_within_bound(false);
  residual.set_residual_rms_dbfs(-23.5);
  const Manifest manifest = FinishedManifest(plan, results);
  const Proof& proof = manifest.songs(1).proofs(0);
  EXPECT_FALSE(proof.has_verdict());
  EXPECT_FALSE(proof.has_worst_frame());
  EXPECT_EQ(proof.residual_rms_dbfs(), -23.5);
  EXPECT_EQ(manifest.songs(0).proofs(0).verdict(), "passed");
  EXPECT_EQ(DescribeFailure(manifest), "");
}

class Derivation : public testing::Test {
 protected:
  // Of a residual and a master of these levels.
  Proof Of(double residual_dbfs, double master_dbfs) {
    const RenderPlan plan =
        test::PlanOf(test::AlbumText("{stems: {master: keyed}}, {mixes: [master]}",
                                     "  - {title: One, tracks: [{name: A, file: a}], master: {print: m}}\n"),
                     {test::Recorded("m", 2, 48000, 1000)});
    JobResults results = ResultsOf(plan);
    const auto measured = [&](int file) -> File& {
      const JobOutput& made_by = plan.files(file).made_by();
      return *results.at(made_by.job_key()).mutable_outputs(made_by.output())->mutable_measured();
    };
    EXPECT_EQ(plan.files(1).file().name(), "Residual");
    measured(1).set_rms_dbfs(residual_dbfs);
    measured(2).set_rms_dbfs(master_dbfs);
    return FinishedManifest(plan, results).songs(0).proofs(0);
  }
  std::string Word(double residual_db) { return Of(residual_db - 20, -20).derivation(); }
};

TEST_F(Derivation, IsHowFarTheResidualLiesBelowTheMaster) {
  EXPECT_EQ(Of(-75, -20).derivation_residual_db(), -55);
  EXPECT_EQ(Of(-75, -20).verdict(), "passed");
}

TEST_F(Derivation, IsToldInAWord) {
  EXPECT_EQ(Word(-60), "excellent");
  EXPECT_EQ(Word(-59.5), "good");
  EXPECT_EQ(Word(-40), "good");
  EXPECT_EQ(Word(-39.5), "fair");
  EXPECT_EQ(Word(-20), "fair");
  EXPECT_EQ(Word(-19.5), "poor");
}

TEST_F(Derivation, WithoutResidualIsExcellentWhateverTheMasterIs) {
  constexpr double kSilent = -std::numeric_limits<double>::infinity();
  for (const double master_dbfs : {-20.0, kSilent}) {
    EXPECT_EQ(Of(kSilent, master_dbfs).derivation_residual_db(), kSilent);
    EXPECT_EQ(Of(kSilent, master_dbfs).derivation(), "excellent");
  }
}

TEST_F(Derivation, IsOfSetsWithAResidualAlone) {
  const RenderPlan plan = Example();
  EXPECT_FALSE(FinishedManifest(plan, ResultsOf(plan)).songs(0).proofs(0).has_derivation());
}

TEST(ManifestOfARender, AFailureIsToldWithSongPlaceAndSize) {
  const RenderPlan plan = Example();
  JobResults results = ResultsOf(plan);
  EXPECT_EQ(DescribeFailure(FinishedManifest(plan, results)), "");
  Residual& residual = *results.at(plan.proofs(1).job_key()).mutable_residual();
  residual.set_within_bound(false);
  residual.set_max_lsb(7);
  residual.set_residual_peak_dbfs(-121.5);
  residual.set_worst_frame(4711);
  residual.set_worst_channel(1);
  const std::string told = DescribeFailure(FinishedManifest(plan, results));
  EXPECT_THAT(told, HasSubstr("song \"Two\""));
  EXPECT_THAT(told, HasSubstr("02_Two/Mixes/Two_Master.wav"));
  EXPECT_THAT(told, HasSubstr("7 LSB"));
  EXPECT_THAT(told, HasSubstr("sample 4711 of channel 2"));
}

}  // namespace
}  // namespace trackout
