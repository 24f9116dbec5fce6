// The loops of mixing, element by element, whatever the length.
#include "worker/dsp/mix.h"

#include <vector>

#include "gtest/gtest.h"

namespace trackout::dsp {
namespace {

using Samples = std::vector<double>;

// Values whose products and sums round, so that a fused multiply-add would show.
Samples Odd(size_t count, double seed) {
  Samples samples(count);
  for (size_t i = 0; i < count; ++i) samples[i] = 1 / (seed + static_cast<double>(i) * 3.7);
  return samples;
}

TEST(AddScaled, MultipliesThenAdds) {
  Samples out{1, 2, 3};
  AddScaled(Samples{10, 20, -30}, 0.5, out);
  EXPECT_EQ(out, (Samples{6, 12, -12}));
}

TEST(AddScaled, RoundsTheProductBeforeTheSum) {
  // (1 + 2^-30)^2 = 1 + 2^-29 + 2^-60; rounded to a double it is 1 + 2^-29. A fused sum would keep 2^-60.
  Samples out{-(1 + 0x1p-29)};
  AddScaled(Samples{1 + 0x1p-30}, 1 + 0x1p-30, out);
  EXPECT_EQ(out[0], 0);
}

TEST(AddScaled, IsTheSameForEveryLength) {
  for (size_t count = 0; count < 70; ++count) {
    const Samples in = Odd(count, 3);
    Samples out = Odd(count, 7);
    const Samples before = out;
    AddScaled(in, 0.3, out);
    for (size_t i = 0; i < count; ++i) {
      const volatile double product = in[i] * 0.3;  // volatile: nobody fuses it
      EXPECT_EQ(out[i], before[i] + product) << i << " of " << count;
    }
  }
}

TEST(Scale, MultipliesInPlace) {
  Samples samples{1, -2, 0.25};
  Scale(-4, samples);
  EXPECT_EQ(samples, (Samples{-4, 8, -1}));
}

TEST(AddChannel, TakesOneOfSeveral) {
  const Samples frames{1, 10, 100, 2, 20, 200};
  Samples out{0.5, 0.5};
  AddChannel(frames, 3, 1, 2, out);
  EXPECT_EQ(out, (Samples{20.5, 40.5}));
  AddChannel(frames, 3, 2, -1, out);
  EXPECT_EQ(out, (Samples{-79.5, -159.5}));
}

TEST(AddChannel, OfMonoAndStereoForEveryLength) {
  for (size_t channels = 1; channels <= 2; ++channels) {
    for (size_t count = 0; count < 40; ++count) {
      const Samples in = Odd(count * channels, 5);
      for (size_t channel = 0; channel < channels; ++channel) {
        Samples out(count, 1.0);
        AddChannel(in, channels, channel, 0.7, out);
        for (size_t i = 0; i < count; ++i) {
          const volatile double product = in[i * channels + channel] * 0.7;
          EXPECT_EQ(out[i], 1.0 + product);
        }
      }
    }
  }
}

TEST(Interleave, AndBack) {
  Samples frames(6), left(3), right(3);
  Interleave(Samples{1, 2, 3}, Samples{-1, -2, -3}, frames);
  EXPECT_EQ(frames, (Samples{1, -1, 2, -2, 3, -3}));
  Deinterleave(frames, left, right);
  EXPECT_EQ(left, (Samples{1, 2, 3}));
  EXPECT_EQ(right, (Samples{-1, -2, -3}));
}

}  // namespace
}  // namespace trackout::dsp
