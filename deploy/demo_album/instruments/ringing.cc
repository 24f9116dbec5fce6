// Each mode is the recursion y[n] = 2 r cos(w) y[n-1] - r^2 y[n-2]. The modes run eight at a time,
// because one alone would wait for its own last result at every sample; they are sorted by decay, so
// that eight that end together share a loop.
#include "deploy/demo_album/instruments/ringing.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace trackout::demo {
namespace {

constexpr size_t kLanes = 8;
constexpr double kHighestMode = 0.45;   // of the sample rate
constexpr double kAudibleDecays = 1.3;  // 60 dB times this: then a mode is stopped

// Two numbers that are computed as one (a vector of GCC and Clang).
using Pair = double __attribute__((vector_size(16)));

struct Lanes {
  Pair turn[kLanes / 2] = {};
  Pair damp[kLanes / 2] = {};
  Pair last[kLanes / 2] = {};
  Pair before[kLanes / 2] = {};
};

void Start(const Mode& mode, int sample_rate, size_t lane, Lanes& lanes) {
  const double w = 2 * std::numbers::pi * mode.frequency_hz / sample_rate;
  const double r = std::pow(10.0, -3.0 / (mode.decay_s * sample_rate));
  lanes.turn[lane / 2][lane % 2] = 2 * r * std::cos(w);
  lanes.damp[lane / 2][lane % 2] = r * r;
  lanes.last[lane / 2][lane % 2] = mode.level * std::sin(mode.phase - w) / r;
  lanes.before[lane / 2][lane % 2] = mode.level * std::sin(mode.phase - 2 * w) / (r * r);
}

double Sum(const Pair (&x)[kLanes / 2]) {
  const Pair sum = (x[0] + x[1]) + (x[2] + x[3]);
  return sum[0] + sum[1];
}

// Two samples a turn: the older of the two remembered values makes room for the newest, so that
// nothing is moved about. An odd last sample is left out; by then there is nothing to hear.
void Run(const Lanes& start, std::span<double> out) {
  Lanes lanes = start;
  for (size_t n = 0; n + 1 < out.size(); n += 2) {
    for (size_t k = 0; k < kLanes / 2; ++k) {
      lanes.before[k] = lanes.turn[k] * lanes.last[k] - lanes.damp[k] * lanes.before[k];
    }
    out[n] += Sum(lanes.before);
    for (size_t k = 0; k < kLanes / 2; ++k) {
      lanes.last[k] = lanes.turn[k] * lanes.before[k] - lanes.damp[k] * lanes.last[k];
    }
    out[n + 1] += Sum(lanes.last);
  }
}

}  // namespace

void Ring(std::span<const Mode> modes, int sample_rate, std::span<double> out) {
  std::vector<Mode> sorted;
  for (const Mode& mode : modes) {
    if (mode.frequency_hz < kHighestMode * sample_rate) sorted.push_back(mode);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Mode& a, const Mode& b) { return a.decay_s > b.decay_s; });
  for (size_t first = 0; first < sorted.size(); first += kLanes) {
    Lanes lanes;
    const size_t count = std::min(kLanes, sorted.size() - first);
    for (size_t k = 0; k < count; ++k) Start(sorted[first + k], sample_rate, k, lanes);
    const double audible = sorted[first].decay_s * kAudibleDecays * sample_rate;
    Run(lanes, out.first(std::min(out.size(), static_cast<size_t>(audible))));
  }
}

}  // namespace trackout::demo
