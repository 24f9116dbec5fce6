// Bundles: the same bytes whole, job by job and in blocks of any size; and ends before the end.
#include "worker/render/bundle.h"

#include <filesystem>
#include <thread>

#include "gmock/gmock.h"
#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::Noise;
using test::Wav;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kFrames = 5003;

class BundleTest : public test::Studio {
 protected:
  BundleTest() {
    const Digest mono = Record("mono.wav", 1, Noise(kFrames, 0.4, 1));
    const Digest stereo = Record("stereo.wav", 2, Noise(2 * kFrames, 0.4, 2));
    Print drums = StereoPrint();
    *drums.add_strips() = StripOf(1, {Clip(mono, 0, 0, 3000, -1), Clip(mono, 2500, 100, 2503)}, 2);
    *drums.add_strips() = StripOf(2, {Clip(stereo, 17, 0, 4000)}, 2);
    drums.mutable_strips(0)->add_pan(-33);
    *drums.add_strips() = BusOf(2);
    drums.mutable_strips(2)->set_fader_db(-2.2);
    Print rest = StereoPrint();
    *rest.add_strips() = StripOf(2, {Clip(stereo, 0, 1, 5002)});
    rest.mutable_strips(0)->set_fader_db(-3.3);
    jobs_ = {PlannedPrint(drums, kFrames), PlannedPrint(rest, kFrames)};
    Finish finish;
    finish.set_channels(2);
    finish.set_master_fader_db(-0.3);
    StemSet& set = *finish.add_stem_sets();
    for (int i = 0; i < 2; ++i) {
      finish.add_prints()->set_job_key(jobs_[static_cast<size_t>(i)].key());
      set.add_stems(i + 1);
    }
    set.set_channels(2);
    Mix& mix = *finish.add_mixes();
    mix.add_terms()->set_print(0);
    mix.add_terms()->set_print(1);
    mix.mutable_terms(1)->set_gain_db(0.5);
    for (int i = 0; i < 2; ++i) finish.add_mixes()->add_terms()->set_print(i);
    for (const Format::Bits bits : {Format::BITS_16, Format::BITS_24, Format::BITS_32F}) {
      MixFile& file = *finish.add_mix_files();
      *file.mutable_format() = Wav(bits);
      file.set_channels(2);
      if (bits == Format::BITS_16) file.set_tpdf_seed(42);
    }
    *set.mutable_format() = Wav(Format::BITS_24);
    jobs_.push_back(PlannedFinish(finish, kFrames));
    RenderJob raw;
    TrackFile& track = *raw.mutable_track_files()->add_tracks();
    track.set_channels(1);
    *track.add_signals()->mutable_playlist() = drums.strips(0).playlist();
    *track.mutable_format() = Wav(Format::BITS_16);
    track.set_tpdf_seed(43);
    jobs_.push_back(Planned(raw, kFrames));
  }

  // The digests of all files, as one text.
  std::string FilesOf(const JobResults& results) const {
    std::string text;
    for (const size_t job : {size_t{2}, size_t{3}}) {
      for (const Rendered& rendered : results.at(jobs_[job].key()).outputs())
        text += Hex(rendered.digest()) + " " + rendered.measured().ShortDebugString() + "\n";
    }
    return text;
  }
  std::string JobByJob(int block_frames) {
    JobResults results;
    for (const PlannedJob& job : jobs_) results = Render({job}, block_frames, results);
    return FilesOf(results);
  }

  std::vector<PlannedJob> jobs_;  // print, print, finish, raw tracks
};

TEST_F(BundleTest, BlocksOfAnySizeGiveTheSameBytes) {
  const std::string files = FilesOf(Render(jobs_, 4096));
  EXPECT_EQ(std::count(files.begin(), files.end(), '\n'), 6);
  for (const int block : {16, 17, 64, 511, 5002, 5003, 5004, 100'003})
    EXPECT_EQ(FilesOf(Render(jobs_, block)), files) << block;
}

TEST_F(BundleTest, JobByJobGivesTheSameBytes) {
  const std::string files = FilesOf(Render(jobs_, 4096));
  for (const int block : {16, 511, 100'003}) EXPECT_EQ(JobByJob(block), files) << block;
}

TEST_F(BundleTest, ACrewGivesTheSameBytes) {
  const std::string files = FilesOf(Render(jobs_, 4096));
  Crew crew(3);
  const Crew::Place place(crew);
  for (const int block : {64, 511, 5003, 100'003})
    EXPECT_EQ(FilesOf(Render(jobs_, block, {}, &crew)), files) << block;
}

TEST_F(BundleTest, AgainGivesTheSameBytes) {
  EXPECT_EQ(FilesOf(Render(jobs_)), FilesOf(Render(jobs_)));
}

TEST_F(BundleTest, APrintThatOnlyItsFinishReadsIsNotWritten) {
  const JobResults results = Render(jobs_);
  EXPECT_FALSE(results.contains(jobs_[0].key()));
  EXPECT_TRUE(results.contains(jobs_[2].key()));
  EXPECT_EQ(BlobFiles().size(), 6u);  // three mixes, two stems, a raw track
}

TEST_F(BundleTest, APrintByItselfIsABlobOfDoubles) {
  const JobResults results = Render({jobs_[0]});
  EXPECT_EQ(results.at(jobs_[0].key()).outputs(0).digest().size_bytes(), kFrames * 2 * 8);
}

TEST_F(BundleTest, ASourceThatEndsEarlyIsNamed) {
  const Digest source = Record("Short Kick.wav", 1, Noise(1000, 0.5, 9));
  Print print = StereoPrint();
  *print.add_strips() = StripOf(1, {Clip(source, 0, 0, kFrames)});
  const absl::Status status = TryRender({PlannedPrint(print, kFrames)}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("Short Kick.wav"));
}

TEST_F(BundleTest, ASourceThatWasCutSinceIsNamed) {
  const Digest source = Record("Kick.wav", 1, Noise(kFrames, 0.5, 9));
  std::filesystem::resize_file(sources_ / "Kick.wav", 5000);
  Print print = StereoPrint();
  *print.add_strips() = StripOf(1, {Clip(source, 0, 0, kFrames)});
  const absl::Status status = TryRender({PlannedPrint(print, kFrames)}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("Kick.wav"));
  EXPECT_THAT(BlobFiles(), IsEmpty());
}

TEST_F(BundleTest, ASourceOfOtherChannelsIsNamed) {
  const Digest source = Record("Kick.wav", 1, Noise(kFrames, 0.5, 9));
  Print print = StereoPrint();
  *print.add_strips() = StripOf(2, {Clip(source, 0, 0, kFrames)});
  const absl::Status status = TryRender({PlannedPrint(print, kFrames)}).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("Kick.wav"));
}

TEST_F(BundleTest, AStopBeforeTheFirstBlockLeavesNoBlobs) {
  const std::atomic<bool> stop = true;
  const absl::Status status =
      RenderBundle({&jobs_[0], &jobs_[1], &jobs_[2], &jobs_[3]}, {}, store_, {500, stop, nullptr}).status();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_THAT(BlobFiles(), IsEmpty());
}

TEST_F(BundleTest, AStopUnderWayLeavesNoBlobs) {
  constexpr int64_t kHour = int64_t{3600} * test::kSampleRate;
  const PlannedJob silence = PlannedPrint(StereoPrint(), kHour);
  std::atomic<bool> stop = false;
  std::atomic<int64_t> frames_done = 0;
  std::thread stopper([&] {
    while (frames_done == 0) std::this_thread::yield();
    stop = true;
  });
  const absl::Status status = RenderBundle({&silence}, {}, store_, {16, stop, &frames_done}).status();
  stopper.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_LT(frames_done, kHour);
  EXPECT_THAT(BlobFiles(), IsEmpty());
}

TEST_F(BundleTest, TellsHowFarItIs) {
  std::atomic<int64_t> frames_done = 7;
  ASSERT_TRUE(RenderBundle({&jobs_[0]}, {}, store_, {512, never_, &frames_done}).ok());
  EXPECT_EQ(frames_done, kFrames + 7);
}

}  // namespace
}  // namespace trackout
