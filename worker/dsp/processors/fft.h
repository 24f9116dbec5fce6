// The discrete Fourier transform of real signals, in 64-bit float, the same bits on every machine: one order
// of operations, twiddles without libm.
//
// A real transform of `size` is a complex one of half as many points (even frames real, odd frames imaginary)
// and a pass that takes the two apart. The complex one is Stockham's: radix 4, with a last pass of radix 2
// where the size needs it; it sorts itself, so that every pass reads and writes whole vectors (C. Van Loan,
// Computational Frameworks for the Fast Fourier Transform, 1992, 1.7). Lanes are butterflies, and each
// butterfly does the same additions and products whatever vector it lies in.
//
// Errors grow with the square root of log2(size): below 1e-15 of the root mean square of what comes out.
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

  // X[k] = sum of x[n] e^(-2 pi i k n / size). `scratch`: 2 * size doubles, apart from the others; samples
  // and spectrum may share memory.
  void Forward(std::span<const double> samples, SpectrumView spectrum, std::span<double> scratch) const;
  // x[n] = 1 / size * sum of X[k] e^(2 pi i k n / size); imaginary parts at 0 and at half the rate are not
  // read.
  void Inverse(SpectrumView spectrum, std::span<double> samples, std::span<double> scratch) const;

 private:
  const size_t size_;
  // cos and sin of 2 pi j p / (size / 2) for p below size / 8: cosines of j = 1, sines of j = 1, then 2, 3.
  std::vector<double> twiddles_;
  // cos, then sin of 2 pi k / size for k below size / 4: what takes the even and the odd frames apart.
  std::vector<double> turns_;
};

}  // namespace trackout::dsp
