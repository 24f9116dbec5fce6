// The key's filters against Butterworth's formula, and the level detector where no processor's test sees it.
#include "worker/dsp/processors/key_filter.h"

#include <cmath>

#include "tests/worker/dsp/processors/dynamics_run.h"

namespace trackout::dsp {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kRate = 48000;

Samples Filtered(const KeyFilterSettings& settings, Samples samples, int64_t frame = 0) {
  KeyFilter filter(settings, 1, kRate);
  for (size_t from = 0; from < samples.size(); from += 64) {
    const std::span<double> part =
        std::span(samples).subspan(from, std::min<size_t>(64, samples.size() - from));
    filter.Run(frame + static_cast<int64_t>(from), {&part, 1});
    filter.Flush();
  }
  return samples;
}

double LevelOf(const Samples& samples) {
  double power = 0;
  for (size_t i = samples.size() / 2; i < samples.size(); ++i) power += samples[i] * samples[i];
  return 10 * std::log10(power / (static_cast<double>(samples.size()) / 2) * 2);
}

// Of second order, at the warped frequency.
TEST(KeyFilter, IsAButterworth) {
  for (const double corner : {40.0, 200.0, 5000.0, 18000.0}) {
    for (const double hertz : {50.0, 200.0, 1000.0, 5000.0, 15000.0}) {
      const Samples sine = Sine(hertz, 1, 96000, kRate);
      const double ratio = std::tan(kPi * hertz / kRate) / std::tan(kPi * corner / kRate);
      const double low = -10 * std::log10(1 + std::pow(ratio, 4));
      EXPECT_NEAR(LevelOf(Filtered({.high_cut = corner}, sine)), low, 0.01) << corner << " " << hertz;
      const double high = -10 * std::log10(1 + std::pow(1 / ratio, 4));
      EXPECT_NEAR(LevelOf(Filtered({.low_cut = corner}, sine)), high, 0.01) << corner << " " << hertz;
      EXPECT_NEAR(LevelOf(Filtered({.low_cut = corner, .high_cut = corner}, sine)), low + high, 0.02);
    }
  }
}

// A frequency that has arrived filters as one that never moved.
TEST(KeyFilter, FollowsItsFrequency) {
  const Samples noise = Noise(20000, 3);
  const Samples moved = Filtered({.low_cut = Parameter({{0, 100}, {6400, 2000}})}, noise);
  const Samples still = Filtered({.low_cut = 2000}, noise);
  double early = 0;
  for (size_t i = 0; i < 6400; ++i) early = std::max(early, std::abs(moved[i] - still[i]));
  for (size_t i = 12000; i < 20000; ++i) ASSERT_NEAR(moved[i], still[i], 1e-9);
  EXPECT_GT(early, 0.1);
}

TEST(KeyFilter, EndsInSilence) {
  Samples samples(200000);
  samples[0] = 1;
  const Samples out = Filtered({.low_cut = 100, .high_cut = 1000}, samples);
  EXPECT_EQ(out.back(), 0);
}

}  // namespace
}  // namespace trackout::dsp
