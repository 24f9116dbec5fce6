// The vectors of functions-inl.h over arrays, in place, for tests.
#pragma once

#include <cstddef>

namespace trackout::dsp {

using VectorFunction = void (*)(double* x, size_t count);

void Exp2OfAll(double* x, size_t count);
void ExpOfAll(double* x, size_t count);
void Log2OfAll(double* x, size_t count);
void DecibelsOfAll(double* x, size_t count);
void TanhOfAll(double* x, size_t count);

}  // namespace trackout::dsp
