// The numbers of the curves, for one sample (gain.cc) and for vectors (curves-inl.h): both do the same
// operations in the same order, so that they agree to the last bit.
#pragma once

#include <array>

namespace trackout::dsp {

inline constexpr double kHalfPi = 3.14159265358979323846 / 2;
inline constexpr double kLn2 = 0.693147180559945309417;
inline constexpr double kSqrt2 = 1.41421356237309504880;
inline constexpr double kLog2Of10By20 = 0.166096404744368117394;  // log2(10) / 20

// e^x = sum of x^k / k!. Within +-ln(2) / 2 the first term that is left out is below 5e-18.
inline constexpr std::array kExponential = {
    1.0,        1.0,         1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
    1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};

// Below this FromDecibels is 0: amplitudes there are below 1e-300.
inline constexpr double kLeastDecibels = -6000;

// Added to a double and taken away again it rounds to whole numbers, halves to even: a double's last bit is 1
// there. Before it is taken away, the low bits of the mantissa are the whole number.
inline constexpr double kRounder = 0x1.8p52;

// Terms of the Taylor series of sine and cosine below pi/4 after the first: exact to 1e-23.
inline constexpr int kQuarterTerms = 10;

}  // namespace trackout::dsp
