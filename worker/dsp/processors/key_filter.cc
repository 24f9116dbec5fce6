#include "worker/dsp/processors/key_filter.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "worker/dsp/functions.h"
#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kDamping = 1.41421356237309504880;  // 1 / Q of a Butterworth

// The state variable filter at one frame: what is low, what is high.
struct Split {
  double low;
  double high;
};

template <class Memory>
Split Step(double in, double g, Memory& memory) {
  const double a1 = 1 / (1 + g * (g + kDamping));
  const double a2 = g * a1;
  const double a3 = g * a2;
  const double v3 = in - memory.low;
  const double band = a1 * memory.band + a2 * v3;
  const double low = memory.low + a2 * memory.band + a3 * v3;
  memory.band = 2 * band - memory.band;
  memory.low = 2 * low - memory.low;
  return {low, in - kDamping * band - low};
}

void FlushTiny(double& value) {
  if (std::abs(value) < 1e-30) value = 0;
}

}  // namespace

KeyFilter::KeyFilter(const KeyFilterSettings& settings, size_t channels, int sample_rate)
    : sample_rate_(sample_rate) {
  const auto make = [&](const std::optional<Parameter>& frequency, Cut& cut) {
    if (!frequency) return;
    cut.frequency = &*frequency;
    cut.memories.resize(channels);
    if (!frequency->moves()) cut.tangents.fill(TangentAt(*frequency, 0));
  };
  make(settings.low_cut, low_cut_);
  make(settings.high_cut, high_cut_);
}

double KeyFilter::TangentAt(const Parameter& frequency, int64_t frame) const {
  return Tan(kPi * std::clamp(frequency.At(frame) / sample_rate_, 1e-6, 0.49));
}

void KeyFilter::MakeTangents(Cut& cut, int64_t frame, size_t count) const {
  if (!cut.frequency->moves()) return;
  for (size_t i = 0; i < count; ++i, ++frame) {
    const int64_t grid_frame = TickOf(frame);
    if (!cut.is_made || grid_frame != cut.grid_frame) {
      cut.is_made = true;
      cut.grid_frame = grid_frame;
      cut.tangent = TangentAt(*cut.frequency, grid_frame);
      cut.next_tangent = TangentAt(*cut.frequency, grid_frame + kTickFrames);
    }
    const double way = static_cast<double>(frame - grid_frame) / kTickFrames;
    cut.tangents[i] = cut.tangent + way * (cut.next_tangent - cut.tangent);
  }
}

void KeyFilter::Run(int64_t frame, std::span<const std::span<double>> key) {
  const size_t count = key.empty() ? 0 : key[0].size();
  assert(count <= kTickFrames);
  if (low_cut_.frequency != nullptr) {
    assert(key.size() <= low_cut_.memories.size());
    MakeTangents(low_cut_, frame, count);
    for (size_t c = 0; c < key.size(); ++c) {
      Memory memory = low_cut_.memories[c];
      for (size_t i = 0; i < count; ++i) key[c][i] = Step(key[c][i], low_cut_.tangents[i], memory).high;
      low_cut_.memories[c] = memory;
    }
  }
  if (high_cut_.frequency != nullptr) {
    assert(key.size() <= high_cut_.memories.size());
    MakeTangents(high_cut_, frame, count);
    for (size_t c = 0; c < key.size(); ++c) {
      Memory memory = high_cut_.memories[c];
      for (size_t i = 0; i < count; ++i) key[c][i] = Step(key[c][i], high_cut_.tangents[i], memory).low;
      high_cut_.memories[c] = memory;
    }
  }
}

void KeyFilter::Flush() {
  for (Cut* cut : {&low_cut_, &high_cut_}) {
    for (Memory& memory : cut->memories) {
      FlushTiny(memory.band);
      FlushTiny(memory.low);
    }
  }
}

}  // namespace trackout::dsp
