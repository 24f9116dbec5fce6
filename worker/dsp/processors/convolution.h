// Convolution with an impulse response: FFT in partitions.
//
// Overlap-save in uniform partitions (A. Torger, A. Farina, "Real-time partitioned convolution for
// Ambiophonics surround sound", 2001): the impulse is cut into partitions of P frames, whose spectra (of 2P
// frames) are made once; each P frames of the signal are transformed once, and each P frames that come out
// are the sum, over the partitions in order, of spectra multiplied. Partitions of the signal stand on
// multiples of P of the song. P is about an eighth of the impulse, 256 .. 16384, and is the latency.
#pragma once

#include <memory>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct ConvolutionSettings {
  // One plane for each of its channels, of one length, at the signal's rate. Without planes or frames, or all
  // 0: the processed side is silent.
  std::vector<std::vector<double>> impulse;
  // s, 0 .. 1; whole frames. One that moves does so without clicks (delay_line.h).
  Parameter predelay = 0;
  Parameter gain = 0;   // dB (finite), of the processed side
  Parameter mix = 100;  // percent: x * (1 - mix/100) + y * mix/100
};

// Whether an impulse of so many channels goes with a signal of so many: mono with any (each channel by
// itself), else as many; four with stereo: L to L, L to R, R to L, R to R ("true stereo").
bool GoTogether(int impulse_channels, int channels);

// Without a detector. The impulse goes with the channels, or is empty.
std::unique_ptr<Processor> NewConvolution(ConvolutionSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
