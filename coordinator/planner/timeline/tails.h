// How long a processor rings on. Pure.
#pragma once

#include <cstdint>

#include "proto/render.pb.h"

namespace trackout {

// Frames at the song's rate by which sound may leave it later than it came in; of a parameter that moves the
// highest value counts.
//   reverb: decay and pre-delay; of a convolution the impulse and the pre-delay
//   delay: its echoes down to -120 dB, at least one
//   compressor, expander, limiter: their look-ahead
//   all others: none
int64_t TailFramesOf(const Processor& processor, int sample_rate);

}  // namespace trackout
