#include "worker/dsp/processors/parameter.h"

#include <algorithm>

#include "worker/dsp/gain.h"

namespace trackout::dsp {
namespace {

bool IsLower(const EnvelopePoint& a, const EnvelopePoint& b) {
  return a.value < b.value;
}

}  // namespace

double Parameter::At(int64_t frame) const {
  double value = value_;
  if (moves()) LineValues(points_, frame, {&value, 1});
  return value;
}

void Parameter::Values(int64_t first_frame, std::span<double> values) const {
  if (moves()) {
    LineValues(points_, first_frame, values);
  } else {
    std::ranges::fill(values, value_);
  }
}

void Parameter::Gains(int64_t first_frame, std::span<double> gains) const {
  if (moves()) {
    DecibelGains(points_, first_frame, gains);
  } else {
    std::ranges::fill(gains, FromDecibels(value_));
  }
}

double Parameter::Highest() const {
  return moves() ? std::ranges::max_element(points_, IsLower)->value : value_;
}

double Parameter::Lowest() const {
  return moves() ? std::ranges::min_element(points_, IsLower)->value : value_;
}

}  // namespace trackout::dsp
