// Spectra of two signals against each other, averaged over windows (P. Welch, "The use of fast Fourier
// transform for the estimation of power spectra", 1967): which filter makes the one of the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/derivation/planes.h"
#include "worker/dsp/processors/fft.h"

namespace trackout::dsp {

// Sums over windows and channels, for each bin.
struct CrossSpectrum {
  explicit CrossSpectrum(size_t bins) : real(bins), imaginary(bins), first(bins), second(bins) {}
  std::vector<double> real, imaginary;  // conj(A) B
  std::vector<double> first, second;    // |A|^2, |B|^2
};

// Adds frames from .. to - 1: Hann windows of fft.size() frames that overlap by half. `gains`: A is `a` times
// them; none: `a` itself.
void AddWindows(const Fft& fft, const Planes& a, std::span<const double> gains, const Planes& b, int64_t from,
                int64_t to, CrossSpectrum& sum);

// One more block of both, of fft.size() frames, as it stands: no window.
void AddBlock(const Fft& fft, std::span<const double> a, std::span<const double> b, CrossSpectrum& sum);

// The filter that makes of A what B has in common with it, in the least squares for each bin; where A has
// next to nothing it goes to 0. `taps` from `before` frames ahead on.
std::vector<double> BestFilter(const Fft& fft, const CrossSpectrum& spectrum, size_t taps, int64_t before);

// Where B lies to A: B[n] ~ +-A[n - lag], from the coherence transform (C. Knapp, G. Carter, "The generalized
// correlation method for estimation of time delay", 1976; SCOT). Lags are first_lag .. last_lag, circular in
// fft.size().
struct Lag {
  int64_t frames = 0;
  bool inverted = false;
  bool found = false;  // false: one of them is silent
};
Lag BestLag(const Fft& fft, const CrossSpectrum& spectrum, int64_t first_lag, int64_t last_lag);

}  // namespace trackout::dsp
