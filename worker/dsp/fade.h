// Fades: gains between 0 and 1 over a stretch.
//
// A fade-in of N frames has x = i / N at its frame i, a fade-out x = 1 - i / N; so two that cross over the
// same N frames have x and 1 - x. g(0) = 0, g(1) = 1.
//   linear       x
//   equal power  sin(x pi/2); its mirror is the cosine, so that g(x)^2 + g(1 - x)^2 = 1
//   s-curve      x^2 (3 - 2x); g(x) + g(1 - x) = 1
//   log          (10^(3 (x - 1)) - 10^-3) / (1 - 10^-3): straight in dB over 60 dB, and down to 0
#pragma once

#include <cstdint>
#include <span>

namespace trackout::dsp {

enum class FadeShape { kLinear, kEqualPower, kSCurve, kLog };

double FadeGain(FadeShape shape, double x);

// Multiplies `samples`, which begin at frame `first` of a stretch whose first (last) `frames` frames fade in
// (out), by the fade. Frames outside of the fade are left alone. `first` of a fade-out counts from its
// beginning and may be negative.
void FadeIn(FadeShape shape, int64_t frames, int64_t first, std::span<double> samples);
void FadeOut(FadeShape shape, int64_t frames, int64_t first, std::span<double> samples);

}  // namespace trackout::dsp
