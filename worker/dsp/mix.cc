#include "worker/dsp/mix.h"

#include <cassert>

namespace trackout::dsp {

void AddScaled(std::span<const double> in, double gain, std::span<double> out) {
  assert(in.size() == out.size());
  const double* __restrict from = in.data();
  double* __restrict to = out.data();
  const size_t count = out.size();
  for (size_t i = 0; i < count; ++i) to[i] += from[i] * gain;
}

void Scale(double gain, std::span<double> samples) {
  for (double& sample : samples) sample *= gain;
}

void AddChannel(std::span<const double> interleaved, size_t channels, size_t channel, double gain,
                std::span<double> out) {
  assert(interleaved.size() == out.size() * channels);
  const double* __restrict from = interleaved.data() + channel;
  double* __restrict to = out.data();
  const size_t count = out.size();
  if (channels == 1) {
    for (size_t i = 0; i < count; ++i) to[i] += from[i] * gain;
  } else if (channels == 2) {
    for (size_t i = 0; i < count; ++i) to[i] += from[2 * i] * gain;
  } else {
    for (size_t i = 0; i < count; ++i) to[i] += from[channels * i] * gain;
  }
}

void Interleave(std::span<const double> left, std::span<const double> right, std::span<double> out) {
  assert(out.size() == 2 * left.size() && left.size() == right.size());
  for (size_t i = 0; i < left.size(); ++i) {
    out[2 * i] = left[i];
    out[2 * i + 1] = right[i];
  }
}

void Deinterleave(std::span<const double> in, std::span<double> left, std::span<double> right) {
  assert(in.size() == 2 * left.size() && left.size() == right.size());
  for (size_t i = 0; i < left.size(); ++i) {
    left[i] = in[2 * i];
    right[i] = in[2 * i + 1];
  }
}

}  // namespace trackout::dsp
