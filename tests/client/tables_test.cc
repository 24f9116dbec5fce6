// Tables for people.
#include "client/tables.h"

#include <limits>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace trackout {
namespace {

using testing::HasSubstr;
using testing::Not;

File Example(const std::string& path) {
  File file;
  file.set_path(path);
  file.set_kind("stem");
  file.set_encoding("wav24");
  file.set_channels(2);
  file.set_sample_rate(48000);
  file.set_frames(48000 * 205 + 9600);  // 3:25.2
  file.set_size_bytes(59'097'644);
  file.set_peak_dbfs(-6.0206);
  return file;
}

Manifest With(const std::vector<File>& files) {
  Manifest manifest;
  for (const File& file : files) *manifest.add_files() = file;
  return manifest;
}

TEST(LengthText, IsMinutesAndSeconds) {
  EXPECT_THAT(LengthText(48000 * 205 + 9600, 48000), testing::StartsWith("3:25.2"));
  EXPECT_THAT(LengthText(0, 48000), testing::StartsWith("0:00.0"));
  EXPECT_THAT(LengthText(44100 * 60, 44100), testing::StartsWith("1:00.0"));
}

TEST(LengthText, NeverSaysSixtySeconds) {
  EXPECT_THAT(LengthText(48000 * 60 - 1, 48000), Not(HasSubstr(":60")));
}

TEST(PlanTable, HasALineForEachFileAndTheTotal) {
  const std::string table =
      PlanTable(With({Example("01_A/Stems/01_Drums.wav"), Example("01_A/Stems/02_Bass.wav")}));
  const std::vector<std::string> lines = absl::StrSplit(table, '\n');
  ASSERT_EQ(lines.size(), 5u) << table;  // a head, two files, the total, and nothing behind it
  for (const char* part : {"01_A/Stems/01_Drums.wav", "stem", "wav24", "2", "3:25.2", "59.1 MB"})
    EXPECT_THAT(lines[1], HasSubstr(part));
  EXPECT_THAT(lines[3], HasSubstr("2 files, 118.2 MB"));
  EXPECT_THAT(table, Not(HasSubstr("dBFS")));
}

TEST(PlanTable, ColumnsStandBelowEachOtherInAnyScript) {
  const std::string table = PlanTable(With({Example("Größe夜.wav"), Example("Size_12.wav")}));
  const std::vector<std::string> lines = absl::StrSplit(table, '\n');
  // 3 characters of the first name have 2, 2 and 3 bytes: 4 more in all.
  EXPECT_EQ(lines[1].find("stem"), lines[2].find("stem") + 4);
}

TEST(PackageTable, HasPeaksAndOversAndProofs) {
  Manifest manifest = With({Example("a.wav"), Example("b.wav")});
  manifest.mutable_files(0)->set_true_peak_dbtp(-5.875);
  manifest.mutable_files(0)->set_loudness_lufs(-18.25);
  manifest.mutable_files(1)->set_overs(12);
  manifest.mutable_files(1)->set_unused(true);
  Proof& proof = *manifest.add_songs()->add_proofs();
  proof.set_of("01_A/Mixes/A_Master.wav");
  proof.add_stems("a.wav");
  proof.add_stems("b.wav");
  proof.set_residual_peak_dbfs(-std::numeric_limits<double>::infinity());
  proof.set_residual_rms_dbfs(-std::numeric_limits<double>::infinity());
  proof.set_verdict("passed");
  const std::string table = PackageTable(manifest);
  EXPECT_THAT(table, HasSubstr("-6.02   -5.88  -18.25\n"));
  EXPECT_THAT(table, HasSubstr("12 overs"));
  EXPECT_THAT(table, HasSubstr("muted"));
  EXPECT_THAT(table, HasSubstr("2 stems = 01_A/Mixes/A_Master.wav: 0 LSB"));
  EXPECT_THAT(table, HasSubstr("passed"));
}

TEST(ProofLine, SaysWhatIsWrongAndWhatHelps) {
  Proof proof;
  proof.set_of("m.wav");
  proof.set_max_lsb(7);
  proof.set_overs(3);
  proof.set_verdict("failed");
  EXPECT_THAT(ProofLine(proof), HasSubstr("7 LSB"));
  EXPECT_THAT(ProofLine(proof), HasSubstr("failed"));
  EXPECT_THAT(ProofLine(proof), HasSubstr("3 samples are clipped"));
  EXPECT_THAT(ProofLine(proof), HasSubstr("wav32f"));
}

TEST(ProofLine, SaysInWordsWhatItIsAgainst) {
  Proof proof;
  proof.set_verdict("passed");
  proof.set_max_lsb(0.242431640625);
  proof.set_of("print:premaster");
  EXPECT_THAT(ProofLine(proof), HasSubstr("= the mix, not delivered in this format: 0.242 LSB"));
  proof.set_of("print:master");
  EXPECT_THAT(ProofLine(proof), HasSubstr("= the mix, not delivered in this format: 0.242 LSB"));
  proof.set_of("print:partial");
  EXPECT_THAT(ProofLine(proof), HasSubstr("= the sum of these groups, not delivered:"));
  proof.set_of("print:effects");
  EXPECT_THAT(ProofLine(proof), HasSubstr("= the effects sum, not delivered:"));
}

TEST(ProofLine, HasWholeStepsInFull) {
  Proof proof;
  proof.set_verdict("failed");
  proof.set_max_lsb(16777216);
  EXPECT_THAT(ProofLine(proof), HasSubstr(" 16777216 LSB"));
}

TEST(ProofLine, OfStemsThatNeedNotAddUpSaysByHowMuchTheyDiffer) {
  Proof proof;
  proof.set_of("01_A/Mixes/A_Master.wav");
  proof.add_stems("a.wav");
  proof.add_stems("b.wav");
  proof.set_residual_rms_dbfs(-23.4012);
  proof.set_residual_peak_dbfs(-9.96);
  proof.set_max_lsb(1234567);
  const std::string line = ProofLine(proof);
  EXPECT_THAT(line, HasSubstr("alone: differs by -23.4 dB rms, -10.0 dB peak"));
  EXPECT_THAT(line, HasSubstr("2 stems against 01_A/Mixes/A_Master.wav"));
  EXPECT_THAT(line, Not(HasSubstr("LSB")));
}

TEST(ProofLine, SaysHowWellAFinishedMasterIsExplained) {
  Proof proof;
  proof.set_of("m.wav");
  proof.set_verdict("passed");
  EXPECT_THAT(ProofLine(proof), Not(HasSubstr("derived")));
  proof.set_derivation("good");
  proof.set_derivation_residual_db(-47.26);
  EXPECT_THAT(ProofLine(proof),
              HasSubstr("  derived from the finished master: good, the residual lies at -47.3 dB of it\n"));
  proof.set_derivation("excellent");
  proof.set_derivation_residual_db(-std::numeric_limits<double>::infinity());
  EXPECT_THAT(ProofLine(proof), HasSubstr("excellent, with no residual\n"));
}

}  // namespace
}  // namespace trackout
