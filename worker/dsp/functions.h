// Elementary functions for coefficients and detectors, the same on every machine: only + - * / and exact
// scaling by powers of two, no libm, whose last bit depends on the processor. One number at a time here; the
// same for vectors, to the last bit, in functions-inl.h. Gains from decibels are in gain.h.
//
// Errors are relative, and were measured against long double (tests/worker/dsp/functions_test.cc).
// Thread-safe.
#pragma once

namespace trackout::dsp {
// An inline namespace, so that the linker tells Sine from that of meters/elementary.h.
inline namespace functions {

// |x| <= 1e6. Error below 4e-16, near their zeros too: pi/2 is taken to 119 bits.
double Sine(double x);
double Cosine(double x);
// |x| <= 1e6. Error below 6e-16.
double Tan(double x);

// e^x; x <= 709. 0 below -746. Error below 4e-16 (of normal numbers).
double Exp(double x);
// 2^x; x <= 1023. 0 below -1022. Whole x are exact. Error below 4e-16.
double Exp2(double x);

// x > 0, denormals too. Error below 8e-16, near x = 1 too; of powers of two it is exact.
double Log2(double x);

// 20 log10(amplitude), amplitude >= 0. Always finite: 1e-300 and less, 0 too, give -6000. Error below 1e-15.
double Decibels(double amplitude);

// Error below 8e-16. Exactly 1 from 20 on; odd to the last bit.
double Tanh(double x);

}  // namespace functions
}  // namespace trackout::dsp
