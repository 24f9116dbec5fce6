#include "worker/dsp/processors/delayed_gain.h"

#include <cassert>
#include <vector>

#include "worker/dsp/mix.h"
#include "worker/dsp/processors/fixed_delay.h"

namespace trackout::dsp {
namespace {

class DelayedGain final : public Applier {
 public:
  DelayedGain(size_t latency, size_t channels, size_t width)
      : width_(width), delays_(channels, FixedDelay(latency)) {
    assert(width == 1 || width == channels);
  }

  void Apply(int64_t, std::span<const double> control, Channels signal) override {
    assert(signal.size() == delays_.size());
    for (size_t c = 0; c < signal.size(); ++c) {
      const std::span<double> samples = signal[c];
      assert(control.size() == samples.size() * width_);
      delays_[c].Run(samples);
      if (width_ == 1) {
        ScaleBy(control, samples);
      } else {
        for (size_t i = 0; i < samples.size(); ++i) samples[i] *= control[i * width_ + c];
      }
    }
  }

 private:
  size_t width_;
  std::vector<FixedDelay> delays_;
};

}  // namespace

std::unique_ptr<Applier> NewDelayedGain(size_t latency, size_t channels, size_t width) {
  return std::make_unique<DelayedGain>(latency, channels, width);
}

}  // namespace trackout::dsp
