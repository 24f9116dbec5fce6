// Jobs that no planner writes, as a broken or foreign peer may send them: a Status, never a crash. Each is
// rendered in a process of its own, so that a crash is a failure of its test alone.
#include <cstdlib>
#include <functional>
#include <limits>

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

  void ExpectPrintRefused(const Print& print) {
    RenderJob job;
    *job.mutable_print() = print;
    const absl::Status status = TryRender({Planned(job, kFrames)}, 64).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status << print.ShortDebugString().substr(0, 400);
  }

  // A finish of one silent print, with an error put into it.
  RenderJob FinishWith(const std::function<void(Finish&)>& spoil) {
    RenderJob job;
    Finish& finish = *job.mutable_finish();
    finish.add_prints()->set_job_key(print_.key());
    finish.set_channels(2);
    finish.add_mixes()->add_terms()->set_print(0);
    *finish.add_mix_files()->mutable_format() = Wav(Format::BITS_24);
    finish.mutable_mix_files(0)->set_channels(2);
    StemSet& set = *finish.add_stem_sets();
    set.add_stems(0);
    set.set_channels(2);
    *set.mutable_format() = Wav(Format::BITS_24);
    spoil(finish);
    return job;
  }

  const PlannedJob print_ = PlannedPrint(StereoPrint(), kFrames);
  const JobResults earlier_ = Render({print_});
};

TEST_F(WrongJobTest, AWholeFinishIsRendered) {
  EXPECT_TRUE(TryRender({Planned(FinishWith([](Finish&) {}), kFrames)}, 64, earlier_).ok());
}

TEST_F(WrongJobTest, BusesThatFormACycle) {
  Print print = StereoPrint();
  *print.add_strips() = BusOf(2, 1);
  *print.add_strips() = BusOf(2, 0);
  ExpectPrintRefused(print);
  print = StereoPrint();
  *print.add_strips() = BusOf(2, 0);
  ExpectPrintRefused(print);
}

TEST_F(WrongJobTest, ReturnsThatFormACycle) {
  Print print = StereoPrint();
  *print.add_strips() = BusOf(2);
  *print.add_strips() = BusOf(2);
  print.mutable_strips(0)->add_sends()->set_to(1);
  print.mutable_strips(1)->add_sends()->set_to(0);
  ExpectPrintRefused(print);
}

TEST_F(WrongJobTest, AMillionBusesInARowAreNoReasonToCrash) {
  Print print = StereoPrint();
  constexpr int kBuses = 1'000'000;
  for (int i = 0; i < kBuses; ++i) *print.add_strips() = BusOf(2, i + 1 < kBuses ? i + 1 : 0);
  ExpectPrintRefused(print);
}

TEST_F(WrongJobTest, StripsThatFeedNowhere) {
  for (const int feeds : {1, 5, -3, 1'000'000, -1'000'000}) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(1, {}, feeds);
    ExpectPrintRefused(print);
    print.clear_strips();
    *print.add_strips() = BusOf(2, feeds);
    ExpectPrintRefused(print);
  }
}

TEST_F(WrongJobTest, StripsThatFeedATrack) {
  Print print = StereoPrint();
  *print.add_strips() = StripOf(1, {});
  *print.add_strips() = StripOf(1, {}, 0);
  ExpectPrintRefused(print);
}

TEST_F(WrongJobTest, SendsThatGoNowhereOrToATrack) {
  for (const int to : {-1, -2, 0, 2, 1'000'000}) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(1, {});
    *print.add_strips() = BusOf(2);
    print.mutable_strips(1)->add_sends()->set_to(to);
    ExpectPrintRefused(print);
  }
}

TEST_F(WrongJobTest, ChannelsThatAreNoLayout) {
  for (const int channels : {0, 5, 7, 9, -1, 1'000'000}) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(channels, {});
    ExpectPrintRefused(print);
    print.mutable_strips(0)->set_channels(2);
    ExpectPrintRefused(print);
    print.clear_strips();
    *print.add_strips() = BusOf(channels);
    ExpectPrintRefused(print);
    print.clear_strips();
    print.set_channels(channels);
    ExpectPrintRefused(print);
    RenderJob job;
    TrackFile& track = *job.mutable_track_files()->add_tracks();
    track.set_channels(channels);
    *track.mutable_format() = Wav(Format::BITS_24);
    ExpectRefused(job);
    ExpectRefused(FinishWith([&](Finish& finish) { finish.set_channels(channels); }), earlier_);
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_mix_files(0)->set_channels(channels); }),
                  earlier_);
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_stem_sets(0)->set_channels(channels); }),
                  earlier_);
  }
}

TEST_F(WrongJobTest, APlaylistOfOtherChannelsThanItsStrip) {
  Print print = StereoPrint();
  *print.add_strips() = StripOf(1, {});
  print.mutable_strips(0)->mutable_playlist()->set_channels(2);
  ExpectPrintRefused(print);
}

TEST_F(WrongJobTest, ParametersThatAreOutOfRange) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::function<void(Strip&)>> spoils = {
      [](Strip& strip) { strip.set_fader_db(kNan); },
      [](Strip& strip) { strip.set_fader_db(1e6); },
      [](Strip& strip) { strip.add_pan(101); },
      [](Strip& strip) { strip.add_pan(kNan); },
      [](Strip& strip) { strip.add_pan(0), strip.add_pan(0); },
      [](Strip& strip) { strip.set_width(-1); },
      [](Strip& strip) { strip.set_delay_frames(int64_t{1} << 60); },
      [](Strip& strip) { strip.set_delay_frames(std::numeric_limits<int64_t>::min() + 1); },
      [](Strip& strip) { strip.mutable_mute()->add_points()->set_value(0.5); },
      [](Strip& strip) { strip.mutable_fader()->add_points()->set_value(kNan); },
      [](Strip& strip) { strip.mutable_pan_automation()->add_points()->set_value(-101); },
      [](Strip& strip) {
        strip.mutable_fader()->add_points()->set_frame(9);
        strip.mutable_fader()->add_points()->set_frame(8);
      },
  };
  for (const auto& spoil : spoils) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(1, {});
    spoil(*print.mutable_strips(0));
    ExpectPrintRefused(print);
  }
}

TEST_F(WrongJobTest, RegionsThatAreOutOfRange) {
  const std::vector<std::function<void(Region&)>> spoils = {
      [](Region& region) { region.set_start_frame(-1); },
      [](Region& region) { region.set_start_frame(int64_t{1} << 62); },
      [](Region& region) { region.set_offset_frame(-1); },
      [](Region& region) { region.set_frame_count(int64_t{1} << 62); },
      [](Region& region) { region.mutable_fade_in()->set_frames(-1); },
      [](Region& region) { region.set_source_rate(-48000); },
      [](Region& region) { region.add_channels(-1); },
      [](Region& region) { region.add_channels(0), region.add_channels(0); },
  };
  const Digest source = Record("mono", 1, test::Samples(kFrames, 0.5));
  for (const auto& spoil : spoils) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(1, {Clip(source, 0, 0, kFrames)});
    spoil(*print.mutable_strips(0)->mutable_playlist()->mutable_regions(0));
    ExpectPrintRefused(print);
  }
}

TEST_F(WrongJobTest, AChannelThatTheSourceDoesNotHave) {
  Print print = StereoPrint();
  *print.add_strips() = StripOf(1, {Clip(Record("mono", 1, test::Samples(kFrames, 0.5)), 0, 0, kFrames)});
  print.mutable_strips(0)->mutable_playlist()->mutable_regions(0)->add_channels(1);
  EXPECT_TRUE(absl::IsDataLoss(TryRender({PlannedPrint(print, kFrames)}).status()));
}

TEST_F(WrongJobTest, DelaysThatNoMemoryHoldsApart) {
  const Digest source = Record("mono", 1, test::Samples(kFrames, 0.5));
  Print print = StereoPrint();
  *print.add_strips() = StripOf(1, {Clip(source, 0, 0, kFrames)});
  *print.add_strips() = print.strips(0);
  print.mutable_strips(1)->set_delay_frames(int64_t{1} << 36);
  ExpectPrintRefused(print);
}

TEST_F(WrongJobTest, EditsThatAreOutOfRange) {
  const std::vector<std::function<void(Finish&)>> spoils = {
      [](Finish& finish) { finish.mutable_edit()->mutable_sections(0)->set_from_frame(-1); },
      [](Finish& finish) { finish.mutable_edit()->mutable_sections(0)->set_to_frame(9); },
      [](Finish& finish) { finish.mutable_edit()->mutable_sections(0)->set_crossfade_frames(-1); },
      [](Finish& finish) { finish.mutable_edit()->set_fade_out_frames(-1); },
      [](Finish& finish) { finish.set_whole_frames(-1); },
      [](Finish& finish) { finish.set_whole_frames(kFrames + 1); },
  };
  const auto edit = [](Finish& finish) {
    EditSection& section = *finish.mutable_edit()->add_sections();
    section.set_from_frame(10);
    section.set_to_frame(20);
    finish.set_whole_frames(kFrames);
  };
  EXPECT_TRUE(TryRender({Planned(FinishWith(edit), kFrames)}, 64, earlier_).ok());
  for (const auto& spoil : spoils) {
    ExpectRefused(FinishWith([&](Finish& finish) {
                    edit(finish);
                    spoil(finish);
                  }),
                  earlier_);
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
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_stem_sets(0)->set_stems(0, index); }),
                  earlier_);
    ExpectRefused(FinishWith([&](Finish& finish) { finish.mutable_stem_sets(0)->set_mix(index); }), earlier_);
  }
  ExpectRefused(FinishWith([](Finish& finish) { finish.mutable_stem_sets(0)->clear_stems(); }), earlier_);
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
  *job.mutable_print() = StereoPrint();
  *job.mutable_print()->add_strips() = StripOf(1, {Clip(DigestOf("nothing"), 0, 0, kFrames)});
  ExpectRefused(job);
}

TEST_F(WrongJobTest, AJobOfNoKind) {
  ExpectRefused(RenderJob());
}

TEST_F(WrongJobTest, AJobOfAnotherEngine) {
  PlannedJob job = PlannedPrint(StereoPrint(), kFrames);
  job.mutable_job()->set_engine_version(kEngineVersion + 1);
  EXPECT_FALSE(TryRender({job}).ok());
}

TEST_F(WrongJobTest, JobsOfTwoLengths) {
  EXPECT_FALSE(
      TryRender({PlannedPrint(StereoPrint(), kFrames), PlannedPrint(StereoPrint(), kFrames + 1)}).ok());
}

}  // namespace
}  // namespace trackout
