// Sine, tangent and decibels for the coefficients and figures of meters, the same on every machine: only
// + - * / and exact scaling, no libm, whose last bit depends on the processor.
#pragma once

namespace trackout::dsp {

inline constexpr double kPi = 3.14159265358979323846;

double Sine(double x);     // |x| <= pi; error below 4e-16
double Tangent(double x);  // |x| <= pi / 4; relative error below 1e-15

// Rounded to 0.0001 dB; -inf of 0.
double DecibelsOfAmplitude(double amplitude);  // 20 log10(amplitude), amplitude >= 0
double DecibelsOfPower(double power);          // 10 log10(power), power >= 0

// 10 log10(power) as it is, relative error below 1e-15 of 10 dB. power > 0.
double ExactDecibelsOfPower(double power);

double RoundDecibels(double db);  // to 0.0001, halves up; -inf stays

}  // namespace trackout::dsp
