// Jobs that no planner writes, as a broken or foreign peer may send them: a Status, never a crash. Each is
// rendered in a process of its own, so that a crash is a failure of its test alone.
#include <cstdlib>
#include <functional>
#include <limits>

#include "core/limits.h"
#include "core/spec/insert_parameters.h"
#include "google/protobuf/text_format.h"
#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::Wav;

constexpr int kFrames = 100;
constexpr double kInf = std::numeric_limits<double>::infinity();

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

  // As a planner writes it: `limiter {}`.
  static Processor Written(const std::string& insert) {
    Insert read;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(insert, &read)) << insert;
    Processor processor;
    *processor.mutable_insert() = WithDefaults(read);
    return processor;
  }
  // All types, with all that they can have.
  static std::vector<Processor> AllTypes() {
    std::vector<Processor> processors;
    for (const char* insert :
         {"gain { level: -inf }", "width {}", "eq { bands { shape: LOW_CUT frequency: 10 slope: 18 } }",
          "eq { bands { shape: BELL frequency: 376320 } bands { shape: TILT frequency: 100 gain: -3 } }",
          "compressor { ratio: inf sidechain_filter { low_cut: 100 high_cut: 200 } }", "compressor {}",
          "expander { sidechain_filter { low_cut: 90 } }", "deesser {}", "limiter {}", "saturator {}",
          "delay { time { nanoseconds: 100000 } low_cut: 100 high_cut: 900 }", "reverb { low_cut: 90 }"})
      processors.push_back(Written(insert));
    return processors;
  }
  Processor Room() {
    Processor room = Written("reverb { impulse: 'hall.wav' }");
    room.mutable_insert()->mutable_reverb()->clear_impulse();
    *room.mutable_impulse() =
        PlaylistOf(1, {Clip(Record("hall", 1, test::Samples(kFrames, 0.5)), 0, 0, kFrames)});
    return room;
  }
  static Motion MotionOf(const std::string& parameter,
                         const std::vector<std::pair<int64_t, double>>& points) {
    Motion motion;
    motion.set_parameter(parameter);
    for (const auto& [frame, value] : points) {
      Point& point = *motion.mutable_envelope()->add_points();
      point.set_frame(frame);
      point.set_value(value);
    }
    return motion;
  }

  Print PrintThrough(const std::vector<Processor>& inserts) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(2, {Clip(stereo_, 0, 0, kFrames)});
    print.mutable_strips(0)->mutable_inserts()->Assign(inserts.begin(), inserts.end());
    return print;
  }
  void ExpectRefused(const Processor& processor) { ExpectPrintRefused(PrintThrough({processor})); }
  void ExpectRendered(const Print& print) {
    const absl::Status status = TryRender({PlannedPrint(print, kFrames)}, 64).status();
    EXPECT_TRUE(status.ok()) << status << print.ShortDebugString().substr(0, 400);
  }
  void ExpectRendered(const Processor& processor) { ExpectRendered(PrintThrough({processor})); }

  // A track through two buses, and the same of the song: there it goes through bus 0, then through bus 1. In
  // the print it is heard through the parts of `first` and `second`, one after the other.
  Print PrintOfParts(int first, int second) {
    Print print = StereoPrint();
    const Region clip = Clip(stereo_, 0, 0, kFrames), louder = Clip(stereo_, 0, 0, kFrames, 3);
    *print.add_whole() = BusOf(2, 1);
    *print.add_whole() = BusOf(2, -2);
    *print.add_whole() = StripOf(2, {louder}, 0);
    *print.add_strips() = StripOf(2, {clip}, 1);
    *print.add_strips() = BusOf(2, 2);
    *print.add_strips() = BusOf(2);
    for (int bus : {0, 1}) *print.mutable_whole(bus)->add_inserts() = Written("limiter {}");
    for (int bus : {1, 2}) *print.mutable_strips(bus)->add_inserts() = Written("limiter {}");
    print.mutable_strips(1)->set_whole(first);
    print.mutable_strips(2)->set_whole(second);
    return print;
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

  const Digest stereo_ = Record("stereo", 2, test::Samples(2 * kFrames, 0.5));
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

TEST_F(WrongJobTest, ProcessorsAsAPlannerWritesThemAreRendered) {
  for (const Processor& processor : AllTypes()) ExpectRendered(processor);
  Processor room = Room();
  ExpectRendered(room);
  room.set_dry(true);
  ExpectRendered(room);
}

TEST_F(WrongJobTest, CutsOfSlopesThatNoFilterHas) {
  for (const char* shape : {"LOW_CUT", "HIGH_CUT"}) {
    Processor cut = Written(std::string("eq { bands { frequency: 100 shape: ") + shape + " } }");
    EqBand& band = *cut.mutable_insert()->mutable_eq()->mutable_bands(0);
    for (const int slope : kCutSlopes) {
      band.set_slope(slope);
      ExpectRendered(cut);
    }
    for (const int slope : {-12, 0, 7, 13, 30, 42, 47, 49, 54, 1'000'000}) {
      band.set_slope(slope);
      ExpectRefused(cut);
    }
    band.clear_slope();
    ExpectRefused(cut);
  }
}

TEST_F(WrongJobTest, EqualisersOfNoBandsOrTooManyOrOfNoShape) {
  Processor eq = Written("eq { bands { shape: BELL frequency: 100 } }");
  const EqBand band = eq.insert().eq().bands(0);
  auto& bands = *eq.mutable_insert()->mutable_eq()->mutable_bands();
  while (bands.size() < kMostBands) *bands.Add() = band;
  ExpectRendered(eq);
  *bands.Add() = band;
  ExpectRefused(eq);
  bands.Clear();
  ExpectRefused(eq);
  *bands.Add() = band;
  for (const int shape : {0, 8, -1}) {
    bands[0].set_shape(static_cast<EqBand::Shape>(shape));
    ExpectRefused(eq);
  }
}

TEST_F(WrongJobTest, ImpulsesThatAreOutOfRange) {
  const std::vector<std::function<void(Playlist&)>> spoils = {
      [](Playlist& impulse) {
        impulse.mutable_regions(0)->set_frame_count(kMostImpulseSeconds * kHighestRate + 1);
      },
      [](Playlist& impulse) { impulse.mutable_regions(0)->set_frame_count(-1); },
      [](Playlist& impulse) { impulse.mutable_regions(0)->set_offset_frame(-1); },
      [](Playlist& impulse) { impulse.mutable_regions(0)->set_offset_frame(int64_t{1} << 62); },
      [](Playlist& impulse) { impulse.mutable_regions(0)->set_source_rate(-1); },
      [](Playlist& impulse) { impulse.mutable_regions(0)->add_channels(-1); },
      [](Playlist& impulse) {
        for (int i = 0; i < 100; ++i) impulse.mutable_regions(0)->add_channels(0);
      },
      [](Playlist& impulse) { *impulse.add_regions() = impulse.regions(0); },
      [](Playlist& impulse) { impulse.clear_regions(); },
      [](Playlist& impulse) { impulse.set_channels(0); },
      [](Playlist& impulse) { impulse.set_channels(-1); },
      [](Playlist& impulse) { impulse.set_channels(5); },
      [](Playlist& impulse) { impulse.set_channels(9); },
      [](Playlist& impulse) { impulse.set_channels(6); },  // of a stereo signal
  };
  for (const auto& spoil : spoils) {
    Processor room = Room();
    spoil(*room.mutable_impulse());
    ExpectRefused(room);
  }
  Processor limiter = Written("limiter {}");
  *limiter.mutable_impulse() = Room().impulse();
  ExpectRefused(limiter);
}

TEST_F(WrongJobTest, ParametersOfProcessorsThatAreNotWritten) {
  int cleared = 0;
  for (const Processor& processor : AllTypes()) {
    const size_t count = ParametersOf(processor.insert()).size();
    for (size_t i = 0; i < count; ++i) {
      Processor spoilt = processor;
      const InsertParameter parameter = ParametersOf(spoilt.insert())[i];
      if (!parameter.rule().has_fallback() && !parameter.rule().required()) continue;
      // The message is ours.
      auto& owner = const_cast<google::protobuf::Message&>(*parameter.owner);
      owner.GetReflection()->ClearField(&owner, parameter.field);
      ExpectRefused(spoilt);
      ++cleared;
    }
  }
  EXPECT_GT(cleared, 50);
}

TEST_F(WrongJobTest, ParametersOfProcessorsThatAreOutOfRange) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const double q : {0.0, -1.0, 41.0, kInf, kNan}) {
    Processor eq = Written("eq { bands { shape: BELL frequency: 100 } }");
    eq.mutable_insert()->mutable_eq()->mutable_bands(0)->set_q(q);
    ExpectRefused(eq);
  }
  for (const double level : {kNan, kInf, 61.0}) {
    Processor gain = Written("gain {}");
    gain.mutable_insert()->mutable_gain()->set_level(level);
    ExpectRefused(gain);
  }
  Processor compressor = Written("compressor {}");
  compressor.mutable_insert()->mutable_compressor()->mutable_attack()->set_samples(5);
  ExpectRefused(compressor);
  compressor = Written("compressor { sidechain_filter { low_cut: 100 } }");
  compressor.mutable_insert()->mutable_compressor()->mutable_sidechain_filter()->set_low_cut(-100);
  ExpectRefused(compressor);
}

TEST_F(WrongJobTest, MotionsThatAreNone) {
  const Processor compressor = Written("compressor {}");
  const auto moved = [](Processor processor, const std::vector<Motion>& motions) {
    processor.mutable_motions()->Assign(motions.begin(), motions.end());
    return processor;
  };
  ExpectRendered(moved(compressor, {MotionOf("attack", {{-9, 0}, {50, 1}}), MotionOf("ratio", {{0, 1e9}})}));
  ExpectRendered(moved(Written("gain {}"), {MotionOf("level", {{0, -kInf}, {50, 0}})}));
  const Motion ratio = MotionOf("ratio", {{0, 2}, {50, 3}});
  const std::vector<std::vector<Motion>> wrong = {
      {ratio, ratio},
      {MotionOf("ratio", {})},
      {MotionOf("ratio", {{0, kInf}})},
      {MotionOf("ratio", {{0, 0.5}})},
      {MotionOf("ratio", {{5, 2}, {4, 2}})},
      {MotionOf("ratio", {{int64_t{1} << 62, 2}})},
      {MotionOf("ratio", {{std::numeric_limits<int64_t>::min(), 2}})},
      {MotionOf("threshold", {{0, -kInf}})},
      {MotionOf("threshold", {{0, std::numeric_limits<double>::quiet_NaN()}})},
      {MotionOf("lookahead", {{0, 0.01}})},
      {MotionOf("sidechain_filter.low_cut", {{0, 100}})},
      {MotionOf("level", {{0, 0}})},
      {MotionOf("", {{0, 0}})},
  };
  for (const std::vector<Motion>& motions : wrong) ExpectRefused(moved(compressor, motions));
  ExpectRefused(moved(Written("gain {}"), {MotionOf("level", {{0, kInf}})}));
}

TEST_F(WrongJobTest, PartsThatStandInAnotherOrderThanTheirWholes) {
  ExpectRendered(PrintOfParts(0, 1));
  ExpectPrintRefused(PrintOfParts(1, 0));
}

TEST_F(WrongJobTest, PartsWithOtherInsertsThanTheirWhole) {
  const Processor delay = Written("delay { time { nanoseconds: 100000 } }");
  Print alike = PrintOfParts(0, 1);
  *alike.mutable_whole(0)->add_inserts() = delay;
  *alike.mutable_strips(1)->add_inserts() = delay;
  alike.mutable_strips(1)->mutable_inserts(1)->set_dry(true);
  alike.mutable_whole(0)->mutable_inserts(0)->set_sidechain(2);
  ExpectRendered(alike);
  const std::vector<std::function<void(Strip&)>> spoils = {
      [](Strip& part) { part.clear_inserts(); },
      [](Strip& part) { part.mutable_inserts()->RemoveLast(); },
      [&](Strip& part) { *part.add_inserts() = delay; },
      [](Strip& part) { part.mutable_inserts()->SwapElements(0, 1); },
      [](Strip& part) { part.mutable_inserts(0)->mutable_insert()->mutable_limiter()->set_ceiling(-2); },
      [](Strip& part) {
        *part.mutable_inserts(0)->add_motions() = MotionOf("ceiling", {{0, -3}});
      },
  };
  for (const auto& spoil : spoils) {
    Print print = alike;
    spoil(*print.mutable_strips(1));
    ExpectPrintRefused(print);
  }
}

}  // namespace
}  // namespace trackout
