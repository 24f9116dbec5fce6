// Saturator: a curve without memory, oversampled.
//
// With g = 10^(drive / 20) and u = g x, all curves having slope 1 at 0:
//
//   tanh   tanh(u) / g
//   soft   u / (1 + |u|) / g
//   tube   (tanh(u + 0.3) - tanh 0.3) / (g (1 - tanh^2 0.3))   even harmonics too
//
// then out = (dry (1 - mix) + curved mix) 10^(output / 20), dry being as late as the rest.
//
// The detector takes the signal to a higher rate (oversampler.h) and makes the secant q = f(u) / u of the
// curve there; an applier takes its part to the same rate, multiplies it by q and takes it back. So parts add
// up.
//
// The rate is 4 times that of the song below 128 kHz and 2 times above, for drives that never exceed 12 dB;
// twice as much for each 12 dB more. The soft curve, whose corner at 0 makes harmonics that fall but slowly,
// begins at 16 times below 64 kHz, 8 times below 128 kHz and 4 times above. No rate is more than 16 times. Of
// a sine of 5 kHz at full scale, what is not a harmonic is below -100 dBFS with 12 dB of drive, below -90
// with 24 and below -85 with 36. What lies between the filters' edges (0.454 to 0.546 of the rate on the way
// up, 0.48 to 0.52 down) mirrors itself in part.
//
// Latency: 121 to 134 frames, of the filters. Parameters that move are read at the frame that they are heard
// at: `drive` where the curve is applied, between frames on a straight line of its gain; `mix` and `output`
// where it comes out.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

enum class SaturatorCurve { kTanh, kSoft, kTube };

struct SaturatorSettings {
  Parameter drive = 0;  // dB, 0 .. 36
  SaturatorCurve curve = SaturatorCurve::kTanh;
  Parameter mix = 100;   // percent; 100 is the curve alone
  Parameter output = 0;  // dB
};

// Thread-safe, as all processors. Of its detector: `sidechain` is not listened to; control is, for each
// channel and each plane of the higher rate, the secants of all frames of the piece.
std::unique_ptr<Processor> NewSaturator(SaturatorSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
