// Delay: echoes.
//
//   y[n] = F(u[n - D]),  u[n] = x[n] + feedback/100 * y[n]
//
// D is the time in whole frames (rounded, at least one) and F the cuts: so echo k stands at frame k * D, its
// amplitude is (feedback/100)^(k - 1), and it has passed the cuts k times.
#pragma once

#include <memory>
#include <optional>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct DelaySettings {
  // s, at most 10. One that moves does so without clicks and without a change of pitch (delay_line.h).
  Parameter time = 0.25;
  Parameter feedback = 30;                 // percent, 0 .. 95
  std::optional<Parameter> low_cut = {};   // Hz, in the feedback's loop: 12 dB/oct, Butterworth (cut.h)
  std::optional<Parameter> high_cut = {};  // likewise
  // Of stereo; ignored elsewhere. Half the sum of both sides goes in, and echoes take turns: the first is on
  // the left, the second on the right, ... A signal that is equal on both sides has a first echo of its own
  // amplitude.
  bool ping_pong = false;
  Parameter mix = 100;  // percent: x * (1 - mix/100) + y * mix/100
};

// Latency 0, no detector. Channels do not hear each other but in ping-pong.
std::unique_ptr<Processor> NewDelay(DelaySettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
