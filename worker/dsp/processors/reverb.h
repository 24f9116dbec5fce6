// Reverb, computed; and the unprocessed side of a time-based processor.
//
// Low cut -> predelay -> diffusion (allpasses, diffuser.h) -> sixteen lines that feed each other through an
// orthogonal matrix (feedback_network.h) -> width. Linear, and time-invariant while its parameters stand
// still. Latency 0, no detector.
//
// - Mono stays mono. Of more channels each has a diffusion of its own, feeds lines of its own, and hears a
// sum
//   of all lines that is orthogonal to the other channels': what comes out of them is not correlated. The LFE
//   of 5.1 and 7.1 gets no reverb, and gives none.
// - What comes out begins with the diffused signal at the predelay, and falls by 60 dB in `decay` below the
//   damping.
// - The level: the energy of the impulse response (without cut and damping, over all channels, for an impulse
//   in one) is 1 whatever the decay: steady noise comes out about as loud as it goes in.
// - The longer the decay, the larger the room: the lines are 30 ms long on average at 1 s, and go with the
//   square root. A decay that moves keeps the room of its longest.
#pragma once

#include <memory>
#include <optional>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct ReverbSettings {
  Parameter decay = 1.8;  // s: RT60, 0.1 .. 20
  // s, 0 .. 1; whole frames. One that moves does so without clicks (delay_line.h).
  Parameter predelay = 0.02;
  // Hz: above it sound decays faster, as in air, whose losses go with the square of the frequency: RT60 is
  // 4/5 of `decay` at the damping, about half of it an octave above, and at two octaves below 98 %.
  Parameter damping = 6000;
  std::optional<Parameter> low_cut = {};  // Hz: 12 dB/oct, Butterworth, of what goes in
  // percent, 0 .. 200; of stereo: the processed side's side signal, (L - R) / 2, times width / 100. At 0 both
  // sides are the same, 3 dB less loud.
  Parameter width = 100;
  Parameter mix = 100;  // percent: x * (1 - mix/100) + y * mix/100
};

std::unique_ptr<Processor> NewReverb(ReverbSettings settings, int channels, int sample_rate);

// What a processor with this mix leaves of the signal itself: times 1 - mix / 100. Latency 0.
// `latency`: as late as the processor that it stands for.
std::unique_ptr<Processor> NewUnprocessedSide(Parameter mix, int64_t latency = 0);

}  // namespace trackout::dsp
