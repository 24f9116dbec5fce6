// Sends sound through a processor as a mixer would, in pieces, and checks what every processor keeps to.
#pragma once

#include <cmath>
#include <complex>
#include <functional>

#include "tests/worker/dsp/each_isa.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

using Sound = std::vector<Samples>;  // one for each channel
using Make = std::function<std::unique_ptr<Processor>()>;

// Each of `parts` behind an applier of its own, under the control of `whole`; pieces of these sizes in turn.
std::vector<Sound> PartsThrough(const Processor& processor, const Sound& whole, std::vector<Sound> parts,
                                const std::vector<size_t>& pieces = {1000}, int64_t first_frame = 0);

// The whole alone.
Sound Through(const Processor& processor, const Sound& whole, const std::vector<size_t>& pieces = {1000},
              int64_t first_frame = 0);

Sound NoiseSound(size_t channels, size_t frames, unsigned seed, double most = 1);

// Full scale, silence, denormals, impulses, square waves, one behind the other.
Sound HostileSound(size_t channels, size_t frames, unsigned seed);

// With `isa`, by bits: pieces of all sizes, the plainest instruction set, silence before; and parts that add
// up.
void CheckKeepsTheRules(Isa isa, const Make& make, size_t channels);

Samples Sine(size_t frames, double frequency, int rate, double amplitude = 1);

// The amplitudes of the sines that 2^n samples are made of, at i rate / 2^n, through a window of Kaiser: a
// lone sine is seen up to 7 places away, and below -160 dB beyond.
Samples SpectrumOf(std::span<const double> samples);
inline constexpr size_t kSpectrumReach = 7;

}  // namespace trackout::dsp
