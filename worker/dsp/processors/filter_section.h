// A filter of first or second order that may be set anew at every frame: the state-variable filter with
// trapezoidal integrators (A. Simper, "Linear Trapezoidal Integrated State Variable Filter With Low Noise
// Optimisation", Cytomic 2014; V. Zavalishin, "The Art of VA Filter Design"). Its response is the bilinear
// transform of the analogue one, with no warping at the set frequency: that of R. Bristow-Johnson's cookbook.
//
// For each frame, with x what goes in, y what comes out, and s1, s2 the two integrators:
//
//   t  = x - s2
//   y  = out_x x + out_1 s1 + out_2 s2
//   s1 <- own s1 + band t
//   s2 <- s2 + band s1 + low t          (s1 as it was)
//
// with own = 2 a1 - 1, band = 2 a2, low = 2 a3 in Simper's letters. In this form the way round the loop is
// one product and two sums. The matrix of the states is the Cayley transform of a dissipative one, so it
// never stretches (s1, s2); nor does any matrix between two such. Coefficients that move straight from one
// setting to another thus give no filter that rings up, however fast they move.
#pragma once

#include <vector>

namespace trackout::dsp {

struct FilterSection {
  double own = 0;
  double band = 0;
  double low = 0;
  double out_x = 1;
  double out_1 = 0;
  double out_2 = 0;

  bool operator==(const FilterSection&) const = default;
};

// `frequency` in Hz, 10 .. 0.49 of the rate; beyond it is taken as the nearest of these. `q` 0.05 .. 40, that
// of the cookbook for all shapes (of shelves too). `gain` in dB.
FilterSection LowCutSection(double frequency, double q, double rate);   // 12 dB/oct
FilterSection HighCutSection(double frequency, double q, double rate);  // 12 dB/oct
FilterSection LowCutSection6(double frequency, double rate);            // 6 dB/oct: first order
FilterSection HighCutSection6(double frequency, double rate);           // 6 dB/oct: first order
FilterSection LowShelfSection(double frequency, double gain, double q, double rate);
FilterSection HighShelfSection(double frequency, double gain, double q, double rate);
FilterSection BellSection(double frequency, double gain, double q, double rate);
FilterSection NotchSection(double frequency, double q, double rate);
// First order: -gain/2 at 0 Hz, 0 dB at `frequency`, +gain/2 at half the rate, and the mirror image of itself
// on a logarithmic axis: H(s) = (a s + 1) / (s + a), a = 10^(gain / 40).
FilterSection TiltSection(double frequency, double gain, double rate);

// The q of each second-order section of a Butterworth filter, from the lowest on; an odd order has one of
// first order besides.
std::vector<double> ButterworthQs(int order);

}  // namespace trackout::dsp
