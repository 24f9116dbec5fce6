// Raw tracks: the source's own samples, nothing else.
#include "gmock/gmock.h"
#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::Noise;
using test::ReadByFfmpeg;
using test::Samples;
using test::Wav;

constexpr int kFrames = 2500;

class RawTracksTest : public test::Studio {
 protected:
  static TrackFile Raw(int channels, const std::vector<Region>& clips, Format::Bits bits) {
    TrackFile track;
    track.set_channels(channels);
    *track.add_signals()->mutable_playlist() = PlaylistOf(channels, clips);
    *track.mutable_format() = Wav(bits);
    return track;
  }
  Rendered RenderOne(const TrackFile& track, int64_t frames = kFrames) {
    RenderJob job;
    *job.mutable_track_files()->add_tracks() = track;
    const PlannedJob planned = Planned(job, frames);
    const JobResults results = Render({planned});
    return results.contains(planned.key()) ? results.at(planned.key()).outputs(0) : Rendered();
  }

  const Samples mono_ = Noise(kFrames, 0.9, 3);
  const Samples stereo_ = Noise(2 * kFrames, 0.9, 4);
  const Digest mono_source_ = Record("mono.wav", 1, mono_);
  const Digest stereo_source_ = Record("stereo.wav", 2, stereo_);
};

TEST_F(RawTracksTest, HaveTheSamplesOfTheirSource) {
  EXPECT_EQ(ReadByFfmpeg(PathOf(RenderOne(Raw(1, {Clip(mono_source_, 0, 0, kFrames)}, Format::BITS_24)))),
            mono_);
  EXPECT_EQ(ReadByFfmpeg(PathOf(RenderOne(Raw(2, {Clip(stereo_source_, 0, 0, kFrames)}, Format::BITS_24)))),
            stereo_);
  EXPECT_EQ(ReadByFfmpeg(PathOf(RenderOne(Raw(2, {Clip(stereo_source_, 0, 0, kFrames)}, Format::BITS_32F)))),
            stereo_);
}

TEST_F(RawTracksTest, LastAsLongAsTheSong) {
  Samples expected(kFrames + 1000, 0.0);
  std::copy(mono_.begin(), mono_.end(), expected.begin() + 400);
  EXPECT_EQ(ReadByFfmpeg(PathOf(
                RenderOne(Raw(1, {Clip(mono_source_, 400, 0, kFrames)}, Format::BITS_24), kFrames + 1000))),
            expected);
}

TEST_F(RawTracksTest, HaveTheGainsOfTheirClips) {
  const Samples steps =
      StepsIn(RenderOne(Raw(1, {Clip(mono_source_, 0, 0, kFrames, -6.5), Clip(mono_source_, 10, 0, 50, -12)},
                            Format::BITS_24)),
              24);
  for (size_t i = 0; i < steps.size(); ++i) {
    double exact = mono_[i] * test::Gain(-6.5);
    if (i >= 10 && i < 60) exact += mono_[i - 10] * test::Gain(-12);
    ASSERT_EQ(steps[i], std::nearbyint(exact * 0x1p23)) << i;
  }
}

TEST_F(RawTracksTest, ReadFromTheirOffset) {
  const Samples samples =
      ReadByFfmpeg(PathOf(RenderOne(Raw(2, {Clip(stereo_source_, 0, 1234, 1000)}, Format::BITS_24), 1000)));
  EXPECT_EQ(samples, Samples(stereo_.begin() + 2468, stereo_.begin() + 4468));
}

TEST_F(RawTracksTest, SayTheirPeakAndTheirOvers) {
  Samples loud(kFrames, 0.0);
  loud[7] = -0.5;
  loud[8] = 0.25;
  const Digest source = Record("loud.wav", 1, loud);
  const Rendered as_it_is = RenderOne(Raw(1, {Clip(source, 0, 0, kFrames)}, Format::BITS_24));
  EXPECT_EQ(as_it_is.measured().peak_dbfs(), -6.0206);
  EXPECT_EQ(as_it_is.measured().overs(), 0);
  const Rendered up =
      RenderOne(Raw(1, {Clip(source, 0, 0, kFrames, 9)}, Format::BITS_24));  // -0.5 becomes -1.41
  EXPECT_EQ(up.measured().overs(), 1);
  EXPECT_EQ(up.measured().peak_dbfs(), 0);
  const Rendered in_float = RenderOne(Raw(1, {Clip(source, 0, 0, kFrames, 9)}, Format::BITS_32F));
  EXPECT_EQ(in_float.measured().overs(), 0);
  EXPECT_NEAR(in_float.measured().peak_dbfs(), 9 - 6.0206, 0.0001);
}

TEST_F(RawTracksTest, OfSilenceSayMinusInfinity) {
  const Rendered silent = RenderOne(Raw(2, {}, Format::BITS_24));
  EXPECT_TRUE(std::isinf(silent.measured().peak_dbfs()) && silent.measured().peak_dbfs() < 0);
  EXPECT_EQ(ReadByFfmpeg(PathOf(silent)), Samples(2 * kFrames, 0.0));
}

TEST_F(RawTracksTest, OfSixteenBitsAreDithered) {
  TrackFile track = Raw(2, {Clip(stereo_source_, 0, 0, kFrames, -1)}, Format::BITS_16);
  const Samples plain = StepsIn(RenderOne(track), 16);
  track.set_tpdf_seed(99);
  const Samples dithered = StepsIn(RenderOne(track), 16);
  double square_sum = 0;
  for (size_t i = 0; i < dithered.size(); ++i) {
    const double exact = stereo_[i] * test::Gain(-1) * 0x1p15;
    EXPECT_LE(std::fabs(plain[i] - exact), 0.5 + 1e-9);
    EXPECT_LT(std::fabs(dithered[i] - exact), 1.5);
    square_sum += (dithered[i] - exact) * (dithered[i] - exact);
  }
  EXPECT_NEAR(square_sum / static_cast<double>(dithered.size()), 0.25, 0.03);  // 1/6 + 1/12
  track.set_tpdf_seed(100);
  EXPECT_NE(StepsIn(RenderOne(track), 16), dithered);
}

TEST_F(RawTracksTest, OfOneBusAreOneJobWithAnOutputEach) {
  RenderJob job;
  *job.mutable_track_files()->add_tracks() = Raw(1, {Clip(mono_source_, 0, 0, kFrames)}, Format::BITS_24);
  *job.mutable_track_files()->add_tracks() = Raw(2, {Clip(stereo_source_, 0, 0, kFrames)}, Format::BITS_24);
  const PlannedJob planned = Planned(job, kFrames);
  const JobResults results = Render({planned});
  ASSERT_EQ(results.at(planned.key()).outputs_size(), 2);
  EXPECT_EQ(ReadByFfmpeg(PathOf(results.at(planned.key()).outputs(0))), mono_);
  EXPECT_EQ(ReadByFfmpeg(PathOf(results.at(planned.key()).outputs(1))), stereo_);
}

}  // namespace
}  // namespace trackout
