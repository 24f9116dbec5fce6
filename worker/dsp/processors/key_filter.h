// What a detector hears of its key: filters for a side-chain.
//
// Each cut is a Butterworth of second order (12 dB/oct, -3.01 dB at its frequency) by the bilinear transform,
// as the state variable filter of Simper (Solving the continuous SVF equations using trapezoidal integration
// and equivalent currents, Cytomic 2013), which takes any motion of its frequency without a click: g = tan(pi
// f / fs) is made at multiples of kTickFrames and goes straight between them. Frequencies end at 0.49 fs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// 12 dB/oct, Butterworth; Hz; nullopt: none.
struct KeyFilterSettings {
  std::optional<Parameter> low_cut = {};
  std::optional<Parameter> high_cut = {};
};

// One thread at a time.
class KeyFilter {
 public:
  // `settings` outlive it.
  KeyFilter(const KeyFilterSettings& settings, size_t channels, int sample_rate);

  bool has_cuts() const { return low_cut_.frequency != nullptr || high_cut_.frequency != nullptr; }

  // In place, at most kTickFrames. `frame`: of the parameters, the first of the key.
  void Run(int64_t frame, std::span<const std::span<double>> key);
  // State below 1e-30 becomes 0.
  void Flush();

 private:
  struct Memory {
    double band = 0;
    double low = 0;
  };
  struct Cut {
    const Parameter* frequency = nullptr;
    std::vector<Memory> memories;  // of channels
    std::array<double, kTickFrames> tangents{};
    int64_t grid_frame = 0;  // of the two that follow: there, and kTickFrames later
    double tangent = 0;
    double next_tangent = 0;
    bool is_made = false;
  };

  void MakeTangents(Cut& cut, int64_t frame, size_t count) const;
  double TangentAt(const Parameter& frequency, int64_t frame) const;

  int sample_rate_;
  Cut low_cut_;
  Cut high_cut_;
};

}  // namespace trackout::dsp
