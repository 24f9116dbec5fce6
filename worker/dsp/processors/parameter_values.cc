#include "worker/dsp/processors/parameter_values.h"

#include <cassert>
#include <utility>

namespace trackout::dsp {

ParameterValues::ParameterValues(const Parameter& parameter, size_t most_frames, Make make)
    : parameter_(&parameter), make_(std::move(make)), values_(most_frames) {
  if (parameter.moves()) return;
  parameter.Values(0, values_);
  if (make_) make_(values_);
}

std::span<const double> ParameterValues::At(int64_t frame, size_t count) {
  assert(count <= values_.size());
  const std::span<double> values = std::span(values_).first(count);
  if (parameter_->moves()) {
    parameter_->Values(frame, values);
    if (make_) make_(values);
  }
  return values;
}

}  // namespace trackout::dsp
