// What becomes of a signal in files: channels, rates, fades, measurements.
#include <algorithm>
#include <numbers>

#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::ExpectNear;
using test::Gain;
using test::Noise;
using test::Samples;
using test::Wav;

constexpr int64_t kFrames = 4800;

class DeliveryTest : public test::Studio {
 protected:
  // A finish of one print that plays `samples` as they are, in one file.
  Rendered RenderFile(int channels, const Samples& samples, const Format& format, int of_file,
                      int64_t final_fade = 0) {
    const auto frames = static_cast<int64_t>(samples.size()) / channels;
    const Digest source =
        RecordAs(Wav(Format::BITS_32F), "source" + std::to_string(++sources_recorded_), channels, samples);
    Print print;
    print.set_channels(channels);
    *print.add_strips() = StripOf(channels, {Clip(source, 0, 0, frames)});
    const PlannedJob planned_print = PlannedPrint(print, frames);
    RenderJob job;
    Finish& finish = *job.mutable_finish();
    finish.set_channels(channels);
    finish.add_prints()->set_job_key(planned_print.key());
    finish.add_mixes()->add_terms()->set_print(0);
    MixFile& file = *finish.add_mix_files();
    *file.mutable_format() = format;
    file.set_channels(of_file);
    job.set_final_fade_frames(final_fade);
    const PlannedJob planned = Planned(job, frames, {planned_print.key()});
    const JobResults results = Render({planned_print, planned}, 700);
    return results.contains(planned.key()) ? results.at(planned.key()).outputs(0) : Rendered();
  }
  static Format At(int rate, Format::Bits bits) {
    Format format = Wav(bits);
    format.set_sample_rate(rate);
    return format;
  }

  int sources_recorded_ = 0;
};

TEST_F(DeliveryTest, AMonoFileOfACentredSignalIsItsLeft) {
  const Samples mono = Noise(kFrames, 0.5, 1);
  Samples stereo;
  for (const double sample : mono) stereo.insert(stereo.end(), {sample, sample});
  EXPECT_EQ(test::ReadByFfmpeg(PathOf(RenderFile(2, stereo, Wav(Format::BITS_32F), 1))), mono);
}

TEST_F(DeliveryTest, AStereoFileOfAMonoSignalHasItOnBothSides) {
  const Samples mono = Noise(kFrames, 0.5, 1);
  Samples stereo;
  for (const double sample : mono) stereo.insert(stereo.end(), {sample, sample});
  EXPECT_EQ(test::ReadByFfmpeg(PathOf(RenderFile(1, mono, Wav(Format::BITS_32F), 2))), stereo);
}

TEST_F(DeliveryTest, SurroundIntoStereoAndMono) {
  const Samples wide = Noise(6 * kFrames, 0.3, 2);
  const double half = std::sqrt(0.5);
  Samples stereo, mono;
  for (size_t i = 0; i < wide.size(); i += 6) {
    const double left = wide[i] + half * wide[i + 2] + half * wide[i + 4];
    const double right = wide[i + 1] + half * wide[i + 2] + half * wide[i + 5];
    stereo.insert(stereo.end(), {left, right});
    mono.push_back((left + right) / 2);
  }
  ExpectNear(test::ReadByFfmpeg(PathOf(RenderFile(6, wide, Wav(Format::BITS_32F), 2))), stereo, 0x1p-23);
  ExpectNear(test::ReadByFfmpeg(PathOf(RenderFile(6, wide, Wav(Format::BITS_32F), 1))), mono, 0x1p-23);
}

TEST_F(DeliveryTest, TheEndFadesOut) {
  const Samples samples = Noise(2 * kFrames, 0.5, 3);
  Samples expected = samples;
  for (int64_t n = kFrames - 1000; n < kFrames; ++n) {
    for (int64_t c = 0; c < 2; ++c)
      expected[static_cast<size_t>(2 * n + c)] *= static_cast<double>(kFrames - n) / 1000;
  }
  ExpectNear(test::ReadByFfmpeg(PathOf(RenderFile(2, samples, Wav(Format::BITS_32F), 2, 1000))), expected,
             0x1p-24);
}

TEST_F(DeliveryTest, AtAnotherRateASineIsTheSameSine) {
  constexpr int64_t kLong = 48000;
  const auto sine = [](int64_t frames, double rate) {
    Samples samples;
    for (int64_t n = 0; n < frames; ++n)
      samples.push_back(0.5 * std::sin(2 * std::numbers::pi * 997 * static_cast<double>(n) / rate));
    return samples;
  };
  for (const int rate : {44100, 96000, 47999}) {
    const Rendered file = RenderFile(1, sine(kLong, 48000), At(rate, Format::BITS_24), 1);
    const Samples samples = test::ReadByFfmpeg(PathOf(file));
    ASSERT_EQ(static_cast<int64_t>(samples.size()), (kLong * rate + 47999) / 48000);
    const Samples expected = sine(static_cast<int64_t>(samples.size()), rate);
    // Away from its ends, where the sine begins and stops at once.
    for (size_t i = 2000; i + 2000 < samples.size(); ++i) ASSERT_NEAR(samples[i], expected[i], 1e-6) << rate;
  }
}

TEST_F(DeliveryTest, ASourceOfAnotherRateIsConvertedWhereverItsClipBegins) {
  const Samples sound = Noise(2 * 6000, 0.2, 4);
  const Digest source = Record("at 44.1", 2, sound, 44100);
  const auto render = [&](int64_t start, int64_t offset, int64_t count) {
    Print print = StereoPrint();
    *print.add_strips() = StripOf(2, {Clip(source, start, offset, count)});
    print.mutable_strips(0)->mutable_playlist()->mutable_regions(0)->set_source_rate(44100);
    return RenderPrint(print, 7000);
  };
  const Samples whole = render(0, 0, 6530);
  const Samples part = render(100, 3001, 500);
  for (size_t i = 0; i < 1000; ++i) ASSERT_EQ(part[200 + i], whole[6002 + i]);
  Print print = StereoPrint();
  *print.add_strips() = StripOf(2, {Clip(source, 0, 0, 6532)});  // one more than there is
  print.mutable_strips(0)->mutable_playlist()->mutable_regions(0)->set_source_rate(44100);
  EXPECT_TRUE(absl::IsDataLoss(TryRender({PlannedPrint(print, 7000)}).status()));
}

TEST_F(DeliveryTest, FilesAreMeasured) {
  Samples loud;
  for (int64_t n = 0; n < 5 * 48000; ++n) {
    const double sample = 1.2 * std::sin(2 * std::numbers::pi * 997 * static_cast<double>(n) / 48000);
    loud.insert(loud.end(), {sample, -sample});
  }
  const File measured = RenderFile(2, loud, Wav(Format::BITS_24), 2).measured();
  EXPECT_GT(measured.overs(), 100'000);
  EXPECT_NEAR(measured.peak_dbfs(), 0, 1e-4);
  EXPECT_GT(measured.true_peak_dbtp(), 0);
  EXPECT_NEAR(measured.loudness_lufs(), 0.5, 1);
  EXPECT_TRUE(measured.has_loudness_range_lu() && measured.has_max_momentary_lufs() &&
              measured.has_max_short_term_lufs());
  EXPECT_NEAR(measured.correlation(), -1, 1e-3);
  EXPECT_NEAR(measured.dc_offset(), 0, 1e-6);
  EXPECT_NEAR(measured.rms_dbfs(), -2.12, 0.02);
  const File in_float = RenderFile(2, loud, Wav(Format::BITS_32F), 2).measured();
  EXPECT_EQ(in_float.overs(), 0);
  EXPECT_NEAR(in_float.peak_dbfs(), 1.5836, 1e-3);
  const File silent = RenderFile(2, Samples(2000, 0.0), Wav(Format::BITS_24), 2).measured();
  EXPECT_FALSE(silent.has_correlation());
  EXPECT_FALSE(silent.has_loudness_lufs());
}

TEST_F(DeliveryTest, TracksHavePolarityAndDelay) {
  const Samples sound = Noise(kFrames, 0.3, 6);
  const Digest source = Record("mono", 1, sound);
  for (const int64_t delay : {0, 250, -250}) {
    RenderJob job;
    TrackFile& track = *job.mutable_track_files()->add_tracks();
    track.set_channels(1);
    *track.mutable_format() = Wav(Format::BITS_24);
    *track.add_signals()->mutable_playlist() = PlaylistOf(1, {Clip(source, 0, 0, kFrames)});
    *track.add_signals() = track.signals(0);
    track.mutable_signals(1)->set_inverted(true);
    track.mutable_signals(1)->set_delay_frames(delay);
    const PlannedJob planned = Planned(job, kFrames);
    const Samples steps = Decoded(Render({planned}, 100).at(planned.key()).outputs(0), 24);
    for (int64_t n = 0; n < kFrames; ++n) {
      const int64_t late = n - delay;
      const double expected = sound[static_cast<size_t>(n)] -
                              (late < 0 || late >= kFrames ? 0 : sound[static_cast<size_t>(late)]);
      ASSERT_EQ(steps[static_cast<size_t>(n)], expected * 0x1p23) << delay << " " << n;
    }
  }
}

}  // namespace
}  // namespace trackout
