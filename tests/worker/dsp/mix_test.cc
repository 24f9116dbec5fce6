// The loops of mixing against plain ones, to the last bit, with every instruction set, length and
// misalignment. Products are volatile in the plain loops: nobody fuses them.
#include "worker/dsp/mix.h"

#include <algorithm>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

class Mix : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(Mix);

TEST_P(Mix, AddScaledMultipliesThenAdds) {
  Samples out{1, 2, 3};
  AddScaled(Samples{10, 20, -30}, 0.5, out);
  EXPECT_EQ(out, (Samples{6, 12, -12}));
}

TEST_P(Mix, AddScaledRoundsTheProductBeforeTheSum) {
  // (1 + 2^-30)^2 = 1 + 2^-29 + 2^-60; rounded to a double it is 1 + 2^-29. A fused sum would keep 2^-60.
  Samples out(19, -(1 + 0x1p-29));
  AddScaled(Samples(19, 1 + 0x1p-30), 1 + 0x1p-30, out);
  EXPECT_EQ(out, Samples(19, 0));
}

TEST_P(Mix, AddScaledIsThePlainLoop) {
  for (const size_t count : Lengths()) {
    const Samples in = Noise(count, 3);
    Samples out = Noise(count, 7);
    Samples expected = out;
    for (size_t i = 0; i < count; ++i) {
      const volatile double product = in[i] * 0.3;
      expected[i] += product;
    }
    AddScaled(in, 0.3, out);
    ASSERT_TRUE(SameBits(out, expected));
  }
}

TEST_P(Mix, AddScaledByIsThePlainLoop) {
  for (const size_t count : Lengths()) {
    const Samples in = Noise(count, 3);
    const Samples gains = Noise(count, 5);
    Samples out = Noise(count, 7);
    Samples expected = out;
    for (size_t i = 0; i < count; ++i) {
      const volatile double scaled = in[i] * 0.3;
      const volatile double product = scaled * gains[i];
      expected[i] += product;
    }
    AddScaledBy(in, 0.3, gains, out);
    ASSERT_TRUE(SameBits(out, expected));
  }
}

TEST_P(Mix, ScaleAndScaleByAreThePlainLoops) {
  for (const size_t count : Lengths()) {
    const Samples gains = Noise(count, 5);
    Samples samples = Noise(count, 7);
    Samples expected = samples;
    for (size_t i = 0; i < count; ++i) {
      const volatile double scaled = expected[i] * -0.7;
      expected[i] = scaled * gains[i];
    }
    Scale(-0.7, samples);
    ScaleBy(gains, samples);
    ASSERT_TRUE(SameBits(samples, expected));
  }
}

TEST_P(Mix, OfAPartLeavesItsNeighboursAlone) {
  const Samples in = Noise(64, 3);
  const Samples before = Noise(64, 7);
  for (size_t from = 0; from < 10; ++from) {
    for (size_t count = 0; count < 40; ++count) {
      Samples out = before;
      const auto part = std::span(out).subspan(from, count);
      AddScaled(std::span(in).subspan(10 - from, count), 0.3, part);
      Samples expected = before;
      for (size_t i = 0; i < count; ++i) {
        const volatile double product = in[10 - from + i] * 0.3;
        expected[from + i] += product;
      }
      ASSERT_TRUE(SameBits(out, expected)) << from;
    }
  }
}

TEST_P(Mix, InterleavesAndBack) {
  for (size_t channels = 1; channels <= 8; ++channels) {
    for (const size_t count : Lengths()) {
      if (count > 200) continue;
      std::vector<Samples> planes;
      std::vector<std::span<const double>> from;
      std::vector<std::span<double>> to;
      for (size_t c = 0; c < channels; ++c) planes.push_back(Noise(count, static_cast<unsigned>(c)));
      std::vector<Samples> back(channels, Samples(count));
      for (size_t c = 0; c < channels; ++c) {
        from.emplace_back(planes[c]);
        to.emplace_back(back[c]);
      }
      Samples frames(count * channels);
      Interleave(from, frames);
      for (size_t i = 0; i < frames.size(); ++i) ASSERT_EQ(frames[i], planes[i % channels][i / channels]);
      Deinterleave(frames, to);
      ASSERT_EQ(back, planes);
    }
  }
}

TEST(Isa, OfTheMachineAreFromThePlainestToTheBest) {
  const std::vector<Isa> isas = AvailableIsas();
  ASSERT_FALSE(isas.empty());
  EXPECT_TRUE(std::is_sorted(isas.begin(), isas.end()));
#ifdef __x86_64__
  EXPECT_EQ(isas.front(), Isa::kScalar);
  EXPECT_EQ(std::count(isas.begin(), isas.end(), Isa::kAvx2), __builtin_cpu_supports("avx2") ? 1 : 0);
  EXPECT_EQ(std::count(isas.begin(), isas.end(), Isa::kSse4), __builtin_cpu_supports("sse4.2") ? 1 : 0);
  EXPECT_FALSE(UseIsa(Isa::kNeon));
#endif
}

TEST(Isa, AreChosenByNameAndUnknownOnesAreRefused) {
  for (const Isa isa : AvailableIsas()) EXPECT_TRUE(UseIsa(NameOf(isa)));
  for (const char* name : {"", "ssse3", "sve", "AVX2", "best"}) EXPECT_FALSE(UseIsa(name)) << name;
  UseIsa(AvailableIsas().back());
}

}  // namespace
}  // namespace trackout::dsp
