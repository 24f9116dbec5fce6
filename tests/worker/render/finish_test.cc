// The finish of a song: mixes of prints, and sets of stems that add up to them.
#include "gmock/gmock.h"
#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::ExpectNear;
using test::Gain;
using test::Noise;
using test::ReadByFfmpeg;
using test::Samples;
using test::Wav;

constexpr int kFrames = 4000;

class FinishTest : public test::Studio {
 protected:
  // Three prints of a stereo track each, at these levels; the third is silent in its second half.
  void Play(double level) {
    jobs_.clear();
    tracks_.clear();
    for (uint64_t i = 0; i < 3; ++i) {
      Samples samples = Noise(2 * kFrames, level, 10 + i);
      if (i == 2) std::fill(samples.begin() + kFrames, samples.end(), 0.0);
      const Digest source = Record("p" + std::to_string(i) + std::to_string(level), 2, samples);
      Print print = StereoPrint();
      *print.add_strips() = StripOf(2, {Clip(source, 0, 0, kFrames)});
      print.mutable_strips(0)->set_fader_db(fader_db_[i]);
      for (double& sample : samples) sample *= Gain(fader_db_[i]);
      tracks_.push_back(samples);
      jobs_.push_back(PlannedPrint(print, kFrames));
    }
  }

  // Mix 0 is all of them; those of 1, 2 and 3 are one each.
  Finish FinishOfAll() const {
    Finish finish;
    finish.set_channels(2);
    Mix& mix = *finish.add_mixes();
    for (int i = 0; i < 3; ++i) {
      finish.add_prints()->set_job_key(jobs_[static_cast<size_t>(i)].key());
      mix.add_terms()->set_print(i);
    }
    for (int i = 0; i < 3; ++i) finish.add_mixes()->add_terms()->set_print(i);
    return finish;
  }
  static void AddMixFile(Finish& finish, int mix, Format::Bits bits) {
    MixFile& file = *finish.add_mix_files();
    file.set_mix(mix);
    file.set_channels(2);
    *file.mutable_format() = Wav(bits);
  }
  static void AddStems(Finish& finish, Format::Bits bits) {
    StemSet& set = *finish.add_stem_sets();
    for (int i = 0; i < 3; ++i) set.add_stems(i + 1);
    set.set_channels(2);
    *set.mutable_format() = Wav(bits);
  }

  std::vector<Rendered> RenderFinish(const Finish& finish) {
    std::vector<PlannedJob> jobs = jobs_;
    jobs.push_back(PlannedFinish(finish, kFrames));
    const JobResults results = Render(jobs, 700);
    if (!results.contains(jobs.back().key())) return {};
    const JobResult& result = results.at(jobs.back().key());
    return {result.outputs().begin(), result.outputs().end()};
  }

  // Of the model: the sum of the prints at these levels, times the master fader.
  Samples Mixed(const std::vector<double>& levels_db, double master_db) const {
    Samples mix(2 * kFrames, 0.0);
    for (size_t t = 0; t < levels_db.size(); ++t) {
      for (size_t i = 0; i < mix.size(); ++i) mix[i] += tracks_[t][i] * Gain(levels_db[t]);
    }
    for (double& sample : mix) sample *= Gain(master_db);
    return mix;
  }

  // Steps that the model rounds to; a tie may fall to either side by the model's own error.
  static void ExpectRounded(const Samples& steps, const Samples& exact, int bits) {
    ASSERT_EQ(steps.size(), exact.size());
    for (size_t i = 0; i < steps.size(); ++i)
      ASSERT_LE(std::fabs(steps[i] - exact[i] * std::ldexp(1.0, bits - 1)), 0.5 + 1e-6) << i;
  }

  const double fader_db_[3] = {-1.3, -2.7, -0.9};
  std::vector<PlannedJob> jobs_;
  std::vector<Samples> tracks_;
};

TEST_F(FinishTest, AMixIsTheSumOfItsPrintsTimesTheMasterFader) {
  Play(0.2);
  Finish finish = FinishOfAll();
  finish.set_master_fader_db(-1.5);
  finish.mutable_mixes(0)->mutable_terms(1)->set_gain_db(1);
  AddMixFile(finish, 0, Format::BITS_24);
  AddMixFile(finish, 0, Format::BITS_16);
  AddMixFile(finish, 0, Format::BITS_32F);
  const std::vector<Rendered> files = RenderFinish(finish);
  ASSERT_EQ(files.size(), 3u);
  const Samples mix = Mixed({0, 1, 0}, -1.5);
  ExpectRounded(StepsIn(files[0], 24), mix, 24);
  ExpectRounded(StepsIn(files[1], 16), mix, 16);
  ExpectNear(ReadByFfmpeg(PathOf(files[2])), mix, 0x1p-24);
}

TEST_F(FinishTest, AMixMayLeaveOutPrints) {
  Play(0.2);
  Finish finish = FinishOfAll();
  finish.add_mixes()->add_terms()->set_print(1);
  finish.add_mixes();
  AddMixFile(finish, 4, Format::BITS_24);
  AddMixFile(finish, 5, Format::BITS_24);
  const std::vector<Rendered> files = RenderFinish(finish);
  ExpectRounded(StepsIn(files[0], 24), tracks_[1], 24);
  EXPECT_EQ(StepsIn(files[1], 24), Samples(2 * kFrames, 0.0));
}

TEST_F(FinishTest, ASetOfStemsClosesOnItsMixInEverySample) {
  Play(0.25);
  for (const auto& [bits, count] : {std::pair(Format::BITS_24, 24), std::pair(Format::BITS_16, 16)}) {
    Finish finish = FinishOfAll();
    finish.set_master_fader_db(-0.7);
    AddMixFile(finish, 0, bits);
    AddStems(finish, bits);
    const std::vector<Rendered> files = RenderFinish(finish);
    ASSERT_EQ(files.size(), 4u);
    const Samples mix = StepsIn(files[0], count);
    Samples sum(mix.size(), 0.0);
    for (size_t s = 1; s < 4; ++s) {
      const Samples stem = StepsIn(files[s], count);
      for (size_t i = 0; i < sum.size(); ++i) {
        sum[i] += stem[i];
        const double exact = tracks_[s - 1][i] * Gain(-0.7) * std::ldexp(1.0, count - 1);
        ASSERT_LT(std::fabs(stem[i] - exact), 1 + 1e-6) << "a stem errs by less than a step";
      }
    }
    EXPECT_EQ(sum, mix);
  }
}

TEST_F(FinishTest, SilenceStaysSilenceInAStem) {
  Play(0.25);
  Finish finish = FinishOfAll();
  AddStems(finish, Format::BITS_24);
  const Samples last = StepsIn(RenderFinish(finish)[2], 24);
  for (size_t i = kFrames; i < last.size(); ++i) ASSERT_EQ(last[i], 0) << i;
}

TEST_F(FinishTest, FloatStemsAreThePrintsTimesTheMasterFader) {
  Play(0.9);
  Finish finish = FinishOfAll();
  finish.set_master_fader_db(6);
  AddStems(finish, Format::BITS_32F);
  const std::vector<Rendered> files = RenderFinish(finish);
  for (size_t s = 0; s < 3; ++s) {
    Samples expected = tracks_[s];
    for (double& sample : expected) sample *= Gain(6);
    ExpectNear(ReadByFfmpeg(PathOf(files[s])), expected, 0x1p-23);
    EXPECT_EQ(files[s].measured().overs(), 0);
  }
  EXPECT_GT(files[0].measured().peak_dbfs(), 0);
}

TEST_F(FinishTest, AClippedMixIsCountedAndItsStemsAreWhole) {
  Play(0.9);
  Finish finish = FinishOfAll();
  AddMixFile(finish, 0, Format::BITS_24);
  AddStems(finish, Format::BITS_24);
  const std::vector<Rendered> files = RenderFinish(finish);
  const Samples mix = Mixed({0, 0, 0}, 0);
  int64_t overs = 0;
  for (const double sample : mix)
    overs += sample * 0x1p23 >= 0x1p23 - 0.5 || sample * 0x1p23 < -0x1p23 - 0.5 ? 1 : 0;
  ASSERT_GT(overs, 100);
  EXPECT_EQ(files[0].measured().overs(), overs);
  const Samples steps = StepsIn(files[0], 24);
  for (size_t i = 0; i < mix.size(); ++i)
    ASSERT_NEAR(steps[i], std::clamp(std::nearbyint(mix[i] * 0x1p23), -0x1p23, 0x1p23 - 1), 1) << i;
  for (size_t s = 1; s < 4; ++s) EXPECT_EQ(files[s].measured().overs(), 0);
}

TEST_F(FinishTest, ADitheredMixIsWithinAStepOfTheStems) {
  Play(0.2);
  Finish finish = FinishOfAll();
  AddMixFile(finish, 0, Format::BITS_16);
  AddStems(finish, Format::BITS_16);
  finish.mutable_mix_files(0)->set_tpdf_seed(5);
  const std::vector<Rendered> files = RenderFinish(finish);
  Samples rest = StepsIn(files[0], 16);
  for (size_t s = 1; s < 4; ++s) {
    const Samples stem = StepsIn(files[s], 16);
    for (size_t i = 0; i < rest.size(); ++i) rest[i] -= stem[i];
  }
  int different = 0;
  for (const double step : rest) {
    ASSERT_LE(std::fabs(step), 1);
    different += step != 0 ? 1 : 0;
  }
  EXPECT_GT(different, 1000);
}

TEST_F(FinishTest, TheTwoChannelsHaveDitherOfTheirOwn) {
  Play(0);
  Finish finish = FinishOfAll();
  AddMixFile(finish, 0, Format::BITS_16);
  finish.mutable_mix_files(0)->set_tpdf_seed(5);
  const Samples steps = StepsIn(RenderFinish(finish)[0], 16);
  double product = 0, square = 0;
  for (size_t i = 0; i < steps.size(); i += 2) {
    product += steps[i] * steps[i + 1];
    square += steps[i] * steps[i];
  }
  EXPECT_NEAR(square / kFrames, 0.25, 0.05);
  EXPECT_NEAR(product / kFrames, 0, 5 * 0.25 / std::sqrt(kFrames));
}

TEST_F(FinishTest, RenderProofFindsTheSetWhole) {
  Play(0.25);
  Finish finish = FinishOfAll();
  AddMixFile(finish, 0, Format::BITS_24);
  AddStems(finish, Format::BITS_24);
  std::vector<PlannedJob> jobs = jobs_;
  jobs.push_back(PlannedFinish(finish, kFrames));
  const JobResults results = Render(jobs);
  RenderJob job;
  for (int i = 0; i < 4; ++i) {
    JobOutput& output =
        i == 0 ? *job.mutable_sum_proof()->mutable_mix() : *job.mutable_sum_proof()->add_stems();
    output.set_job_key(jobs.back().key());
    output.set_output(i);
  }
  const absl::StatusOr<JobResult> proof =
      RenderProof(Planned(job, kFrames), results, store_, {64, never_, nullptr});
  ASSERT_TRUE(proof.ok()) << proof.status();
  EXPECT_TRUE(proof->residual().within_bound());
  EXPECT_EQ(proof->residual().max_lsb(), 0);
  EXPECT_EQ(RenderProof(Planned(job, kFrames), {}, store_, {64, never_, nullptr}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace trackout
