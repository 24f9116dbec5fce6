#include "worker/dsp/quantise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace trackout::dsp {
namespace {

constexpr double kRounder = 0x1.8p52;
constexpr double kMostSteps = 0x1p50;

double Bounded(double value, double most) {
  value = value < most ? value : most;
  return value > -most ? value : -most;
}

double RoundOne(double steps) {
  return (Bounded(steps, kMostSteps) + kRounder) - kRounder;
}

uint64_t SplitMix64(uint64_t counter) {
  uint64_t z = counter * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Triangular within -1 .. 1, from the sum of two even distributions.
double Tpdf(uint64_t bits) {
  const auto sum = static_cast<double>((bits >> 32) + (bits & 0xffffffffu));
  return sum * 0x1p-32 - (1 - 0x1p-32);
}

}  // namespace

void Round(std::span<const double> samples, double steps_per_unit, std::span<double> steps) {
  assert(samples.size() == steps.size());
  for (size_t i = 0; i < samples.size(); ++i) steps[i] = RoundOne(samples[i] * steps_per_unit);
}

void RoundWithTpdf(std::span<const double> samples, double steps_per_unit, uint64_t seed, int channel,
                   int64_t first_frame, std::span<double> steps) {
  assert(samples.size() == steps.size());
  const uint64_t base = SplitMix64(seed + static_cast<uint64_t>(channel) + 1);
  for (size_t i = 0; i < samples.size(); ++i) {
    const double noise = Tpdf(SplitMix64(base + static_cast<uint64_t>(first_frame) + i));
    steps[i] = RoundOne(samples[i] * steps_per_unit + noise);
  }
}

int64_t Clip(double steps_per_unit, std::span<double> steps, double& peak) {
  const double top = steps_per_unit - 1;
  const double bottom = -steps_per_unit;
  int64_t overs = 0;
  double most = peak;
  for (double& step : steps) {
    const double clipped = step > top ? top : step < bottom ? bottom : step;
    overs += clipped != step ? 1 : 0;
    step = clipped;
    most = std::max(most, std::fabs(clipped));
  }
  peak = most;
  return overs;
}

void ToFloat(std::span<const double> samples, std::span<float> out, double& peak) {
  assert(samples.size() == out.size());
  double most = peak;
  for (size_t i = 0; i < samples.size(); ++i) {
    out[i] = static_cast<float>(Bounded(samples[i], std::numeric_limits<float>::max()));
    most = std::max(most, std::fabs(static_cast<double>(out[i])));
  }
  peak = most;
}

void Pack16(std::span<const double> steps, size_t channels, size_t channel, std::span<std::byte> bytes) {
  std::byte* to = bytes.data() + channel * 2;
  for (const double step : steps) {
    const auto value = static_cast<uint32_t>(static_cast<int32_t>(step));
    to[0] = static_cast<std::byte>(value);
    to[1] = static_cast<std::byte>(value >> 8);
    to += channels * 2;
  }
}

void Pack24(std::span<const double> steps, size_t channels, size_t channel, std::span<std::byte> bytes) {
  std::byte* to = bytes.data() + channel * 3;
  for (const double step : steps) {
    const auto value = static_cast<uint32_t>(static_cast<int32_t>(step));
    to[0] = static_cast<std::byte>(value);
    to[1] = static_cast<std::byte>(value >> 8);
    to[2] = static_cast<std::byte>(value >> 16);
    to += channels * 3;
  }
}

void PackFloat(std::span<const float> samples, size_t channels, size_t channel, std::span<std::byte> bytes) {
  std::byte* to = bytes.data() + channel * sizeof(float);
  for (const float sample : samples) {
    std::memcpy(to, &sample, sizeof sample);
    to += channels * sizeof(float);
  }
}

}  // namespace trackout::dsp
