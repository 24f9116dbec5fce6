// The proof that stems add up: sums worked by hand, in steps of the files, and errors put where they must be
// found.
#include "core/audio/sum_proof.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

using test::Wav;
using testing::HasSubstr;

using Samples = std::vector<double>;

const std::atomic<bool> kNever = false;

class SumProofTest : public testing::Test {
 protected:
  // Stereo files: integers in steps of the format, float as it is.
  std::string File(const std::string& name, Format::Bits bits, Samples samples, int channels = 2,
                   int rate = 48000) {
    const double full_scale = bits == Format::BITS_16 ? 0x1p15 : bits == Format::BITS_24 ? 0x1p23 : 1;
    for (double& sample : samples) sample /= full_scale;
    return test::WriteWav(folder_ / name, Wav(bits), channels, rate, samples);
  }

  Residual Measure(Format::Bits bits, const Samples& mix, const std::vector<Samples>& stems,
                   MixDither dither = MixDither::kNone) {
    std::vector<std::string> paths;
    for (size_t i = 0; i < stems.size(); ++i)
      paths.push_back(File("stem" + std::to_string(i), bits, stems[i]));
    const absl::StatusOr<Residual> residual = MeasureSum(File("mix", bits, mix), paths, dither, kNever);
    EXPECT_TRUE(residual.ok()) << residual.status();
    return residual.ok() ? *residual : Residual();
  }

  static std::string Verdict(const Residual& residual) {
    Proof proof;
    FillProof(residual, proof);
    return proof.verdict();
  }

  const test::Folder folder_;
};

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

TEST_F(SumProofTest, StemsThatAddUpLeaveNothing) {
  const Residual residual = Measure(Format::BITS_24, {3, -7, 100, 0}, {{1, -8, 50, 4}, {2, 1, 50, -4}});
  EXPECT_EQ(residual.max_lsb(), 0);
  EXPECT_EQ(residual.overs(), 0);
  EXPECT_TRUE(residual.within_bound());
  EXPECT_EQ(residual.residual_peak_dbfs(), kMinusInfinity);
  EXPECT_EQ(residual.residual_rms_dbfs(), kMinusInfinity);
  EXPECT_EQ(Verdict(residual), "passed");
}

TEST_F(SumProofTest, AddsUpBeyondTheRangeOfAFileOnTheWay) {
  EXPECT_EQ(Measure(Format::BITS_16, {30000, 0}, {{30000, 1}, {30000, 1}, {-30000, -2}}).max_lsb(), 0);
}

// Longer than a stretch, with a fault at the very end and overs on the way.
TEST_F(SumProofTest, AnyNumberOfThreadsFindsTheSame) {
  for (const Format::Bits bits : {Format::BITS_16, Format::BITS_24, Format::BITS_32F}) {
    const size_t samples = 2 * 600'000;
    const double full_scale = bits == Format::BITS_16 ? 0x1p15 : bits == Format::BITS_24 ? 0x1p23 : 1;
    Samples mix = test::Noise(samples, 0.25, 1), one = test::Noise(samples, 0.25, 2), other(samples);
    for (size_t i = 0; i < samples; ++i) {
      mix[i] = std::round(mix[i] * 0x1p15) / 0x1p15 * full_scale;
      one[i] = std::round(one[i] * 0x1p15) / 0x1p15 * full_scale;
      other[i] = mix[i] - one[i];
    }
    const double step = bits == Format::BITS_32F ? 0x1p-12 : 3;
    mix[2 * 300'000] += step;
    mix[samples - 1] += 2 * step;
    const std::string sum = File("mix", bits, mix);
    const std::vector<std::string> stems{File("one", bits, one), File("other", bits, other)};
    const absl::StatusOr<Residual> alone = MeasureSum(sum, stems, MixDither::kNone, kNever);
    ASSERT_TRUE(alone.ok()) << alone.status();
    EXPECT_EQ(alone->worst_frame(), 599'999);
    EXPECT_EQ(alone->worst_channel(), 1);
    EXPECT_FALSE(alone->within_bound());
    for (const int threads : {2, 3, 16}) {
      const absl::StatusOr<Residual> together = MeasureSum(sum, stems, MixDither::kNone, kNever, threads);
      ASSERT_TRUE(together.ok()) << together.status();
      EXPECT_EQ(together->SerializeAsString(), alone->SerializeAsString()) << threads;
    }
  }
}

TEST_F(SumProofTest, OneStepAtOneSampleIsFoundAndNamed) {
  // 20,000 frames, so that it is not in the first block of reading.
  Samples mix = test::Noise(40'000, 0.25, 1), one = test::Noise(40'000, 0.25, 2), other(40'000);
  for (size_t i = 0; i < mix.size(); ++i) {
    mix[i] *= 0x1p23;
    one[i] *= 0x1p23;
    other[i] = mix[i] - one[i];
  }
  mix[2 * 12'345 + 1] += 1;
  const Residual residual = Measure(Format::BITS_24, mix, {one, other});
  EXPECT_EQ(residual.max_lsb(), 1);
  EXPECT_FALSE(residual.within_bound());
  EXPECT_EQ(residual.worst_frame(), 12'345);
  EXPECT_EQ(residual.worst_channel(), 1);
  EXPECT_EQ(residual.residual_peak_dbfs(), -138.4738);  // 20 log10(2^-23)
  // rms: 2^-23 / sqrt(40,000) = 46.0206 dB below.
  EXPECT_NEAR(residual.residual_rms_dbfs(), -138.4738 - 46.0206, 0.00011);
  EXPECT_EQ(Verdict(residual), "failed");
}

TEST_F(SumProofTest, AFailedProofSaysWhereAndAPassedOneDoesNot) {
  Proof failed, passed;
  FillProof(Measure(Format::BITS_24, {0, 0, 0, 5}, {{0, 0, 0, 0}}), failed);
  EXPECT_EQ(failed.worst_frame(), 1);
  EXPECT_EQ(failed.worst_channel(), 1);
  EXPECT_EQ(failed.max_lsb(), 5);
  FillProof(Measure(Format::BITS_24, {0, 0, 0, 5}, {{0, 0, 0, 5}}), passed);
  EXPECT_FALSE(passed.has_worst_frame());
  EXPECT_FALSE(passed.has_worst_channel());
  EXPECT_TRUE(passed.has_max_lsb());
}

TEST_F(SumProofTest, AComparisonHasFiguresAndNoVerdict) {
  Proof compared;
  FillComparison(Measure(Format::BITS_24, {0, 0, 0, 5}, {{0, 0, 0, 0}}), compared);
  EXPECT_EQ(compared.max_lsb(), 5);
  EXPECT_TRUE(compared.has_residual_rms_dbfs());
  EXPECT_TRUE(compared.has_residual_peak_dbfs());
  EXPECT_TRUE(compared.has_overs());
  EXPECT_FALSE(compared.has_verdict());
  EXPECT_FALSE(compared.has_worst_frame());
}

TEST_F(SumProofTest, TheWorstSampleIsTheOneThatIsNamed) {
  const Residual residual = Measure(Format::BITS_16, {1, 0, 0, -4, 2, 0}, {{0, 0, 0, 0, 0, 0}});
  EXPECT_EQ(residual.max_lsb(), 4);
  EXPECT_EQ(residual.worst_frame(), 1);
  EXPECT_EQ(residual.worst_channel(), 1);
}

TEST_F(SumProofTest, AClippedMixIsAnOverAndNoFailure) {
  const Residual residual =
      Measure(Format::BITS_16, {32767, 5, -32768, 0}, {{30000, 2, -30000, 0}, {5000, 3, -4000, 0}});
  EXPECT_EQ(residual.overs(), 2);
  EXPECT_EQ(residual.max_lsb(), 0);
  EXPECT_TRUE(residual.within_bound());
  EXPECT_EQ(Verdict(residual), "passed_with_overs");
}

TEST_F(SumProofTest, AClippedStemIsAnOverAndNoFailure) {
  const Residual residual = Measure(Format::BITS_24, {100, 0}, {{0x1p23 - 1, 0}, {-8'388'000, 0}});
  EXPECT_EQ(residual.overs(), 1);
  EXPECT_EQ(Verdict(residual), "passed_with_overs");
}

TEST_F(SumProofTest, ASampleAtTheEndThatAddsUpIsNoOver) {
  const Residual residual = Measure(Format::BITS_16, {32767, -32768}, {{32767, -32768}});
  EXPECT_EQ(residual.overs(), 0);
  EXPECT_EQ(Verdict(residual), "passed");
}

TEST_F(SumProofTest, AnOverElsewhereHidesNoError) {
  const Residual residual = Measure(Format::BITS_16, {32767, 5}, {{40, 4}});
  EXPECT_EQ(residual.overs(), 1);
  EXPECT_EQ(residual.max_lsb(), 1);
  EXPECT_EQ(Verdict(residual), "failed");
}

// A mix of 16 bits is dithered, its stems are not: one step apart is what dither does, two is not.
TEST_F(SumProofTest, ADitheredMixMayDifferByOneStep) {
  const Samples stem{100, -100, 7, 0};
  EXPECT_TRUE(Measure(Format::BITS_16, {101, -101, 7, 1}, {stem}, MixDither::kTpdf).within_bound());
  EXPECT_FALSE(Measure(Format::BITS_16, {101, -101, 7, 1}, {stem}, MixDither::kNone).within_bound());
  EXPECT_FALSE(Measure(Format::BITS_16, {102, -101, 7, 1}, {stem}, MixDither::kTpdf).within_bound());
}

// 1 = 0.5 + 0.5: the bound is 2^-24 (1 + 0.5 + 0.5) = 2^-23, one unit in the last place of the mix.
TEST_F(SumProofTest, FloatMayDifferByItsRoundingAndNoMore) {
  const std::vector<Samples> stems{{0.5, 0.5}, {0.5, 0.5}};
  EXPECT_TRUE(Measure(Format::BITS_32F, {1, 1}, stems).within_bound());
  EXPECT_TRUE(Measure(Format::BITS_32F, {1, 1 + 0x1p-23}, stems).within_bound());
  const Residual broken = Measure(Format::BITS_32F, {1, 1 + 0x1p-22}, stems);
  EXPECT_FALSE(broken.within_bound());
  EXPECT_EQ(broken.worst_channel(), 1);
  EXPECT_EQ(broken.max_lsb(), 2);  // 2^-22 in steps of 2^-23
  EXPECT_EQ(Verdict(broken), "failed");
}

// Three stems of 1/3 as floats sum to 1.0000000298: within half a unit of each file.
TEST_F(SumProofTest, FloatStemsThatWereRoundedAddUp) {
  const double third = static_cast<float>(1.0 / 3);
  const Residual residual =
      Measure(Format::BITS_32F, {1, -1}, {{third, -third}, {third, -third}, {third, -third}});
  EXPECT_TRUE(residual.within_bound());
  EXPECT_NEAR(residual.max_lsb(), (3 * third - 1) * 0x1p23, 1e-9);
}

TEST_F(SumProofTest, FloatAboveFullScaleIsNoOver) {
  const Residual residual = Measure(Format::BITS_32F, {3, -3}, {{1, -1}, {2, -2}});
  EXPECT_EQ(residual.overs(), 0);
  EXPECT_EQ(Verdict(residual), "passed");
}

TEST_F(SumProofTest, FloatSilenceStaysSilence) {
  EXPECT_FALSE(Measure(Format::BITS_32F, {0, 0x1p-120}, {{0, 0}}).within_bound());
}

// Where a residual is left of loud sums, they have lost their last bits: that is no error of the stems.
TEST_F(SumProofTest, WhatSumsOfDoublesLoseIsAllowedWhereStemsSound) {
  EXPECT_TRUE(Measure(Format::BITS_32F, {0, 0}, {{0x1p-60, 0}, {-0x1p-61, 0}}).within_bound());
  EXPECT_FALSE(Measure(Format::BITS_32F, {0, 0}, {{0x1p-40, 0}, {-0x1p-41, 0}}).within_bound());
}

TEST_F(SumProofTest, FilesOfOtherShapesAreNotCompared) {
  const std::string mix = File("mix", Format::BITS_24, {1, 2, 3, 4});
  const std::vector<std::string> others{
      File("short", Format::BITS_24, {1, 2}), File("mono", Format::BITS_24, {1, 2}, 1),
      File("rate", Format::BITS_24, {1, 2, 3, 4}, 2, 44100), File("16", Format::BITS_16, {1, 2, 3, 4}),
      File("float", Format::BITS_32F, {0, 0, 0, 0})};
  for (const std::string& other : others) {
    const absl::Status status = MeasureSum(mix, {mix, other}, MixDither::kNone, kNever).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << other;
    EXPECT_THAT(status.message(), HasSubstr(other));
  }
}

TEST_F(SumProofTest, AStemThatIsNotThereIsNamed) {
  const absl::Status status =
      MeasureSum(File("mix", Format::BITS_24, {1, 2}), {folder_ / "gone.wav"}, MixDither::kNone, kNever)
          .status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(status.message(), HasSubstr("gone.wav"));
}

}  // namespace
}  // namespace trackout
