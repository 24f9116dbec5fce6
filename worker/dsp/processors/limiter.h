// True-peak limiter: one gain for all channels, that looks ahead.
//
// How it works: the signal times `drive`; its peak between samples, frame by frame (peak_between.h: a sinc of
// 64 samples, and the points of the product's true-peak meter); what it is too high by, held over the
// look-ahead; released; smoothed by three moving means that together reach over the look-ahead
// (limiter_stage.h). A second stage with a look-ahead of 1 ms (at least 48 frames) does the same to what
// comes out of the first, without a release, and takes what a moving gain adds between the samples. The
// control is drive times both gains.
//
// What it keeps:
// - By the product's meter (worker/dsp/meters/true_peak.h) at the limiter's rate what comes out is never
// above the ceiling, as it is, rounded to 24 bits, or rounded to 16 with triangular dither. For that peaks
// stay 0.005 dB and 2^-14 (two steps of 16 bits, but at most half the ceiling) below it.
// - By a meter of 16 points a sample (a sinc of 64 samples under a Kaiser window, beta 8) it is less than 0.1
// dB above it, whatever goes in; of sound without content above 0.42 of the rate less than 0.03 dB by a meter
// of any window. Where full-scale content reaches Nyquist, meters differ among each other by some 0.4 dB.
// - Where no peak was too high, the gain is exactly 1: what comes out is what went in times `drive`, to the
// last bit.
//
// A parameter that moves: `drive` and `ceiling` are those of the frame that is heard, `release` those of the
// frame that comes out.
#pragma once

#include <memory>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct LimiterSettings {
  Parameter ceiling = -1;    // dBTP, -60 .. 0
  double lookahead = 0.005;  // s, 0.001 .. 0.02: over so long the gain goes down before a peak
  Parameter release = 0.1;  // s, 0.001 .. 10: of the reduction in dB 1/e is left after it; below 1e-5 dB none
  Parameter drive = 0;      // dB, -60 .. 60, before the limiter
};

// Any rate from 8 to 768 kHz. Latency: the look-ahead, that of the second stage, and 78 frames of
// interpolation; at 48 kHz and 5 ms 366 frames. A file that is delivered at another rate than it was mixed at
// goes through a limiter at that rate, with drive 0.
std::unique_ptr<Processor> NewLimiter(LimiterSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
