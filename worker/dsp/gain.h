// Gains: from decibels, and of panners. Deterministic: only + - * / sqrt and exact scaling, no libm, whose
// last bit depends on the processor. Relative error below 2e-15; of FromDecibels that is within +-120 dB, and
// 2e-17 for each dB more beyond.
#pragma once

namespace trackout::dsp {

// 10^(db / 20). 0 dB is exactly 1, -inf is 0. db <= 1000.
double FromDecibels(double db);

// cos(p pi/2) for p within 0 .. 1; of 1 - p it is the sine, so that two sides at p = 1/2 are equal to the
// last bit.
double QuarterCosine(double p);

struct StereoGain {
  double left = 1;
  double right = 1;
};

// A mono source on a stereo bus. pan: -100 (left) .. 100 (right); p = (pan / 100 + 1) / 2. The name is
// the gain at the centre.
StereoGain PanMinus3(double pan);             // cos(p pi/2), sin(p pi/2)
StereoGain PanMinus6(double pan);             // 1 - p, p
StereoGain PanMinus4_5(double pan);           // the square root of the product of those two
StereoGain Pan0(double pan);                  // min(1, 2 (1 - p)), min(1, 2p)
StereoGain PanMinus3Compensated(double pan);  // that of -3 dB times the square root of 2

// A stereo signal: min(1, 1 - pan/100), min(1, 1 + pan/100).
StereoGain Balance(double pan);

}  // namespace trackout::dsp
