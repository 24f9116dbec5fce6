// The discrete Fourier transform of real signals, in 64-bit float, the same bits on every machine: one order
// of operations, twiddles without libm.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trackout::dsp {

// Split: real and imaginary parts apart, size / 2 + 1 of each, from 0 to half the rate.
struct SpectrumView {
  std::span<double> real;
  std::span<double> imaginary;
};

// Thread-safe.
class Fft {
 public:
  // `size`: a power of two, 32 .. 2^20.
  explicit Fft(size_t size);
  size_t size() const { return size_; }
  size_t bins() const { return size_ / 2 + 1; }

  // X[k] = sum of x[n] e^(-2 pi i k n / size). `scratch`: 2 * size doubles.
  void Forward(std::span<const double> samples, SpectrumView spectrum, std::span<double> scratch) const;
  // x[n] = 1 / size * sum of X[k] e^(2 pi i k n / size); imaginary parts at 0 and at half the rate are not
  // read.
  void Inverse(SpectrumView spectrum, std::span<double> samples, std::span<double> scratch) const;

 private:
  const size_t size_;
  std::vector<double> cosines_, sines_;
};

}  // namespace trackout::dsp
