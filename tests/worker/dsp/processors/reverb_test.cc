// Reverb: how long it rings, how loud and how dense it is; and the contract of processors.
#include "worker/dsp/processors/reverb.h"

#include <bit>
#include <map>
#include <numbers>

#include "tests/worker/dsp/processors/linear_run.h"
#include "worker/dsp/processors/fft.h"

namespace trackout::dsp {
namespace {

constexpr int kRate = 48000;

// The response of all channels to a click in one of them.
Planes ResponseOf(const ReverbSettings& settings, size_t channels, size_t from, size_t frames,
                  int rate = kRate) {
  Planes in(channels, Samples(frames));
  in[from][0] = 1;
  return Through(*NewReverb(settings, static_cast<int>(channels), rate), in);
}

double EnergyOf(const Samples& samples, size_t first = 0, size_t end = SIZE_MAX) {
  double sum = 0;
  for (size_t n = first; n < std::min(end, samples.size()); ++n) sum += samples[n] * samples[n];
  return sum;
}

// The octave around `hz`, with flanks of a third of an octave that are a half where octaves meet.
Samples OctaveOf(const Samples& samples, double hz, int rate = kRate) {
  const size_t size = std::bit_ceil(samples.size() + 8192);
  const Fft fft(size);
  Samples padded = samples, real(fft.bins()), imaginary(fft.bins()), scratch(2 * size);
  padded.resize(size);
  fft.Forward(padded, {real, imaginary}, scratch);
  for (size_t k = 0; k < fft.bins(); ++k) {
    const double at = static_cast<double>(k) * rate / static_cast<double>(size);
    const double octaves = k == 0 ? 99 : std::abs(std::log2(at / hz));
    const double way = std::clamp((octaves - 0.5 + 1.0 / 6) * 3, 0.0, 1.0);
    const double gain = std::cos(way * std::numbers::pi / 2);
    real[k] *= gain;
    imaginary[k] *= gain;
  }
  fft.Inverse({real, imaginary}, padded, scratch);
  padded.resize(samples.size());
  return padded;
}

// T30 by M. Schroeder's backward integration: the slope of the line through -5 .. -35 dB, to 60 dB. As in ISO
// 3382-1 decays of several places are averaged: here all channels of clicks in all channels.
double ReverberationTime(const ReverbSettings& settings, size_t channels, double hz, int rate = kRate) {
  const auto frames =
      std::min(size_t{1040000}, static_cast<size_t>(rate * (settings.decay.Highest() * 0.9 + 0.2)));
  Samples energy(frames + 1);
  for (size_t from = 0; from < channels; ++from) {
    for (const Samples& plane : ResponseOf(settings, channels, from, frames, rate)) {
      const Samples octave = OctaveOf(plane, hz, rate);
      for (size_t n = 0; n < frames; ++n) energy[n] += octave[n] * octave[n];
    }
  }
  for (size_t n = frames; n-- > 0;) energy[n] += energy[n + 1];
  double count = 0, sum_t = 0, sum_l = 0, sum_tt = 0, sum_tl = 0;
  for (size_t n = 0; n < frames; ++n) {
    const double level = 10 * std::log10(energy[n] / energy[0] + 1e-300);
    if (level > -5 || level < -35) continue;
    const double t = static_cast<double>(n) / rate;
    count += 1, sum_t += t, sum_l += level, sum_tt += t * t, sum_tl += t * level;
  }
  return -60 / ((count * sum_tl - sum_t * sum_l) / (count * sum_tt - sum_t * sum_t));
}

TEST(Reverb, DecaysBy60DecibelsInItsDecay) {
  for (const double decay : {0.4, 0.6, 0.8, 1.2, 1.8, 2.7, 4.0, 6.5, 10.0}) {
    for (const double damping : {4000.0, 6000.0, 24000.0}) {
      if (decay > 1.8 && damping > 4000) continue;
      const ReverbSettings settings{.decay = decay, .predelay = 0, .damping = damping};
      EXPECT_NEAR(ReverberationTime(settings, 2, 1000) / decay, 1, 0.05)
          << decay << " s, " << damping << " Hz";
    }
  }
  for (const int rate : {44100, 96000})
    EXPECT_NEAR(ReverberationTime({.decay = 1}, 2, 1000, rate), 1, 0.05) << rate;
  EXPECT_NEAR(ReverberationTime({.decay = 1.8}, 1, 1000) / 1.8, 1, 0.05);
  EXPECT_NEAR(ReverberationTime({.decay = 1.8, .damping = 24000}, 6, 1000) / 1.8, 1, 0.05);
}

TEST(Reverb, DecaysByItInFarSettingsToo) {
  for (const double decay : {0.1, 0.15, 0.2, 0.3, 20.0}) {
    const ReverbSettings settings{.decay = decay, .predelay = 0, .damping = 6000};
    EXPECT_NEAR(ReverberationTime(settings, 2, 1000) / decay, 1, 0.1) << decay;
  }
  for (const double decay : {0.4, 1.8, 5.0}) {
    const ReverbSettings settings{.decay = decay, .predelay = 0, .damping = 500};
    EXPECT_NEAR(ReverberationTime(settings, 2, 125) / decay, 1, 0.1) << decay;
  }
}

TEST(Reverb, DecaysFasterAboveItsDamping) {
  for (const double decay : {0.8, 1.8, 4.0}) {
    for (const double damping : {1000.0, 2000.0, 4000.0}) {
      const ReverbSettings settings{.decay = decay, .predelay = 0, .damping = damping};
      EXPECT_NEAR(ReverberationTime(settings, 2, damping) / decay, 0.8, 0.06) << decay << " " << damping;
      EXPECT_NEAR(ReverberationTime(settings, 2, 2 * damping) / decay, 0.55, 0.1) << decay << " " << damping;
    }
  }
}

TEST(Reverb, IsAboutAsLoudWhateverTheDecay) {
  for (const double decay : {0.1, 0.2, 0.4, 1.0, 1.8, 5.0, 20.0}) {
    for (const size_t channels : {size_t{1}, size_t{2}, size_t{6}}) {
      const ReverbSettings settings{.decay = decay, .damping = 24000};
      double energy = 0;
      for (const Samples& plane :
           ResponseOf(settings, channels, 0, static_cast<size_t>(kRate * (decay * 0.7 + 0.2))))
        energy += EnergyOf(plane);
      EXPECT_NEAR(10 * std::log10(energy), 0, 1) << decay << " s, " << channels << " channels";
    }
  }
}

TEST(Reverb, BeginsAtItsPredelay) {
  for (const double predelay : {0.0, 0.02, 0.7001}) {
    const Samples out = ResponseOf({.predelay = predelay}, 1, 0, 48000)[0];
    const auto first = std::ranges::find_if(out, [](double x) { return x != 0; }) - out.begin();
    EXPECT_EQ(first, static_cast<int64_t>(predelay * kRate + 0.5));
  }
}

double CorrelationOf(const Samples& a, const Samples& b) {
  double sum = 0;
  for (size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum / std::sqrt(EnergyOf(a) * EnergyOf(b));
}

TEST(Reverb, ChannelsAreNotCorrelated) {
  for (const size_t channels : {size_t{2}, size_t{6}}) {
    const Planes out = ResponseOf({}, channels, 0, 100000);
    for (size_t c = 1; c < channels; ++c) {
      for (size_t b = 0; b < c; ++b) {
        if (channels == 6 && (c == 3 || b == 3)) continue;
        EXPECT_LT(std::abs(CorrelationOf(out[b], out[c])), 0.12) << b << " " << c;
      }
    }
  }
  Planes both = NoisePlanes(1, 100000, 1);
  both.push_back(both[0]);
  both = Through(*NewReverb({}, 2, kRate), both);
  EXPECT_LT(std::abs(CorrelationOf(both[0], both[1])), 0.25);
}

TEST(Reverb, LeavesTheLfeAlone) {
  EXPECT_EQ(Highest({ResponseOf({}, 6, 0, 20000)[3]}), 0);
  EXPECT_EQ(Highest(ResponseOf({}, 6, 3, 20000)), 0);
  const Planes out = ResponseOf({.mix = 25}, 8, 3, 20000);
  EXPECT_EQ(out[3][0], 0.75);
  EXPECT_NEAR(EnergyOf(out[3]), 0.5625, 1e-15);
  EXPECT_GT(EnergyOf(ResponseOf({}, 4, 0, 20000)[3]), 0.01);  // a surround side of quad
}

TEST(Reverb, WidthIsMidSideOfTheProcessedSide) {
  const Planes full = ResponseOf({}, 2, 0, 20000);
  for (const double width : {0.0, 60.0, 200.0}) {
    const Planes out = ResponseOf({.width = width}, 2, 0, 20000);
    for (size_t n = 0; n < out[0].size(); ++n) {
      const double middle = (full[0][n] + full[1][n]) / 2;
      const double side = (full[0][n] - full[1][n]) / 2 * width / 100;
      ASSERT_NEAR(out[0][n], middle + side, 1e-15);
      ASSERT_NEAR(out[1][n], middle - side, 1e-15);
    }
  }
}

TEST(Reverb, LowCutKeepsTheLowOut) {
  const Samples open = ResponseOf({}, 1, 0, 100000)[0];
  const Samples cut = ResponseOf({.low_cut = 500}, 1, 0, 100000)[0];
  const auto change = [&](double hz) {
    return 10 * std::log10(EnergyOf(OctaveOf(cut, hz)) / EnergyOf(OctaveOf(open, hz)));
  };
  EXPECT_LT(change(125), -20);
  EXPECT_NEAR(change(500), -3, 1.5);
  EXPECT_NEAR(change(4000), 0, 0.1);
}

// The normalised echo density of J. Abel and P. Huang ("A simple, robust measure of reverberation echo
// density", AES 121, 2006): how much of 20 ms lies outside a standard deviation, against noise's 0.3173.
double EchoDensity(const Samples& samples, double at) {
  const auto first = static_cast<size_t>((at - 0.01) * kRate);
  constexpr size_t kWindow = kRate / 50;
  const double deviation = std::sqrt(EnergyOf(samples, first, first + kWindow) / kWindow);
  double outside = 0;
  for (size_t n = first; n < first + kWindow; ++n) outside += std::abs(samples[n]) > deviation;
  return outside / kWindow / 0.3173;
}

TEST(Reverb, BecomesDense) {
  const std::map<double, double> times = {{0.4, 0.06}, {1.8, 0.15}, {5.0, 0.3}};
  for (const auto& [decay, time] : times) {
    const Planes out = ResponseOf({.decay = decay, .predelay = 0, .damping = 24000}, 2, 0, kRate);
    for (const Samples& plane : out) {
      for (const double later : {0.0, 0.05, 0.1, 0.2})
        EXPECT_GT(EchoDensity(plane, time + later), 0.85) << decay << " s at " << time + later;
    }
  }
}

// Of noise that decays the powers of bins are distributed exponentially: their geometric mean is 0.561 of
// their mean, and few are 12 dB above it. Ringing tones would stand out.
TEST(Reverb, HasNoTonesOfItsOwn) {
  for (const double decay : {0.5, 1.0, 1.8, 3.0, 5.0}) {
    const size_t frames = 1 << 18;
    const Fft fft(frames);
    Samples real(fft.bins()), imaginary(fft.bins()), scratch(2 * frames);
    for (const Samples& plane : ResponseOf({.decay = decay, .predelay = 0, .damping = 24000}, 2, 0, frames)) {
      fft.Forward(plane, {real, imaginary}, scratch);
      double sum = 0, logarithms = 0, count = 0, highest = 0;
      for (size_t k = frames / 240; k < frames / 10; ++k) {  // 200 .. 4800 Hz
        const double power = real[k] * real[k] + imaginary[k] * imaginary[k];
        sum += power, logarithms += std::log(power), count += 1, highest = std::max(highest, power);
      }
      EXPECT_GT(std::exp(logarithms / count) / (sum / count), 0.38) << decay;
      EXPECT_LT(10 * std::log10(highest / (sum / count)), 16) << decay;
    }
  }
}

TEST(Reverb, DoesNotGatherDc) {
  const Planes out = Through(*NewReverb({.decay = 20}, 1, kRate), {Samples(960000, 1.0)});
  EXPECT_LT(Highest(out), 8);
}

Parameter Line(double from, double to, int64_t begin = 2000, int64_t end = 9000) {
  return Parameter({{begin, from}, {end, to}});
}

ReverbSettings Moving() {
  return {.decay = Line(0.1, 20),
          .predelay = Line(0.03, 0),
          .damping = Line(500, 20000),
          .low_cut = Line(500, 20),
          .width = Line(0, 200),
          .mix = Line(100, 30)};
}

TEST(Reverb, KeepsTheContract) {
  CheckContract(*NewReverb({}, 2, kRate), 2, 12000);
  CheckContract(*NewReverb({.decay = 0.1, .predelay = 0.001, .low_cut = 100}, 1, 8000), 1, 6000);
  CheckContract(*NewReverb(Moving(), 6, kRate), 6, 10000);
  CheckContract(*NewReverb(Moving(), 2, 192000), 2, 12000);
}

// A low sine through a reverb whose every parameter jumps: no step is faster than sines of its level make.
TEST(Reverb, MovesWithoutClicks) {
  Planes in(2, Samples(96000));
  for (size_t n = 0; n < in[0].size(); ++n)
    in[0][n] = in[1][n] = std::sin(2 * std::numbers::pi * 100 * static_cast<double>(n) / kRate);
  const auto second_difference = [](const Samples& out, size_t first, size_t end) {
    double most = 0;
    for (size_t n = first; n < end; ++n)
      most = std::max(most, std::abs(out[n] - 2 * out[n - 1] + out[n - 2]));
    return most;
  };
  const auto jump = [](double from, double to) { return Line(from, to, 72000, 72000); };
  const ReverbSettings settings{
      .decay = jump(3, 1), .predelay = jump(0.01, 0.04), .damping = jump(8000, 2000)};
  for (const Samples& out : Through(*NewReverb(settings, 2, kRate), in)) {
    const double before = second_difference(out, 60000, 71000);
    EXPECT_LT(second_difference(out, 71000, 80000), 0.01 + 4 * before);
  }
}

class ReverbEachIsa : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(ReverbEachIsa);
TEST_P(ReverbEachIsa, HasTheSameBits) {
  CheckIsa(GetParam(), *NewReverb({}, 2, kRate), 2, 20000);
  CheckIsa(GetParam(), *NewReverb(Moving(), 6, kRate), 6, 10000);
}

TEST(Reverb, IsFiniteWhateverItIsSetTo) {
  std::mt19937_64 random(7);
  const auto within = [&](double from, double to) {
    return from + (to - from) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  for (int k = 0; k < 24; ++k) {
    const int rate = k % 4 == 0 ? 8000 : k % 4 == 1 ? 192000 : kRate;
    ReverbSettings settings{.decay = within(0.1, k % 2 ? 20 : 0.5),
                            .predelay = within(0, 1),
                            .damping = within(20, 0.49 * rate),
                            .width = within(0, 200),
                            .mix = within(0, 100)};
    if (k % 3 == 0) settings.decay = Line(within(0.1, 20), within(0.1, 20), 100, 101);
    if (k % 5 == 0) settings.damping = Line(within(20, 20000), within(20, 20000), 300, 900);
    if (k % 2) settings.low_cut = within(10, 0.49 * rate);
    CheckHostile(*NewReverb(settings, 2, rate), 2, 9000, 50);
  }
}

TEST(Reverb, TailsAreCheap) {
  CheckTailIsCheap(*NewReverb({.decay = 0.2, .low_cut = 100}, 2, kRate), 2, 6);
}

TEST(UnprocessedSide, IsWhatTheMixLeaves) {
  const Planes in = NoisePlanes(6, 3000, 3);
  const Planes out = Through(*NewUnprocessedSide(30), in);
  for (size_t n = 0; n < 3000; ++n) ASSERT_EQ(out[4][n], in[4][n] * (1 - 30.0 / 100));
  EXPECT_EQ(Highest(Through(*NewUnprocessedSide(100), in)), 0);
  EXPECT_TRUE(SamePlanes(Through(*NewUnprocessedSide(0), in), in));
  CheckContract(*NewUnprocessedSide(Line(0, 100)), 2, 12000);
}

// With the processed side alone it adds up to the whole: what a dry stem and its effects are.
TEST(UnprocessedSide, AndTheProcessedSideAreTheWhole) {
  const Planes in = NoisePlanes(2, 20000, 3);
  const Planes whole = Through(*NewReverb({.mix = 30}, 2, kRate), in);
  Planes dry = Through(*NewUnprocessedSide(30), in);
  const Planes wet = Through(*NewReverb({.mix = 100}, 2, kRate), in);
  for (size_t c = 0; c < 2; ++c) {
    for (size_t n = 0; n < 20000; ++n) dry[c][n] += 0.3 * wet[c][n];
  }
  EXPECT_LT(Distance(dry, whole), 1e-13);
}

}  // namespace
}  // namespace trackout::dsp
