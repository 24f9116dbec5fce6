// The same bytes, whatever renders a song: blocks of any size, every instruction set, a crew or one thread,
// whole or job by job. The song has everything in it: random mixers, delays, sources and files at other
// rates, edits.
#include "gmock/gmock.h"
#include "tests/worker/render/random_mixer.h"
#include "tests/worker/render/studio.h"
#include "worker/dsp/isa.h"

namespace trackout {
namespace {

using test::Noise;
using test::Samples;
using test::Wav;

constexpr int64_t kFrames = 9000;
constexpr int64_t kStart = 123;

class SameBytesTest : public test::Studio {
 protected:
  SameBytesTest() {
    std::vector<test::RandomSource> sources;
    for (const int channels : {1, 2, 3, 8}) {
      const Samples samples =
          Noise(test::kRandomSourceFrames * channels, 0.2, static_cast<uint64_t>(channels));
      sources.push_back({Record("source" + std::to_string(channels), channels, samples), channels});
    }
    sources.push_back({RecordAs(Wav(Format::BITS_32F), "float", 2, Noise(2 * 1000, 0.3, 9)), 2});
    converted_ = Record("at 44.1", 2, Noise(2 * 6000, 0.3, 10), 44100);
    test::RandomMixer random(77, sources);
    for (int i = 0; i < 3; ++i) {
      RenderJob job;
      *job.mutable_print() = random.MakePrint(kFrames, 2);
      // The same bus in all of them, and clips of one source that is converted: behind, ahead of and over
      // another.
      Strip& track = *job.mutable_print()->add_strips() =
          StripOf(2, {Converted(100, 50, 3000), Converted(2000, 20, 2500), Converted(5000, 3000, 2000),
                      Converted(7500, 0, 900)});
      track.set_feeds(job.print().strips_size());
      *job.mutable_print()->add_strips() = BusOf(2);
      job.mutable_print()->mutable_strips(job.print().strips_size() - 1)->set_delay_frames(i == 2 ? -31 : 0);
      Add(job, kFrames);
    }
    AddFinish(kFrames, false);
    AddFinish(4321, true);
    RenderJob tracks;
    for (int i = 0; i < 3; ++i) {
      TrackFile& file = *tracks.mutable_track_files()->add_tracks();
      file.set_channels(1 + i % 2);
      *file.mutable_format() = Wav(i == 0 ? Format::BITS_16 : Format::BITS_24);
      if (i == 2) file.mutable_format()->set_sample_rate(96000);
      if (i == 0) file.set_tpdf_seed(5);
      for (const Strip& strip : jobs_[static_cast<size_t>(i)].job().print().strips()) {
        if (!strip.has_playlist()) continue;
        TrackSignal& signal = *file.add_signals();
        *signal.mutable_playlist() = strip.playlist();
        signal.set_inverted(i == 1);
        signal.set_delay_frames(i * 20 - 20);
      }
    }
    tracks.set_final_fade_frames(700);
    Add(tracks, kFrames);
  }

  Region Converted(int64_t start, int64_t offset, int64_t count) const {
    Region region = Clip(converted_, start, offset, count, -3);
    region.set_source_rate(44100);
    return region;
  }

  void Add(RenderJob job, int64_t frames, const std::vector<std::string>& needs = {}) {
    job.set_start_frame(kStart);
    jobs_.push_back(Planned(job, frames, needs));
  }

  void AddFinish(int64_t frames, bool is_edit) {
    RenderJob job;
    Finish& finish = *job.mutable_finish();
    finish.set_channels(2);
    finish.set_master_fader_db(-9);
    for (const auto& [frame, db] : {std::pair(500, 0.0), std::pair(4000, -6.0), std::pair(8000, -1.0)}) {
      Point& point = *finish.mutable_master_fader()->add_points();
      point.set_frame(frame);
      point.set_value(db);
    }
    Mix& mix = *finish.add_mixes();
    std::vector<std::string> needs;
    for (int i = 0; i < 3; ++i) {
      needs.push_back(jobs_[static_cast<size_t>(i)].key());
      finish.add_prints()->set_job_key(needs.back());
      mix.add_terms()->set_print(i);
      finish.add_mixes()->add_terms()->set_print(i);
    }
    for (const Format::Bits bits : {Format::BITS_16, Format::BITS_24, Format::BITS_32F}) {
      for (const int rate : {0, 44100}) {
        MixFile& file = *finish.add_mix_files();
        *file.mutable_format() = Wav(bits);
        file.mutable_format()->set_sample_rate(rate);
        file.set_channels(rate == 0 ? 2 : 1);
        if (bits == Format::BITS_16) file.set_tpdf_seed(9);
        StemSet& set = *finish.add_stem_sets();
        for (int i = 1; i <= 3; ++i) set.add_stems(i);
        *set.mutable_format() = file.format();
        set.set_channels(file.channels());
      }
    }
    if (is_edit) {
      finish.set_whole_frames(kFrames);
      for (const auto& [from, to, crossfade] :
           {std::tuple(4000, 6000, 0), std::tuple(100, 1300, 301), std::tuple(8000, 8900, 250)}) {
        EditSection& section = *finish.mutable_edit()->add_sections();
        section.set_from_frame(from);
        section.set_to_frame(to);
        section.set_crossfade_frames(crossfade);
      }
      finish.mutable_edit()->set_fade_out_frames(600);
    } else {
      job.set_final_fade_frames(1000);
    }
    Add(job, frames, needs);
  }

  // Digests and figures of all files, as one text.
  std::string FilesOf(const JobResults& results) const {
    std::string text;
    for (size_t job = 3; job < jobs_.size(); ++job) {
      for (const Rendered& rendered : results.at(jobs_[job].key()).outputs())
        text += Hex(rendered.digest()) + " " + rendered.measured().ShortDebugString() + "\n";
    }
    return text;
  }
  std::string JobByJob(int block_frames, Crew* crew) {
    JobResults results;
    for (const PlannedJob& job : jobs_) results = Render({job}, block_frames, results, crew);
    return FilesOf(results);
  }

  Digest converted_;
  std::vector<PlannedJob> jobs_;  // three prints, finish, finish of the edit, tracks
};

TEST_F(SameBytesTest, WhateverRendersIt) {
  const std::string files = FilesOf(Render(jobs_, 8192));
  ASSERT_EQ(std::count(files.begin(), files.end(), '\n'), 2 * 24 + 3);
  Crew crew(3);
  const Crew::Place place(crew);
  for (const dsp::Isa isa : dsp::AvailableIsas()) {
    ASSERT_TRUE(dsp::UseIsa(isa));
    for (const int block : {64, 511, 8192, 100'003}) {
      EXPECT_EQ(FilesOf(Render(jobs_, block)), files) << dsp::NameOf(isa) << " " << block;
      EXPECT_EQ(FilesOf(Render(jobs_, block, {}, &crew)), files)
          << "crew, " << dsp::NameOf(isa) << " " << block;
      EXPECT_EQ(JobByJob(block, block == 511 ? &crew : nullptr), files) << "job by job, " << block;
    }
  }
  dsp::UseIsa(dsp::AvailableIsas().back());
}

TEST_F(SameBytesTest, SetsCloseAtEveryRateAndInTheEdit) {
  const JobResults results = Render(jobs_, 777);
  for (const size_t job : {size_t{3}, size_t{4}}) {
    const JobResult& result = results.at(jobs_[job].key());
    for (const int file : {2, 3}) {  // 24 bits, at the song's rate and at 44.1 kHz
      Samples rest = Decoded(result.outputs(file), 24);
      ASSERT_GT(rest.size(), 3000u);
      EXPECT_NE(rest, Samples(rest.size(), 0.0));
      for (int stem = 0; stem < 3; ++stem) {
        const Samples samples = Decoded(result.outputs(6 + 3 * file + stem), 24);
        ASSERT_EQ(samples.size(), rest.size());
        for (size_t i = 0; i < rest.size(); ++i) rest[i] -= samples[i];
      }
      EXPECT_EQ(rest, Samples(rest.size(), 0.0)) << "job " << job << " file " << file;
    }
  }
}

TEST_F(SameBytesTest, AStopLeavesNothingBehind) {
  const std::atomic<bool> stop = true;
  std::vector<const PlannedJob*> jobs;
  for (const PlannedJob& job : jobs_) jobs.push_back(&job);
  Crew crew(2);
  const absl::Status status = RenderBundle(jobs, {}, store_, {500, stop, nullptr, &crew}).status();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_THAT(BlobFiles(), testing::IsEmpty());
}

}  // namespace
}  // namespace trackout
