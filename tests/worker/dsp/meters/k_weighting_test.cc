// The filters by themselves: their response is that of the analogue ones at every rate, and they come to
// rest.
#include "worker/dsp/meters/k_weighting.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "tests/worker/dsp/meters/test_sound.h"

namespace trackout::dsp {
namespace {

// Weighs the plane, in tiles, and flushes after each; the plane is a multiple of a tile.
void WeighPlane(const KWeighting& filter, const Plane& plane, KState& state) {
  std::vector<double> tile(state.lanes * kTileFrames);
  const double* const samples = plane.data();
  for (size_t first = 0; first < plane.size(); first += kTileFrames) {
    Transpose({&samples, 1}, first, state.lanes, tile.data());
    Weigh(filter, tile.data(), kTileFrames, state);
    FlushTiny(state);
  }
}

double GainInDecibels(double hertz, int rate) {
  const KWeighting filter = KWeightingAt(rate);
  KState state(1);
  const Plane sine = Sine(rate / 8 * 2 * kTileFrames, 1, hertz, rate);
  const size_t half = sine.size() / 2;
  WeighPlane(filter, Plane(sine.begin(), sine.begin() + half), state);
  state.energy[0] = 0;
  WeighPlane(filter, Plane(sine.begin() + half, sine.end()), state);
  return 10 * std::log10(state.energy[0] * filter.power / (0.5 * static_cast<double>(half)));
}

TEST(KWeighting, HasTheGainThatItsOffsetTakesAway) {
  for (const int rate : {44100, 48000, 96000}) EXPECT_NEAR(GainInDecibels(997, rate), 0.691, 0.02) << rate;
}

TEST(KWeighting, LiftsHighAndCutsLow) {
  EXPECT_NEAR(GainInDecibels(10000, 48000), 4, 0.1);
  EXPECT_NEAR(GainInDecibels(20, 48000), -13.3, 0.1);
}

TEST(KWeighting, ComesToRest) {
  KState state(1);
  Plane plane = Noise(640, 1, 1);
  WeighPlane(KWeightingAt(48000), plane, state);
  EXPECT_NE(state.filters, std::vector<double>(state.filters.size()));
  WeighPlane(KWeightingAt(48000), Silence(48000), state);
  EXPECT_EQ(state.filters, std::vector<double>(state.filters.size()));
}

TEST(KWeighting, FlushesOnlyWhatIsTiny) {
  KState state(3);
  std::fill(state.filters.begin(), state.filters.end(), -2e-30);
  state.filters[1] = 0.5e-30;
  state.filters[7] = -0.5e-30;
  std::vector<double> expected = state.filters;
  expected[1] = expected[7] = 0;
  FlushTiny(state);
  EXPECT_EQ(state.filters, expected);
}

TEST(KWeighting, TransposesOddNumbersOfPlanes) {
  for (size_t count = 1; count <= 9; ++count) {
    std::vector<Plane> planes;
    std::vector<const double*> from;
    for (size_t p = 0; p < count; ++p) planes.push_back(Noise(100, 1, static_cast<uint32_t>(p)));
    for (const Plane& plane : planes) from.push_back(plane.data());
    const size_t lanes = LanesFor(count);
    std::vector<double> tile(lanes * kTileFrames, 7);
    Transpose(from, 30, lanes, tile.data());
    for (size_t i = 0; i < kTileFrames; ++i) {
      for (size_t p = 0; p < lanes; ++p) EXPECT_EQ(tile[i * lanes + p], p < count ? planes[p][30 + i] : 7);
    }
  }
}

}  // namespace
}  // namespace trackout::dsp
