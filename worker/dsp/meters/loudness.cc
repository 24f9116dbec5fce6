#include "worker/dsp/meters/loudness.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <limits>
#include <vector>

#include "worker/dsp/meters/elementary.h"

namespace trackout::dsp {
namespace {

constexpr double kSilence = -std::numeric_limits<double>::infinity();
constexpr double kOffset = -0.691;                        // LUFS of a mean square of 1
constexpr double kAbsoluteGate = 1.1724653045822964e-07;  // -70 LUFS: 10^((-70 + 0.691) / 10)

double Loudness(double energy) {
  return energy > 0 ? ExactDecibelsOfPower(energy) + kOffset : kSilence;
}

constexpr size_t kMomentary = 4;   // times 100 ms
constexpr size_t kShortTerm = 30;  // times 100 ms

// The means of all windows of `count` times 100 ms, `hop` times 10 ms apart.
std::vector<double> Windows(std::span<const double> tenths, size_t count, size_t hop) {
  std::vector<double> windows;
  for (size_t first = 0; first + (count - 1) * kPartsOfTenth < tenths.size(); first += hop) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) sum += tenths[first + i * kPartsOfTenth];
    windows.push_back(sum / static_cast<double>(count));
  }
  return windows;
}

std::optional<double> Loudest(const std::vector<double>& windows) {
  if (windows.empty()) return std::nullopt;
  return RoundDecibels(Loudness(*std::max_element(windows.begin(), windows.end())));
}

void LeaveOutBelow(double gate, std::vector<double>& windows) {
  std::erase_if(windows, [gate](double energy) { return energy < gate; });
}

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double Percentile(std::span<const double> sorted, double part) {
  return sorted[static_cast<size_t>(static_cast<double>(sorted.size() - 1) * part + 0.5)];
}

}  // namespace

double LoudnessWeight(int channels, int channel) {
  assert(channel < channels);
  constexpr double kSide = 1.41;
  switch (channels) {
    case 4:
      return channel >= 2 ? kSide : 1;
    case 5:
      return channel >= 3 ? kSide : 1;
    case 6:
      return channel == 3 ? 0 : channel >= 4 ? kSide : 1;
    case 8:  // Lrs and Rrs, at 135 degrees or so, are behind what weighs more
      return channel == 3 ? 0 : channel >= 6 ? kSide : 1;
    default:
      return 1;
  }
}

std::vector<double> Tenths(std::span<const double> energies) {
  std::vector<double> tenths;
  for (size_t first = 0; first + kPartsOfTenth <= energies.size(); ++first) {
    double sum = 0;
    for (const double energy : energies.subspan(first, kPartsOfTenth)) sum += energy;
    tenths.push_back(sum);
  }
  return tenths;
}

std::optional<double> IntegratedLoudness(std::span<const double> tenths) {
  std::vector<double> windows = Windows(tenths, kMomentary, kPartsOfTenth);
  if (windows.empty()) return std::nullopt;
  LeaveOutBelow(kAbsoluteGate, windows);
  if (windows.empty()) return kSilence;
  LeaveOutBelow(Mean(windows) * 0.1, windows);
  return RoundDecibels(Loudness(Mean(windows)));
}

std::optional<double> MaxMomentary(std::span<const double> tenths) {
  return Loudest(Windows(tenths, kMomentary, 1));
}

std::optional<double> MaxShortTerm(std::span<const double> tenths) {
  return Loudest(Windows(tenths, kShortTerm, kPartsOfTenth));
}

std::optional<double> LoudnessRange(std::span<const double> tenths) {
  std::vector<double> windows = Windows(tenths, kShortTerm, 10 * kPartsOfTenth);
  if (windows.empty()) return std::nullopt;
  LeaveOutBelow(kAbsoluteGate, windows);
  if (windows.empty()) return 0;
  std::sort(windows.begin(), windows.end());
  LeaveOutBelow(Mean(windows) * 0.01, windows);
  return RoundDecibels(Loudness(Percentile(windows, 0.95)) - Loudness(Percentile(windows, 0.1)));
}

}  // namespace trackout::dsp
