// verify, of packages whose stems need not add up, or are derived from a finished master. (What it finds in
// damaged packages is in tests/farm.)
#include "client/package/verify.h"

#include <algorithm>

#include "coordinator/package/seal.h"
#include "core/digest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

constexpr int64_t kFrames = 100;

// A package of stems whose sum is half as loud as the master.
class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    manifest_.set_album("A");
    SongFacts& song = *manifest_.add_songs();
    song.set_title("One");
    song.set_number(1);
    Proof& proof = *song.add_proofs();
    proof.set_name("stems wav24");
    proof.set_of(Record("Mixes/One_Master.wav", "mix", 0.5));
    proof.add_stems(Record("Stems/01_Drums.wav", "stem", 0.125));
    proof.add_stems(Record("Stems/02_Bass.wav", "stem", 0.125));
  }

  Proof& proof() { return *manifest_.mutable_songs(0)->mutable_proofs(0); }

  VerifyReport Verify() {
    const Package package = SealManifest(Album(), "album: A\n", manifest_);
    for (const PackageText& text : package.texts()) folder_.Write(text.path(), text.text());
    const absl::StatusOr<VerifyReport> report = VerifyPackage(folder_.path(), 1, stop_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : VerifyReport();
  }

  const test::Folder folder_;

 private:
  std::string Record(const std::string& path, const std::string& kind, double level) {
    const std::string full = folder_ / ("data/" + path);
    folder_.Write("data/" + path, "");  // makes the folders
    test::WriteWav(full, test::Wav(Format::BITS_24), 1, 48000, std::vector<double>(kFrames, level));
    const absl::StatusOr<Digest> digest = DigestOfFile(full, stop_);
    File& file = *manifest_.add_files();
    file.set_path(path);
    file.set_kind(kind);
    file.set_song(1);
    file.set_sha256(Hex(*digest));
    file.set_size_bytes(digest->size_bytes());
    file.set_frames(kFrames);
    file.set_channels(1);
    file.set_sample_rate(48000);
    file.set_encoding("wav24");
    return path;
  }

  Manifest manifest_;
  const std::atomic<bool> stop_ = false;
};

TEST_F(VerifyTest, StemsThatShouldAddUpFailWhereTheyDoNot) {
  proof().set_verdict("passed");
  const VerifyReport report = Verify();
  EXPECT_EQ(report.verdict(), "failed");
  EXPECT_EQ(report.proofs(0).verdict(), "failed");
}

TEST_F(VerifyTest, StemsThatNeedNotAddUpAreMeasuredAnewAndNeverFail) {
  proof().set_residual_rms_dbfs(-99);  // as somebody says
  const VerifyReport report = Verify();
  EXPECT_EQ(report.verdict(), "passed");
  EXPECT_EQ(report.problems_size(), 0);
  ASSERT_EQ(report.proofs_size(), 1);
  EXPECT_FALSE(report.proofs(0).has_verdict());
  EXPECT_NEAR(report.proofs(0).residual_rms_dbfs(), -12.0412, 0.0001);
  EXPECT_NEAR(report.proofs(0).residual_peak_dbfs(), -12.0412, 0.0001);
}

TEST_F(VerifyTest, AComparisonWithWhatWasNotDeliveredStandsAsItWas) {
  proof().set_of("print:master");
  proof().set_residual_rms_dbfs(-23);
  const VerifyReport report = Verify();
  EXPECT_EQ(report.verdict(), "passed");
  EXPECT_EQ(report.proofs(0).residual_rms_dbfs(), -23);
}

TEST_F(VerifyTest, HowWellAFinishedMasterIsExplainedIsToldOn) {
  proof().set_verdict("passed");
  proof().set_derivation("good");
  proof().set_derivation_residual_db(-45.5);
  const VerifyReport report = Verify();
  EXPECT_EQ(report.proofs(0).derivation(), "good");
  EXPECT_EQ(report.proofs(0).derivation_residual_db(), -45.5);
}

}  // namespace
}  // namespace trackout
