// Whole mixers, made by chance, against the plain model of reference_mixer.h. TRACKOUT_SEED has other ones.
#include <algorithm>
#include <cstdlib>

#include "gmock/gmock.h"
#include "tests/worker/render/random_mixer.h"
#include "tests/worker/render/reference_mixer.h"
#include "tests/worker/render/studio.h"

namespace trackout {
namespace {

using test::Frame;
using test::Noise;
using test::Samples;
using test::Wav;

constexpr int kMixers = 200;
constexpr int64_t kFrames = 700;

uint64_t FirstSeed() {
  const char* seed = std::getenv("TRACKOUT_SEED");
  return seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
}

class MixerTest : public test::Studio {
 protected:
  MixerTest() {
    for (const int channels : {1, 2, 3, 8}) {
      const Samples samples =
          Noise(test::kRandomSourceFrames * channels, 0.2, static_cast<uint64_t>(channels));
      const Digest digest = Record("source" + std::to_string(channels), channels, samples);
      sources_[digest.sha256()] = {channels, samples};
      random_sources_.push_back({digest, channels});
    }
  }

  // What the model makes of a print, frames of the song from `start` on.
  std::vector<Frame> Model(const Print& print, int64_t start) const {
    test::ReferenceMixer model(print, sources_, test::kSampleRate);
    std::vector<Frame> frames;
    for (int64_t n = 0; n < kFrames; ++n) frames.push_back(model.At(start + n));
    return frames;
  }

  test::RecordedSources sources_;
  std::vector<test::RandomSource> random_sources_;
};

TEST_F(MixerTest, PrintsAreThoseOfTheModel) {
  int sounding = 0;
  for (uint64_t seed = FirstSeed(); seed < FirstSeed() + kMixers; ++seed) {
    test::RandomMixer random(seed, random_sources_);
    const int channels = std::vector{1, 2, 2, 3, 4, 6, 8}[static_cast<size_t>(random.Below(7))];
    const Print print = random.MakePrint(kFrames, channels);
    const int64_t start = random.OneIn(2) ? 0 : random.Below(300);
    const Samples samples = RenderPrint(print, kFrames, start, 16 + random.Below(1000));
    const std::vector<Frame> model = Model(print, start);
    ASSERT_EQ(samples.size(), static_cast<size_t>(kFrames * channels));
    for (size_t i = 0; i < samples.size(); ++i) {
      const size_t n = i / static_cast<size_t>(channels), c = i % static_cast<size_t>(channels);
      ASSERT_NEAR(samples[i], model[n][c], 1e-11)
          << "seed " << seed << " frame " << n << " channel " << c << "\n"
          << print.ShortDebugString();
    }
    sounding += std::any_of(samples.begin(), samples.end(), [](double sample) { return sample != 0; });
  }
  EXPECT_GT(sounding, kMixers * 3 / 4);
}

TEST_F(MixerTest, FilesAreThoseOfTheModelAndSetsClose) {
  for (uint64_t seed = FirstSeed(); seed < FirstSeed() + kMixers; ++seed) {
    test::RandomMixer random(seed + 1'000'000, random_sources_);
    const int channels = std::vector{1, 2, 2, 6}[static_cast<size_t>(random.Below(4))];
    const int of_files = random.OneIn(2) ? channels : random.OneIn(2) ? 1 : 2;
    const int prints = 1 + random.Below(3);
    std::vector<PlannedJob> jobs;
    std::vector<std::vector<Frame>> models;
    Finish finish;
    finish.set_channels(channels);
    finish.set_master_fader_db(-12);
    Mix& mix = *finish.add_mixes();
    StemSet& set = *finish.add_stem_sets();
    *set.mutable_format() = Wav(Format::BITS_24);
    set.set_channels(of_files);
    for (int i = 0; i < prints; ++i) {
      const Print print = random.MakePrint(kFrames, channels);
      models.push_back(Model(print, 0));
      jobs.push_back(PlannedPrint(print, kFrames));
      finish.add_prints()->set_job_key(jobs.back().key());
      mix.add_terms()->set_print(i);
      finish.add_mixes()->add_terms()->set_print(i);
      set.add_stems(i + 1);
    }
    MixFile& file = *finish.add_mix_files();
    *file.mutable_format() = Wav(Format::BITS_24);
    file.set_channels(of_files);
    jobs.push_back(PlannedFinish(finish, kFrames));
    const JobResults results = Render(jobs, 16 + random.Below(1000));
    ASSERT_TRUE(results.contains(jobs.back().key()));
    const JobResult& result = results.at(jobs.back().key());
    const Samples mixed = Decoded(result.outputs(0), 24);
    Samples rest = mixed;
    int64_t overs = 0;
    for (const Rendered& output : result.outputs()) overs += output.measured().overs();
    ASSERT_EQ(overs, 0) << "the level is too high for a test of exact sums";
    for (int stem = 0; stem < prints; ++stem) {
      const Samples samples = Decoded(result.outputs(1 + stem), 24);
      for (size_t i = 0; i < rest.size(); ++i) rest[i] -= samples[i];
    }
    ASSERT_EQ(rest, Samples(rest.size(), 0.0)) << "seed " << seed;
    for (size_t i = 0; i < mixed.size(); ++i) {
      const size_t n = i / static_cast<size_t>(of_files), c = i % static_cast<size_t>(of_files);
      Frame sum{};
      for (const std::vector<Frame>& model : models) {
        for (size_t k = 0; k < sum.size(); ++k) sum[k] += model[n][k] * test::Gain(-12);
      }
      const double exact = test::ConvertedForFile(sum, channels, of_files)[c] * 0x1p23;
      ASSERT_LE(std::fabs(mixed[i] - exact), 1) << "seed " << seed << " frame " << n << " channel " << c;
    }
  }
}

}  // namespace
}  // namespace trackout
