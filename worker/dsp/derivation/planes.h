// Samples in memory while a master is taken apart: one plane for each channel, of one length.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "worker/dsp/functions.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

using Planes = std::vector<std::vector<double>>;

inline Planes SilentPlanes(size_t channels, size_t frames) {
  return Planes(channels, std::vector<double>(frames));
}

// Views of frames [first, first + count) of each plane.
inline std::vector<std::span<double>> Views(Planes& planes, size_t first, size_t count) {
  std::vector<std::span<double>> views;
  for (std::vector<double>& plane : planes) views.push_back(std::span(plane).subspan(first, count));
  return views;
}

inline std::vector<std::span<const double>> All(const Planes& planes) {
  return {planes.begin(), planes.end()};
}

inline void ScaleBy(double gain, Planes& planes) {
  for (std::vector<double>& plane : planes) {
    for (double& sample : plane) sample *= gain;
  }
}

// One gain for each frame.
inline void MultiplyBy(std::span<const double> gains, Planes& planes) {
  for (std::vector<double>& plane : planes) {
    for (size_t n = 0; n < plane.size(); ++n) plane[n] *= gains[n];
  }
}

inline void AddScaled(const Planes& from, double gain, Planes& to) {
  for (size_t c = 0; c < to.size(); ++c) {
    for (size_t n = 0; n < to[c].size(); ++n) to[c][n] += gain * from[c][n];
  }
}

// The sum over all samples, in order of channels and frames.
inline double ProductSum(const Planes& a, const Planes& b) {
  double sum = 0;
  for (size_t c = 0; c < a.size(); ++c) {
    for (size_t n = 0; n < a[c].size(); ++n) sum += a[c][n] * b[c][n];
  }
  return sum;
}

inline double Energy(const Planes& planes) {
  return ProductSum(planes, planes);
}

// 10 log10(part / whole), -inf where there is no part; whole > 0.
inline double EnergyDecibels(double part, double whole) {
  if (!(part > 0)) return -std::numeric_limits<double>::infinity();
  return Decibels(std::sqrt(part / whole));
}

}  // namespace trackout::dsp
