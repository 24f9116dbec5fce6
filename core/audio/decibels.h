// Decibels of an amplitude, the same on every machine: only + - * / and exact scaling, no libm, whose
// last bit depends on the processor.
#pragma once

namespace trackout {

// 20 log10(amplitude), rounded to 0.0001 dB; -inf for 0. amplitude >= 0.
double Decibels(double amplitude);

}  // namespace trackout
