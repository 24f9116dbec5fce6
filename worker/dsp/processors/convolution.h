// Convolution with an impulse response: FFT in partitions.
#pragma once

#include <memory>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct ConvolutionSettings {
  // One plane for each of its channels, of one length, at the signal's rate.
  std::vector<std::vector<double>> impulse;
  Parameter predelay = 0;  // s, 0 .. 1
  Parameter gain = 0;      // dB, of the processed side
  Parameter mix = 100;     // percent
};

// Whether an impulse of so many channels goes with a signal of so many: mono with any (each channel by
// itself), else as many; four with stereo: L to L, L to R, R to L, R to R ("true stereo").
bool GoTogether(int impulse_channels, int channels);

std::unique_ptr<Processor> NewConvolution(ConvolutionSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
