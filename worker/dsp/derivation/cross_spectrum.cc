#include "worker/dsp/derivation/cross_spectrum.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

// Of the mean energy of A: what is weaker than this is not heard.
constexpr double kNothing = 1e-7;

// sin^2(pi i / size)
std::vector<double> HannWindow(size_t size) {
  std::vector<double> window(size);
  for (size_t i = 0; i < size; ++i) {
    const double turn = 2 * static_cast<double>(std::min(i, size - i)) / static_cast<double>(size);
    const double sine = QuarterCosine(1 - turn);
    window[i] = sine * sine;
  }
  return window;
}

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Both spectra of a block, with room for the work.
struct Pair {
  explicit Pair(const Fft& fft)
      : scratch(2 * fft.size()),
        a_real(fft.bins()),
        a_imaginary(fft.bins()),
        b_real(fft.bins()),
        b_imaginary(fft.bins()) {}

  void Add(const Fft& fft, std::span<const double> a, std::span<const double> b, CrossSpectrum& sum) {
    fft.Forward(a, {a_real, a_imaginary}, scratch);
    fft.Forward(b, {b_real, b_imaginary}, scratch);
    for (size_t k = 0; k < fft.bins(); ++k) {
      sum.real[k] += a_real[k] * b_real[k] + a_imaginary[k] * b_imaginary[k];
      sum.imaginary[k] += a_real[k] * b_imaginary[k] - a_imaginary[k] * b_real[k];
      sum.first[k] += a_real[k] * a_real[k] + a_imaginary[k] * a_imaginary[k];
      sum.second[k] += b_real[k] * b_real[k] + b_imaginary[k] * b_imaginary[k];
    }
  }

  std::vector<double> scratch, a_real, a_imaginary, b_real, b_imaginary;
};

std::vector<double> Inverse(const Fft& fft, std::vector<double>& real, std::vector<double>& imaginary) {
  std::vector<double> samples(fft.size()), scratch(2 * fft.size());
  fft.Inverse({real, imaginary}, samples, scratch);
  return samples;
}

}  // namespace

void AddWindows(const Fft& fft, const Planes& a, std::span<const double> gains, const Planes& b, int64_t from,
                int64_t to, CrossSpectrum& sum) {
  Pair pair(fft);
  const std::vector<double> hann = HannWindow(fft.size());
  std::vector<double> a_window(fft.size()), b_window(fft.size());
  const auto size = static_cast<int64_t>(fft.size());
  for (size_t c = 0; c < a.size(); ++c) {
    // From half a window before the start on, so that each frame is in two windows.
    for (int64_t start = from - size / 2; start < to; start += size / 2) {
      for (int64_t i = 0; i < size; ++i) {
        const int64_t n = start + i;
        const auto at = static_cast<size_t>(n);
        const bool inside = n >= from && n < to;
        const double weight = hann[static_cast<size_t>(i)];
        a_window[static_cast<size_t>(i)] = inside ? a[c][at] * (gains.empty() ? 1 : gains[at]) * weight : 0;
        b_window[static_cast<size_t>(i)] = inside ? b[c][at] * weight : 0;
      }
      pair.Add(fft, a_window, b_window, sum);
    }
  }
}

void AddBlock(const Fft& fft, std::span<const double> a, std::span<const double> b, CrossSpectrum& sum) {
  Pair(fft).Add(fft, a, b, sum);
}

std::vector<double> BestFilter(const Fft& fft, const CrossSpectrum& spectrum, size_t taps, int64_t before) {
  assert(taps <= fft.size());
  const double least = kNothing * Mean(spectrum.first);
  std::vector<double> real(fft.bins()), imaginary(fft.bins());
  for (size_t k = 0; k < fft.bins(); ++k) {
    const double energy = spectrum.first[k] + least;
    real[k] = energy > 0 ? spectrum.real[k] / energy : 0;
    imaginary[k] = energy > 0 ? spectrum.imaginary[k] / energy : 0;
  }
  const std::vector<double> circular = Inverse(fft, real, imaginary);
  std::vector<double> filter(taps);
  for (size_t k = 0; k < taps; ++k) {
    filter[k] = circular[(k + fft.size() - static_cast<size_t>(before)) % fft.size()];
  }
  return filter;
}

Lag BestLag(const Fft& fft, const CrossSpectrum& spectrum, int64_t first_lag, int64_t last_lag) {
  const double least = 1e-12 * std::sqrt(Mean(spectrum.first)) * std::sqrt(Mean(spectrum.second));
  std::vector<double> real(fft.bins()), imaginary(fft.bins());
  for (size_t k = 0; k < fft.bins(); ++k) {
    const double level = std::sqrt(spectrum.first[k]) * std::sqrt(spectrum.second[k]);
    const bool heard = level > least;
    real[k] = heard ? spectrum.real[k] / level : 0;
    imaginary[k] = heard ? spectrum.imaginary[k] / level : 0;
  }
  const std::vector<double> circular = Inverse(fft, real, imaginary);
  const auto size = static_cast<int64_t>(fft.size());
  Lag lag;
  double most = 0;
  for (int64_t at = first_lag; at <= last_lag; ++at) {
    const double value = circular[static_cast<size_t>(((at % size) + size) % size)];
    if (std::abs(value) > most) {
      most = std::abs(value);
      lag = {at, value < 0, true};
    }
  }
  return lag;
}

}  // namespace trackout::dsp
