// A parameter, or what is made of it, frame by frame for a run of frames: made anew where it moves, once
// where it stands still.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "worker/dsp/processors/parameter.h"

namespace trackout::dsp {

// One thread at a time.
class ParameterValues {
 public:
  // What is made of values, in place, element by element.
  using Make = std::function<void(std::span<double>)>;

  // `parameter` outlives it. At most `most_frames` at once.
  ParameterValues(const Parameter& parameter, size_t most_frames, Make make = {});

  // Stand until the next call.
  std::span<const double> At(int64_t frame, size_t count);

 private:
  const Parameter* parameter_;
  Make make_;
  std::vector<double> values_;
};

}  // namespace trackout::dsp
