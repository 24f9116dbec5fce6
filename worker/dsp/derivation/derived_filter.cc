#include "worker/dsp/derivation/derived_filter.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "worker/dsp/derivation/long_filter.h"

namespace trackout::dsp {
namespace {

int64_t FloorModulo(int64_t a, int64_t b) {
  return ((a % b) + b) % b;
}

// What appliers share.
struct Shared {
  LongFilter filter;
  std::optional<GainCurve> ahead;
  GainCurve after;
  int64_t end_frame;
  int64_t latency = 0;
  int64_t extra_delay = 0;  // behind the filter
};

// Blocks of the filter begin at multiples of its size: what has gone in until then comes out from then on.
class DerivedApplier final : public Applier {
 public:
  explicit DerivedApplier(const Shared& shared) : shared_(shared), scratch_(shared.filter.scratch_size()) {}

  void Apply(int64_t frame, std::span<const double> control, Channels signal) override;

 private:
  struct Channel {
    std::vector<double> window;  // the block before, and the one that fills
    std::vector<double> block;   // that comes out
    std::vector<double> line;    // the delay behind it, a ring
  };

  void Run(int64_t frame, Channel& channel, std::span<double> samples);
  void ApplyRun(int64_t frame, Channels signal, size_t first, size_t count);

  const Shared& shared_;
  std::vector<Channel> channels_;
  std::vector<double> scratch_;
  std::array<double, kTickFrames> ahead_, after_;
};

// Within one block.
void DerivedApplier::Run(int64_t frame, Channel& channel, std::span<double> samples) {
  const auto size = static_cast<int64_t>(shared_.filter.size());
  const auto at = static_cast<size_t>(FloorModulo(frame, size));
  if (at == 0) {
    shared_.filter.Block(channel.window, channel.block, scratch_);
    std::copy_n(channel.window.begin() + size, size, channel.window.begin());
  }
  for (size_t i = 0; i < samples.size(); ++i) {
    channel.window[static_cast<size_t>(size) + at + i] = shared_.ahead ? samples[i] * ahead_[i] : samples[i];
    samples[i] = channel.block[at + i];
  }
  if (shared_.extra_delay > 0) {
    auto place = static_cast<size_t>(FloorModulo(frame, shared_.extra_delay));
    for (double& sample : samples) {
      std::swap(sample, channel.line[place]);
      if (++place == channel.line.size()) place = 0;
    }
  }
  for (size_t i = 0; i < samples.size(); ++i) samples[i] *= after_[i];
}

void DerivedApplier::ApplyRun(int64_t frame, Channels signal, size_t first, size_t count) {
  if (shared_.ahead) shared_.ahead->Values(frame, std::span(ahead_).first(count));
  shared_.after.Values(frame - shared_.latency, std::span(after_).first(count));
  const auto heard = std::clamp<int64_t>(shared_.end_frame - frame, 0, static_cast<int64_t>(count));
  for (size_t c = 0; c < signal.size(); ++c) {
    const std::span<double> samples = signal[c].subspan(first, count);
    std::fill(samples.begin() + heard, samples.end(), 0);
    Run(frame, channels_[c], samples);
  }
}

void DerivedApplier::Apply(int64_t frame, std::span<const double> control, Channels signal) {
  assert(control.empty());
  static_cast<void>(control);
  if (channels_.empty()) {
    // The first piece says how many channels there are.
    const size_t size = shared_.filter.size();
    channels_.assign(signal.size(), {std::vector<double>(2 * size), std::vector<double>(size),
                                     std::vector<double>(static_cast<size_t>(shared_.extra_delay))});
  }
  assert(channels_.size() == signal.size());
  const size_t frames = signal.empty() ? 0 : signal[0].size();
  for (size_t done = 0; done < frames;) {
    // Ticks divide blocks.
    const int64_t now = frame + static_cast<int64_t>(done);
    const auto left = static_cast<size_t>(kTickFrames - FloorModulo(now, kTickFrames));
    const size_t count = std::min(left, frames - done);
    ApplyRun(now, signal, done, count);
    done += count;
  }
}

class DerivedProcessor final : public Processor {
 public:
  explicit DerivedProcessor(DerivedFilter filter)
      : shared_{LongFilter(filter.taps, filter.before), std::move(filter.ahead), std::move(filter.after),
                filter.end_frame} {
    assert(shared_.filter.size() % kTickFrames == 0);
    const int64_t block_delay = static_cast<int64_t>(shared_.filter.size()) + filter.before;
    shared_.latency = std::max<int64_t>(0, block_delay - filter.offset_frames);
    shared_.extra_delay = std::max<int64_t>(0, filter.offset_frames - block_delay);
  }

  int64_t latency() const override { return shared_.latency; }
  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<DerivedApplier>(shared_); }

 private:
  Shared shared_;
};

}  // namespace

std::unique_ptr<Processor> NewDerivedFilter(DerivedFilter filter) {
  return std::make_unique<DerivedProcessor>(std::move(filter));
}

}  // namespace trackout::dsp
