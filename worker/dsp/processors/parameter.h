// A number that a processor is set by: still, or moving straight between points (worker/dsp/envelope.h). It
// is a function of the absolute frame alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/envelope.h"

namespace trackout::dsp {

// Thread-safe.
class Parameter {
 public:
  Parameter(double value = 0) : value_(value) {}  // NOLINT: a number is a parameter that stands still
  // At least one point; frames ascend, two at one frame are a step.
  explicit Parameter(std::vector<EnvelopePoint> points) : points_(std::move(points)) {}

  bool moves() const { return !points_.empty(); }
  double At(int64_t frame) const;
  // values[i] is that at first_frame + i.
  void Values(int64_t first_frame, std::span<double> values) const;
  // Of a parameter in dB: 10^(value / 20) at first_frame + i. A line that touches -inf is straight in
  // amplitude.
  void Gains(int64_t first_frame, std::span<double> gains) const;
  // The highest and the lowest value that it ever has.
  double Highest() const;
  double Lowest() const;

 private:
  double value_ = 0;
  std::vector<EnvelopePoint> points_;
};

}  // namespace trackout::dsp
