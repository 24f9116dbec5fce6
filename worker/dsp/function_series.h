// The numbers of functions.h, for one number (functions.cc) and for vectors (functions-inl.h): both do the
// same operations in the same order, so that they agree to the last bit.
#pragma once

#include <array>
#include <cstdint>

#include "worker/dsp/curves.h"

namespace trackout::dsp {

inline constexpr double kLog2OfE = 1.44269504088896340736;

// ln 2 in two parts: the first has 33 bits, so that its products with whole numbers below 2^20 are exact.
inline constexpr double kLn2High = 6.93147180369123816490e-01;
inline constexpr double kLn2Low = 1.90821492927058770002e-10;

// The natural logarithm of m is 2 artanh(s), s = (m - 1) / (m + 1): 2 (s + s^3/3 + s^5/5 + ...). Within
// sqrt(1/2) .. sqrt(2) the first term that is left out is below 4e-20 of it. From s^3 on; as log2.
inline constexpr double kTwoByLn2 = 2.88539008177792681472;
inline constexpr std::array kArtanh = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13,
                                       1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};

// Taken from the bits of a double, and added again, it leaves mantissas within sqrt(1/2) .. sqrt(2).
inline constexpr int64_t kBitsOfSqrtHalf = 0x3FE6A09E667F3BCD;
inline constexpr int64_t kMantissaBits = 0x000FFFFFFFFFFFFF;
inline constexpr double kLeastNormal = 0x1p-1022;
inline constexpr double kDenormalScale = 0x1p54;

inline constexpr double kDecibelsOfTwo = 6.02059991327962390427;  // 20 log10(2)
inline constexpr double kLeastAmplitude = 1e-300;                 // kLeastDecibels

inline constexpr double kTanhOne = 20;  // from here on tanh is 1: 1 - 8.5e-18

}  // namespace trackout::dsp
