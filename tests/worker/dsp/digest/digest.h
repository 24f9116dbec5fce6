// One hash of all bits that a part of worker/dsp makes of fixed samples. Nothing but worker/dsp and std, for
// it is built for other processors too (tests/house/neon); and no libm, whose last bit is the library's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp::digest {

using Samples = std::vector<double>;
using Planes = std::vector<Samples>;  // one for each channel, of one length

// FNV-1a, 64 bits.
class Hash {
 public:
  void Add(const void* data, size_t size);
  void Add(const Samples& samples);
  void Add(const Planes& planes);
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325u;
};

// Within +-most, by a linear congruence (Knuth's MMIX).
Samples Noise(uint64_t seed, double most, size_t count);
Planes NoisePlanes(int channels, uint64_t seed, size_t count, double most = 1);

// Noise of some colour whose level steps between loud, soft and silent, so that what listens to it works.
Planes SteppingPlanes(int channels, uint64_t seed, size_t count);

std::vector<std::span<const double>> In(const Planes& planes);
std::vector<std::span<double>> Out(Planes& planes);

// From a to b within the first frames, a step half the way back, then a again.
Parameter Moving(double a, double b);

// The control of the whole, the whole behind it, and a part of it: in pieces of several sizes, from a frame
// below 0 on.
void AddRun(Hash& hash, const Processor& processor, const Planes& whole, const Planes& sidechain = {});

// The parts.
void AddKernels(Hash& hash);     // kernels.cc
void AddMeters(Hash& hash);      // meters.cc
void AddLevels(Hash& hash);      // linear.cc: gain, width
void AddEqs(Hash& hash);         // linear.cc
void AddTimes(Hash& hash);       // linear.cc: delay, reverb, convolution
void AddDynamics(Hash& hash);    // dynamics.cc: compressor, expander, de-esser
void AddLimiters(Hash& hash);    // dynamics.cc
void AddSaturators(Hash& hash);  // dynamics.cc
void AddDerivation(Hash& hash);  // derivation.cc

}  // namespace trackout::dsp::digest
