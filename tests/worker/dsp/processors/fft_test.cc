// The transform against the sum that defines it, in long double; and by its own laws.
#include "worker/dsp/processors/fft.h"

#include <cmath>
#include <complex>
#include <numbers>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

struct Spectrum {
  Samples real, imaginary;
  SpectrumView view() { return {real, imaginary}; }
};

Spectrum ForwardOf(const Samples& samples) {
  const Fft fft(samples.size());
  Spectrum spectrum{Samples(fft.bins(), -7), Samples(fft.bins(), -7)};
  Samples scratch(2 * samples.size());
  fft.Forward(samples, spectrum.view(), scratch);
  return spectrum;
}

Samples InverseOf(Spectrum spectrum) {
  const Fft fft((spectrum.real.size() - 1) * 2);
  Samples samples(fft.size(), -7);
  Samples scratch(2 * fft.size());
  fft.Inverse(spectrum.view(), samples, scratch);
  return samples;
}

using Exact = std::complex<long double>;

Exact BinOf(const Samples& samples, size_t k) {
  Exact sum = 0;
  const size_t size = samples.size();
  for (size_t n = 0; n < size; ++n) {
    const long double turn = static_cast<long double>(k * n % size) / static_cast<long double>(size);
    sum +=
        static_cast<long double>(samples[n]) * std::polar(1.0L, -2 * std::numbers::pi_v<long double> * turn);
  }
  return sum;
}

double EnergyOf(const Samples& samples) {
  long double sum = 0;
  for (const double x : samples) sum += static_cast<long double>(x) * x;
  return static_cast<double>(sum);
}

double WorstBin(const Samples& samples, const Spectrum& spectrum, size_t step) {
  double worst = 0;
  for (size_t k = 0; k < spectrum.real.size(); k += step) {
    const Exact exact = BinOf(samples, k);
    worst = std::max<double>(worst, std::abs(exact - Exact(spectrum.real[k], spectrum.imaginary[k])));
  }
  return worst;
}

class FftEachIsa : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(FftEachIsa);

TEST_P(FftEachIsa, IsTheSumThatDefinesIt) {
  for (size_t size = 32; size <= 2048; size *= 2) {
    const Samples samples = Noise(size, static_cast<unsigned>(size));
    const double rms = std::sqrt(EnergyOf(samples));  // of a bin
    EXPECT_LT(WorstBin(samples, ForwardOf(samples), 1), 2e-15 * rms) << size;
  }
  const Samples samples = Noise(16384, 5);
  EXPECT_LT(WorstBin(samples, ForwardOf(samples), 331), 2e-15 * std::sqrt(EnergyOf(samples)));
}

TEST_P(FftEachIsa, KeepsTheEnergyAndComesBack) {
  for (size_t size = 32; size <= size_t{1} << 20; size *= 2) {
    const Samples samples = Noise(size, static_cast<unsigned>(size) + 1);
    const Spectrum spectrum = ForwardOf(samples);
    double energy = 2 * (EnergyOf(spectrum.real) + EnergyOf(spectrum.imaginary));
    energy -= spectrum.real.front() * spectrum.real.front() + spectrum.real.back() * spectrum.real.back();
    energy /= static_cast<double>(size);
    EXPECT_NEAR(energy, EnergyOf(samples), 1e-14 * energy) << size;
    const Samples back = InverseOf(spectrum);
    double worst = 0;
    for (size_t n = 0; n < size; ++n) worst = std::max(worst, std::abs(back[n] - samples[n]));
    EXPECT_LT(worst, 3e-15) << size;
  }
}

TEST_P(FftEachIsa, HasTheBitsOfTheBestInstructions) {
  for (size_t size = 32; size <= size_t{1} << 17; size *= 2) {
    const Samples samples = Noise(size, static_cast<unsigned>(size) + 2);
    ASSERT_TRUE(UseIsa(GetParam()));
    const Spectrum spectrum = ForwardOf(samples);
    const Samples back = InverseOf(spectrum);
    ASSERT_TRUE(UseIsa(AvailableIsas().back()));
    const Spectrum best = ForwardOf(samples);
    EXPECT_TRUE(SameBits(spectrum.real, best.real)) << size;
    EXPECT_TRUE(SameBits(spectrum.imaginary, best.imaginary)) << size;
    EXPECT_TRUE(SameBits(back, InverseOf(best))) << size;
  }
}

TEST_P(FftEachIsa, OfAnImpulseIsFlatAndOfSilenceSilent) {
  Samples impulse(256);
  impulse[0] = 0.7;
  Spectrum spectrum = ForwardOf(impulse);
  for (const double real : spectrum.real) EXPECT_NEAR(real, 0.7, 1e-15);
  for (const double imaginary : spectrum.imaginary) EXPECT_NEAR(imaginary, 0, 1e-15);
  spectrum = ForwardOf(Samples(64));
  for (size_t k = 0; k < spectrum.real.size(); ++k) {
    EXPECT_EQ(spectrum.real[k], 0);
    EXPECT_EQ(spectrum.imaginary[k], 0);
  }
}

TEST_P(FftEachIsa, DoesNotReadWhatARealSignalCannotHave) {
  Spectrum spectrum = ForwardOf(Noise(128, 3));
  const Samples expected = InverseOf(spectrum);
  spectrum.imaginary.front() = 5;
  spectrum.imaginary.back() = -3;
  EXPECT_TRUE(SameBits(InverseOf(spectrum), expected));
}

}  // namespace
}  // namespace trackout::dsp
