// Half-band filters by their responses, and planes by where their samples stand.
#include "worker/dsp/processors/oversampler.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "tests/worker/dsp/processors/through.h"

namespace trackout::dsp {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::array kFactors = {2, 4, 8, 16};

// Of the taps, `f` in cycles of the faster side.
double Response(std::span<const double> taps, double f) {
  double sum = 0.5;
  for (size_t k = 0; k < taps.size(); ++k)
    sum += taps[k] * std::cos(2 * kPi * f * static_cast<double>(2 * k + 1));
  return sum;
}

TEST(Oversampler, PassesToItsEdgeAndStopsBeyond) {
  for (const int factor : kFactors) {
    for (const HalfBand::Way way : {HalfBand::Way::kUp, HalfBand::Way::kDown}) {
      const std::vector<double> taps = HalfBandTaps(way, factor);
      const double edge = (way == HalfBand::Way::kUp ? 0.454 : 0.48) / factor;
      for (int i = 0; i <= 1000; ++i) {
        EXPECT_NEAR(Response(taps, edge * i / 1000), 1, 1e-5);
        EXPECT_LT(std::fabs(Response(taps, 0.5 - edge * i / 1000)), 1e-5);
      }
      EXPECT_NEAR(Response(taps, 0), 1, 1e-15);
    }
  }
}

// In runs of these sizes in turn: planes of the fast side, and what comes back.
struct Oversampled {
  std::vector<Samples> planes;
  Samples back;
};

Oversampled UpAndDown(int factor, const Samples& in, const std::vector<size_t>& runs) {
  Upsampler up(factor);
  Downsampler down(factor);
  Oversampled result{std::vector<Samples>(static_cast<size_t>(factor), Samples(in.size())),
                     Samples(in.size())};
  size_t turn = 0;
  for (size_t i = 0; i < in.size();) {
    const size_t count = std::min(in.size() - i, runs[turn++ % runs.size()]);
    std::vector<double*> planes;
    for (Samples& plane : result.planes) planes.push_back(&plane[i]);
    up.Run(std::span(in).subspan(i, count), planes);
    for (size_t p = 0; p < planes.size(); ++p) std::copy_n(planes[p], count, down.input(p));
    down.Run(std::span(result.back).subspan(i, count));
    i += count;
  }
  return result;
}

TEST(Oversampler, PutsPlanesBetweenFrames) {
  for (const int factor : kFactors) {
    const double turn = 2 * kPi * 0.31;
    const Samples in = Sine(1000, 0.31, 1);
    const Oversampled heard = UpAndDown(factor, in, {kRunFrames});
    const Upsampler up(factor);
    const Downsampler down(factor);
    for (int p = 0; p < factor; ++p) {
      for (size_t i = 400; i < 1000; ++i) {
        const double at =
            static_cast<double>(i) - static_cast<double>(up.delay()) + static_cast<double>(p) / factor;
        ASSERT_NEAR(heard.planes[static_cast<size_t>(p)][i], std::sin(turn * at), 2e-5);
      }
    }
    for (size_t i = 400; i < 1000; ++i)
      ASSERT_NEAR(heard.back[i], in[i - static_cast<size_t>(up.delay() + down.delay())], 5e-5);
  }
}

// Frames of the signal itself go through the doubling as they are.
TEST(Oversampler, KeepsTheFramesThemselves) {
  const Samples noise = Noise(1000, 3);
  for (const int factor : kFactors) {
    const auto late = static_cast<size_t>(Upsampler(factor).delay());
    const Oversampled heard = UpAndDown(factor, noise, {100});
    for (size_t i = late; i < 1000; ++i) ASSERT_EQ(heard.planes[0][i], noise[i - late]);
  }
}

class EveryOversampler : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(EveryOversampler);

TEST_P(EveryOversampler, IsThatOfThePlainestInAnyRuns) {
  const Samples noise = Noise(1500, 9);
  for (const int factor : kFactors) {
    UseIsa(AvailableIsas().front());
    const Oversampled expected = UpAndDown(factor, noise, {kRunFrames});
    UseIsa(GetParam());
    for (const std::vector<size_t>& runs : {std::vector<size_t>{kRunFrames}, {1}, {7, 33, 64, 5, 127}}) {
      const Oversampled got = UpAndDown(factor, noise, runs);
      ASSERT_TRUE(SameBits(got.back, expected.back));
      for (size_t p = 0; p < got.planes.size(); ++p) ASSERT_TRUE(SameBits(got.planes[p], expected.planes[p]));
    }
  }
}

}  // namespace
}  // namespace trackout::dsp
