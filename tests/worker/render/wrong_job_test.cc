// Jobs that no planner writes, as a broken or foreign peer may send them: a Status, never a crash. Each is
// rendered in a process of its own, so that a crash is a failure of its test alone.
#include <cstdlib>
#include <functional>

#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::Wav;

constexpr int kFrames = 100;

class WrongJobTest : public test::Studio {
 protected:
  // Exits with 0 where the render ends with an error, 1 where it says that all went well.
  void RenderAndExit(const std::vector<PlannedJob>& jobs, const JobResults& earlier = {}) {
    std::exit(TryRender(jobs, 64, earlier).ok() ? 1 : 0);
  }
  void ExpectRefused(const RenderJob& job, const JobResults& earlier = {}) {
    EXPECT_EXIT(RenderAndExit({Planned(job, kFrames)}, earlier), testing::ExitedWithCode(0), "")
        << job.ShortDebugString();
  }

  // A finish of one silent print, with an error put into it.
  RenderJob FinishWith(const std::function<void(Finish&)>& spoil) {
    RenderJob job;
    Finish& finish = *job.mutable_finish();
    finish.add_prints()->set_job_key(print_.key());
    finish.add_mixes()->add_terms()->set_print(0);
    *finish.add_mix_files()->mutable_format() = Wav(Format::BITS_24);
    StemSet& set = *finish.add_stem_sets();
    set.add_prints(0);
    *set.mutable_format() = Wav(Format::BITS_24);
    spoil(finish);
    return job;
  }

  const PlannedJob print_ = PlannedPrint(Print(), kFrames);
  const JobResults earlier_ = Render({print_});
};

TEST_F(WrongJobTest, AWholeFinishIsRendered) {
  EXPECT_TRUE(TryRender({Planned(FinishWith([](Finish&) {}), kFrames)}, 64, earlier_).ok());
}

TEST_F(WrongJobTest, BusesThatFormACycle) {
  RenderJob job;
  job.mutable_print()->add_buses()->set_feeds(1);
  job.mutable_print()->add_buses()->set_feeds(0);
  ExpectRefused(job);
  job.mutable_print()->clear_buses();
  job.mutable_print()->add_buses()->set_feeds(0);
  ExpectRefused(job);
}

TEST_F(WrongJobTest, BusesThatFeedNowhere) {
  for (const int feeds : {1, 1'000'000, -2, -1'000'000}) {
    RenderJob job;
    job.mutable_print()->add_buses()->set_feeds(feeds);
    ExpectRefused(job);
  }
}

TEST_F(WrongJobTest, StripsThatFeedNowhere) {
  for (const int feeds : {0, 5, -2}) {
    RenderJob job;
    *job.mutable_print()->add_strips() = StripOf(1, {}, feeds);
    ExpectRefused(job);
  }
}

TEST_F(WrongJobTest, StripsThatAreNeitherMonoNorStereo) {
  for (const int channels : {0, 3, -1, 1'000'000}) {
    RenderJob job;
    *job.mutable_print()->add_strips() = StripOf(channels, {});
    ExpectRefused(job);
  }
}

TEST_F(WrongJobTest, RawTracksThatAreNeitherMonoNorStereo) {
  for (const int channels : {0, 3, -1}) {
    RenderJob job;
    RawTrack& track = *job.mutable_raw_tracks()->add_tracks();
    track.set_channels(channels);
    *track.mutable_format() = Wav(Format::BITS_24);
    ExpectRefused(job);
  }
}

TEST_F(WrongJobTest, MixesOfPrintsThatAreNotThere) {
  for (const int print : {1, -1, 1'000'000})
    ExpectRefused(
        FinishWith([&](Finish& finish) { finish.mutable_mixes(0)->mutable_terms(0)->set_print(print); }),
        earlier_);
}

TEST_F(WrongJobTest, FilesOfMixesThatAreNotThere) {
  for (const int mix : {1, -1})
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_mix_files(0)->set_mix(mix); }), earlier_);
}

TEST_F(WrongJobTest, StemsOfWhatIsNotThere) {
  for (const int index : {1, -1}) {
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_stem_sets(0)->set_prints(0, index); }),
                  earlier_);
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_stem_sets(0)->set_mix(index); }), earlier_);
  }
  ExpectRefused(FinishWith([](Finish& finish) { finish.mutable_stem_sets(0)->clear_prints(); }), earlier_);
}

TEST_F(WrongJobTest, APrintThatNobodyMade) {
  ExpectRefused(FinishWith([](Finish& finish) { finish.mutable_prints(0)->set_job_key("nobody"); }),
                earlier_);
}

TEST_F(WrongJobTest, AnOutputThatAnotherJobDoesNotHave) {
  for (const int output : {1, -1, 1'000'000})
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_prints(0)->set_output(output); }),
                  earlier_);
}

TEST_F(WrongJobTest, AProofOfAnOutputThatAnotherJobDoesNotHave) {
  RenderJob job;
  job.mutable_sum_proof()->mutable_mix()->set_job_key(print_.key());
  job.mutable_sum_proof()->mutable_mix()->set_output(9);
  job.mutable_sum_proof()->add_stems()->set_job_key(print_.key());
  EXPECT_EXIT(
      std::exit(RenderProof(Planned(job, kFrames), earlier_, store_, {64, never_, nullptr}).ok() ? 1 : 0),
      testing::ExitedWithCode(0), "");
}

TEST_F(WrongJobTest, ASourceThatTheStoreDoesNotHave) {
  RenderJob job;
  *job.mutable_print()->add_strips() = StripOf(1, {Clip(DigestOf("nothing"), 0, 0, kFrames)});
  ExpectRefused(job);
}

TEST_F(WrongJobTest, AJobOfNoKind) {
  ExpectRefused(RenderJob());
}

TEST_F(WrongJobTest, AJobOfAnotherEngine) {
  PlannedJob job = PlannedPrint(Print(), kFrames);
  job.mutable_job()->set_engine_version(kEngineVersion + 1);
  EXPECT_FALSE(TryRender({job}).ok());
}

TEST_F(WrongJobTest, JobsOfTwoLengths) {
  EXPECT_FALSE(TryRender({PlannedPrint(Print(), kFrames), PlannedPrint(Print(), kFrames + 1)}).ok());
}

}  // namespace
}  // namespace trackout
