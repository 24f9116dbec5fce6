// Convolution in partitions against the sum that defines it, and the contract of processors.
#include "worker/dsp/processors/convolution.h"

#include "tests/worker/dsp/processors/linear_run.h"

namespace trackout::dsp {
namespace {

constexpr int kRate = 48000;

// out[n] = sum of h[k] x[n - delay - k], at frames `step` apart.
double DirectAt(const Samples& x, const Samples& h, size_t n) {
  long double sum = 0;
  for (size_t k = 0; k < h.size() && k <= n; ++k) sum += static_cast<long double>(h[k]) * x[n - k];
  return static_cast<double>(sum);
}

Planes DecayingImpulse(size_t channels, size_t frames, unsigned seed) {
  Planes planes = NoisePlanes(channels, frames, seed);
  for (Samples& plane : planes) {
    double gain = 1;
    for (double& x : plane) {
      x *= gain;
      gain *= 1 - 4.0 / static_cast<double>(frames + 4);
    }
  }
  return planes;
}

size_t PartitionFor(size_t frames) {
  return static_cast<size_t>(NewConvolution({.impulse = {Samples(frames, 1.0)}}, 1, kRate)->latency());
}

// Worst error, relative to the highest of what comes out, over some frames of it.
double ErrorOf(const Planes& impulse, size_t channels, size_t frames) {
  const Planes in = NoisePlanes(channels, frames, 9);
  const Planes out =
      Through(*NewConvolution({.impulse = impulse}, static_cast<int>(channels), kRate), in, 1234);
  const bool crossed = impulse.size() == 4 && channels == 2;
  double worst = 0;
  for (size_t c = 0; c < channels; ++c) {
    for (size_t n = 0; n < frames; n += 1 + frames / 97) {
      const double expected = crossed ? DirectAt(in[0], impulse[c], n) + DirectAt(in[1], impulse[2 + c], n)
                                      : DirectAt(in[c], impulse[impulse.size() == 1 ? 0 : c], n);
      worst = std::max(worst, std::abs(out[c][n] - expected));
    }
  }
  return worst / Highest(out);
}

TEST(Convolution, IsTheSumThatDefinesIt) {
  const size_t p = PartitionFor(1000);
  EXPECT_EQ(p, 256u);
  for (const size_t length : {size_t{1}, size_t{2}, size_t{100}, p - 1, p, p + 1, 5 * p, size_t{200000}}) {
    const size_t frames = length > 10000 ? 260000 : 6000;
    EXPECT_LT(ErrorOf(DecayingImpulse(1, length, 1), 1, frames), 1e-13) << length;
    EXPECT_LT(ErrorOf(DecayingImpulse(1, length, 1), 2, frames), 1e-13) << length;
    EXPECT_LT(ErrorOf(DecayingImpulse(2, length, 1), 2, frames), 1e-13) << length;
    EXPECT_LT(ErrorOf(DecayingImpulse(4, length, 1), 2, frames), 1e-13) << length;
  }
  EXPECT_LT(ErrorOf(DecayingImpulse(6, 3000, 1), 6, 9000), 1e-13);
  EXPECT_LT(ErrorOf(DecayingImpulse(1, 3000, 1), 6, 9000), 1e-13);
}

TEST(Convolution, PartitionsGrowWithTheImpulseAndAreTheLatency) {
  EXPECT_EQ(PartitionFor(1), 256u);
  EXPECT_EQ(PartitionFor(3 * kRate), 16384u);
  EXPECT_EQ(PartitionFor(60 * kRate), 16384u);
}

TEST(Convolution, KnowsWhatGoesTogether) {
  for (const int channels : {1, 2, 3, 4, 6, 8}) {
    EXPECT_TRUE(GoTogether(1, channels));
    EXPECT_TRUE(GoTogether(channels, channels));
  }
  EXPECT_TRUE(GoTogether(4, 2));
  EXPECT_FALSE(GoTogether(4, 1));
  EXPECT_FALSE(GoTogether(2, 1));
  EXPECT_FALSE(GoTogether(2, 6));
  EXPECT_FALSE(GoTogether(0, 2));
}

TEST(Convolution, HasPredelayGainAndMix) {
  Samples impulse(300);
  impulse[7] = 0.5;
  const ConvolutionSettings settings{.impulse = {impulse}, .predelay = 0.0100104, .gain = -20, .mix = 25};
  Planes in(1, Samples(2000));
  in[0][100] = 1;
  const Samples out = Through(*NewConvolution(settings, 1, kRate), in, 77)[0];
  for (size_t n = 0; n < out.size(); ++n) {
    const double expected = n == 100 ? 0.75 : n == 100 + 7 + 480 ? 0.25 * 0.5 * 0.1 : 0;
    ASSERT_NEAR(out[n], expected, 1e-16) << n;
  }
}

// A predelay that is written as points but stands still is the still one (whose silence is in the impulse).
TEST(Convolution, PredelayThatMovesIsThatWhichStands) {
  const Planes impulse = DecayingImpulse(2, 2000, 6);
  const Parameter points({{0, 0.01}, {500, 0.01}});
  const Planes in = NoisePlanes(2, 8000, 7);
  const Planes still = Through(*NewConvolution({.impulse = impulse, .predelay = 0.01}, 2, kRate), in);
  EXPECT_LT(Distance(Through(*NewConvolution({.impulse = impulse, .predelay = points}, 2, kRate), in), still),
            1e-12);
  // One that moves arrives, and on the way stays within what both ends would be.
  const Parameter moving({{2000, 0}, {4000, 0.01}});
  const Planes moved = Through(*NewConvolution({.impulse = impulse, .predelay = moving}, 2, kRate), in);
  for (size_t n = 4700; n < 8000; ++n) ASSERT_NEAR(moved[1][n], still[1][n], 1e-12);
}

TEST(Convolution, WithNothingIsSilentButForTheSignalItself) {
  const Planes in = NoisePlanes(2, 3000, 2);
  for (const Planes& impulse :
       {Planes{}, Planes{{}}, Planes{{}, {}}, Planes(1, Samples(5000)), Planes(4, Samples(9))}) {
    const Planes wet = Through(*NewConvolution({.impulse = impulse}, 2, kRate), in);
    EXPECT_EQ(Highest(wet), 0);
    Planes half = Through(*NewConvolution({.impulse = impulse, .mix = 50}, 2, kRate), in);
    for (Samples& plane : half) {
      for (double& x : plane) x *= 2;
    }
    EXPECT_TRUE(SamePlanes(half, in));
  }
}

ConvolutionSettings Moving(size_t channels) {
  return {.impulse = DecayingImpulse(channels, 3000, 3),
          .predelay = Parameter({{500, 0}, {4000, 0.02}}),
          .gain = Parameter({{0, -3}, {6000, 6}}),
          .mix = Parameter({{0, 100}, {5000, 20}})};
}

TEST(Convolution, KeepsTheContract) {
  CheckContract(*NewConvolution({.impulse = DecayingImpulse(1, 100, 3)}, 1, kRate), 1, 5000);
  CheckContract(*NewConvolution({.impulse = DecayingImpulse(4, 20000, 3), .predelay = 0.1}, 2, kRate), 2,
                30000);
  CheckContract(*NewConvolution(Moving(6), 6, kRate), 6, 10000);
}

class ConvolutionEachIsa : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(ConvolutionEachIsa);
TEST_P(ConvolutionEachIsa, HasTheSameBits) {
  CheckIsa(GetParam(), *NewConvolution(Moving(4), 2, kRate), 2, 10000);
  CheckIsa(GetParam(), *NewConvolution({.impulse = DecayingImpulse(1, 20001, 3)}, 1, kRate), 1, 40000);
}

TEST(Convolution, IsFiniteOfHostileSignals) {
  CheckHostile(*NewConvolution(Moving(2), 2, kRate), 2, 12000, 1e4);
  Planes tiny(1, Samples(500, 1e-310));
  tiny[0][3] = 1e-29;
  CheckHostile(*NewConvolution({.impulse = tiny}, 2, kRate), 2, 12000, 1);
}

TEST(Convolution, TailsAreCheap) {
  Planes impulse = DecayingImpulse(1, 100000, 3);
  for (size_t i = 0; i < impulse[0].size(); ++i) impulse[0][i] *= std::exp2(-static_cast<double>(i) / 90);
  CheckTailIsCheap(*NewConvolution({.impulse = impulse}, 2, kRate), 2, 8);
}

}  // namespace
}  // namespace trackout::dsp
