// The limiter against two meters: the product's own, and one of 16 points a sample in this file.
#include "worker/dsp/processors/limiter.h"

#include <string>

#include "tests/worker/dsp/processors/dynamics_run.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/meters/true_peak.h"

namespace trackout::dsp {
namespace {

constexpr double kPi = 3.14159265358979323846;

// As a delivered file is measured.
double MeterPeak(const Samples& samples, int sample_rate) {
  const Interpolator interpolator = InterpolatorAt(sample_rate);
  std::vector<float> floats(samples.size() + 256);
  double peak = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    floats[64 + i] = static_cast<float>(samples[i]);
    peak = std::max(peak, std::abs(samples[i]));
  }
  for (size_t i = 64; i + 64 < floats.size(); i += 64)
    peak = std::max(peak, double{HighestBetween(interpolator, &floats[i], 64)});
  return peak;
}

double Bessel(double x) {
  double term = 1, sum = 1;
  for (int k = 1; k < 60; ++k) {
    term *= x / 2 / k;
    sum += term * term;
  }
  return sum;
}

// 16 points a sample, of a sinc of 64 samples under a Kaiser window.
double FinePeak(const Samples& samples, double beta) {
  constexpr int kReach = 32;
  std::vector<double> taps(size_t{16} * 2 * kReach);
  for (int p = 1; p < 16; ++p) {
    for (int k = 0; k < 2 * kReach; ++k) {
      const double x = k - kReach + 1 - p / 16.0;
      const double window = Bessel(beta * std::sqrt(1 - x * x / kReach / kReach)) / Bessel(beta);
      taps[static_cast<size_t>(p * 2 * kReach + k)] = std::sin(kPi * x) / (kPi * x) * window;
    }
  }
  Samples padded(samples.size() + 2 * kReach);
  std::ranges::copy(samples, padded.begin() + kReach);
  double peak = 0;
  for (size_t n = 0; n + 2 * kReach <= padded.size(); ++n) {
    for (size_t p = 1; p < 16; ++p) {
      double sum = 0;
      for (size_t k = 0; k < 2 * kReach; ++k) sum += taps[p * 2 * kReach + k] * padded[n + k];
      peak = std::max(peak, std::abs(sum));
    }
  }
  return peak;
}

struct Signal {
  std::string name;
  Samples samples;
};

std::vector<Signal> Signals(size_t frames, int sample_rate) {
  std::vector<Signal> all;
  const auto add = [&](const std::string& name, auto at) {
    Samples samples(frames);
    for (size_t i = 0; i < frames; ++i) samples[i] = at(i, static_cast<double>(i));
    all.push_back({name, samples});
  };
  const Samples noise = Noise(frames, 17);
  const Samples other = Noise(frames, 18);
  add("noise", [&](size_t i, double) { return noise[i]; });
  add("random signs", [&](size_t i, double) { return noise[i] < 0 ? -1.0 : 1.0; });
  add("quarter", [](size_t, double t) { return std::sin(kPi / 2 * t + kPi / 4); });
  add("square", [&](size_t, double t) { return std::fmod(t * 997 / sample_rate, 1) < 0.5 ? 1.0 : -1.0; });
  add("clicks", [](size_t i, double) { return i % 997 == 0 ? 1.0 : 0.0; });
  add("bursts", [&](size_t i, double t) {
    return i / 700 % 3 == 0 ? std::sin(t * (0.3 + 0.7 * static_cast<double>(i / 2100 % 4)))
                            : 0.001 * noise[i];
  });
  add("near Nyquist", [](size_t, double t) { return std::sin(kPi * 0.98 * t); });
  add("below Nyquist", [](size_t, double t) { return std::sin(kPi * 0.9 * t + 0.3); });
  add("alternating", [](size_t i, double) { return ((i & 1) != 0) == ((i / 37 & 1) != 0) ? 1.0 : -1.0; });
  add("pairs", [](size_t i, double) { return (i & 2) != 0 ? 1.0 : -1.0; });
  add("sweep", [&](size_t, double t) { return std::sin(kPi / 2 * t * t / static_cast<double>(frames)); });
  add("sudden noise", [&](size_t i, double) { return i < frames / 2 ? 0.01 * noise[i] : noise[i]; });
  add("steps", [](size_t i, double) { return (i / 500 & 1) != 0 ? 1.0 : -0.2; });
  add("music", [&](size_t i, double t) {
    const double x = 2 * kPi * t / sample_rate;
    const double hit = std::exp(-8 * std::fmod(t / sample_rate, 0.2));
    return 0.4 * std::sin(55 * x) + 0.5 * hit * noise[i] + 0.3 * std::sin(880 * x) * std::sin(3 * x) +
           0.02 * other[i];
  });
  return all;
}

struct Setting {
  double ceiling, lookahead, release;
};
const Setting kSettings[] = {
    {-1, 0.001, 0.001}, {-0.1, 0.005, 0.1}, {-20, 0.02, 10}, {-6, 0.001, 0.1}, {-3, 0.01, 0.01}};

Samples Limited(const Samples& samples, const Setting& setting, double drive, int sample_rate) {
  const auto limiter = NewLimiter({.ceiling = setting.ceiling,
                                   .lookahead = setting.lookahead,
                                   .release = setting.release,
                                   .drive = drive},
                                  1, sample_rate);
  Sound sound{samples};
  sound[0].resize(samples.size() + static_cast<size_t>(limiter->latency()));
  return RunDynamics(*limiter, sound).out[0];
}

// Rounded to so many bits, with triangular dither or none.
Samples Rounded(Samples samples, int bits, double dither) {
  const double scale = std::pow(2, bits - 1);
  const Samples a = Noise(samples.size(), 41, 0.5);
  const Samples b = Noise(samples.size(), 42, 0.5);
  for (size_t i = 0; i < samples.size(); ++i)
    samples[i] = std::nearbyint(samples[i] * scale + dither * (a[i] + b[i])) / scale;
  return samples;
}

TEST(Limiter, KeepsEveryDeliveredFileBelowItsCeiling) {
  for (const int rate : {44100, 48000, 96000, 192000}) {
    for (const Signal& signal : Signals(12000, rate)) {
      for (const Setting& setting : kSettings) {
        for (const double drive : {0.0, 6.0, 24.0}) {
          const Samples out = Limited(signal.samples, setting, drive, rate);
          const double ceiling = Amplitude(setting.ceiling);
          const std::string what = signal.name + " at " + std::to_string(rate) + ", drive " +
                                   std::to_string(drive) + ", ceiling " + std::to_string(setting.ceiling);
          EXPECT_LE(MeterPeak(out, rate), ceiling) << what;
          EXPECT_LE(MeterPeak(Rounded(out, 24, 0), rate), ceiling) << what;
          EXPECT_LE(MeterPeak(Rounded(out, 16, 1), rate), ceiling) << what;
        }
      }
    }
  }
}

TEST(Limiter, KeepsAFineMeterWithinATenthOfADecibel) {
  double worst = -100;
  for (const int rate : {44100, 96000, 192000}) {
    for (const Signal& signal : Signals(6000, rate)) {
      for (const Setting& setting : kSettings) {
        for (const double drive : {0.0, 12.0, 24.0}) {
          const double over =
              Decibel(FinePeak(Limited(signal.samples, setting, drive, rate), 8)) - setting.ceiling;
          EXPECT_LE(over, 0.1) << signal.name << " at " << rate << ", drive " << drive;
          worst = std::max(worst, over);
        }
      }
    }
  }
  RecordProperty("worst_db", std::to_string(worst));
  std::printf("worst of a fine meter: %+.4f dB\n", worst);
}

// Up to 0.42 of the rate all meters agree, whatever their window.
TEST(Limiter, KeepsEveryFineMeterWithSoundBelowNyquist) {
  const Samples noise = Noise(6200, 12);
  Samples soft(6000);
  for (size_t i = 0; i < 6000; ++i) {  // a low-pass at 0.37 of the rate, gone at 0.42
    for (int k = 0; k < 200; ++k) {
      const double x = k - 99.5;
      const double window = std::cos(kPi * x / 200) * std::cos(kPi * x / 200);
      soft[i] += noise[i + static_cast<size_t>(k)] * std::sin(0.78 * kPi * x) / (kPi * x) * window;
    }
  }
  for (const Setting& setting : kSettings) {
    const Samples out = Limited(soft, setting, 18, 48000);
    for (const double beta : {4.0, 6.0, 8.0, 12.0})
      EXPECT_LE(Decibel(FinePeak(out, beta)) - setting.ceiling, 0.03) << beta;
  }
}

TEST(Limiter, ComesUpToItsCeiling) {
  const Samples sine = Sine(997, 1, 48000, 48000);
  const Samples out = Limited(sine, {-1, 0.005, 0.1}, 12, 48000);
  EXPECT_NEAR(Decibel(MeterPeak(out, 48000)), -1, 0.01);
}

TEST(Limiter, LeavesWhatIsBelowAsItIs) {
  for (const int rate : {48000, 96000, 192000}) {
    const auto limiter = NewLimiter({.ceiling = -1, .drive = 6}, 2, rate);
    Sound sound{Sine(440, 0.43, 9000, rate), Noise(9000, 3, 0.12)};
    const Ran ran = RunDynamics(*limiter, sound);
    const auto late = static_cast<size_t>(limiter->latency());
    for (size_t c = 0; c < 2; ++c) {
      for (size_t i = 0; i + late < 9000; ++i) ASSERT_EQ(ran.out[c][i + late], sound[c][i] * FromDecibels(6));
    }
  }
}

TEST(Limiter, ReleasesInDecibelsAndAltogether) {
  const auto limiter = NewLimiter({.ceiling = 0, .lookahead = 0.001, .release = 0.1}, 1, 48000);
  Sound sound{Samples(200000, 0.01)};
  sound[0][1000] = 4;
  const Ran ran = RunDynamics(*limiter, sound);
  const auto at = static_cast<size_t>(1000 + limiter->latency());
  EXPECT_LT(Decibel(ran.control[at]), -12);
  const double early = Decibel(ran.control[at + 500]);
  EXPECT_NEAR(Decibel(ran.control[at + 500 + 4800]) / early, std::exp(-1), 0.001);
  for (size_t i = 0; i + 200 < at; ++i) ASSERT_EQ(ran.control[i], 1);
  EXPECT_EQ(ran.control.back(), 1);
}

TEST(Limiter, MovesItsGainWithoutSteps) {
  const auto limiter = NewLimiter({.ceiling = 0, .lookahead = 0.005}, 1, 48000);
  Sound sound{Samples(20000, 0.01)};
  sound[0][10000] = 2;
  const Ran ran = RunDynamics(*limiter, sound);
  double steepest = 0, sharpest = 0;
  for (size_t i = 2; i < 20000; ++i) {
    const double slope = ran.control[i] - ran.control[i - 1];
    const double before = ran.control[i - 1] - ran.control[i - 2];
    steepest = std::max(steepest, std::abs(slope));
    sharpest = std::max(sharpest, std::abs(slope - before));
  }
  EXPECT_LT(steepest, 0.55 * 2.5 / 240);  // three boxes over 240 frames
  EXPECT_LT(sharpest, 0.55 * 9 / 240 / 240 * 1.2);
}

TEST(Limiter, LinksItsChannels) {
  const auto limiter = NewLimiter({.ceiling = -6}, 6, 48000);
  Sound sound;
  for (unsigned c = 0; c < 6; ++c) sound.push_back(Noise(5000, 50 + c, c == 4 ? 1 : 0.01));
  const Ran ran = RunDynamics(*limiter, sound);
  const auto late = static_cast<size_t>(limiter->latency());
  EXPECT_EQ(limiter->NewDetector()->width(), 1);
  for (size_t i = late; i < 5000; ++i) ASSERT_EQ(ran.out[0][i], sound[0][i - late] * ran.control[i]);
}

TEST(Limiter, KeepsMovingCeilingsAndDrives) {
  const auto limiter = NewLimiter({.ceiling = Parameter({{0, -1}, {6000, -12}, {12000, -3}}),
                                   .lookahead = 0.002,
                                   .drive = Parameter({{0, 0}, {4000, 24}, {12000, 6}})},
                                  1, 48000);
  Sound sound{Noise(13000, 9)};
  const Ran ran = RunDynamics(*limiter, sound);
  const auto late = static_cast<size_t>(limiter->latency());
  for (size_t i = late; i < 13000; ++i) {
    const double t = static_cast<double>(i - late);
    const double ceiling = t < 6000 ? -1 - 11 * t / 6000 : t < 12000 ? -12 + 9 * (t - 6000) / 6000 : -3;
    ASSERT_LE(std::abs(ran.out[0][i]), Amplitude(ceiling)) << i;
  }
}

TEST(Limiter, WorksAtEveryRate) {
  for (const int rate : {8000, 11025, 22050, 32000, 88200, 176400, 384000, 768000}) {
    for (const double lookahead : {0.001, 0.02}) {
      const Samples out = Limited(Noise(8000, 5), {-1, lookahead, 0.01}, 12, rate);
      EXPECT_LE(MeterPeak(out, rate), Amplitude(-1)) << rate;
      EXPECT_LE(Decibel(FinePeak(out, 8)), -0.9) << rate;
      EXPECT_GT(Decibel(FinePeak(out, 8)), -1.1) << rate;
    }
  }
  EXPECT_EQ(NewLimiter({}, 2, 48000)->latency(), 366);
}

}  // namespace
}  // namespace trackout::dsp
