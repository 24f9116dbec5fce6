#include "worker/dsp/processors/convolution.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "worker/dsp/envelope.h"
#include "worker/dsp/processors/delay_line.h"
#include "worker/dsp/processors/partitions.h"
#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {
namespace {

constexpr double kMostPredelay = 1;  // s

std::vector<ImpulsePath> PathsBetween(size_t impulse_channels, size_t channels) {
  std::vector<ImpulsePath> paths;
  if (impulse_channels == 4 && channels == 2) return {{0, 0, 0}, {0, 1, 1}, {1, 0, 2}, {1, 1, 3}};
  if (impulse_channels == 0) return paths;
  for (size_t c = 0; c < channels; ++c) paths.push_back({c, c, impulse_channels == 1 ? 0 : c});
  return paths;
}

// What all appliers of a convolution share. A predelay that stands still is silence before the impulse; one
// that moves is a line behind it.
struct Room {
  Room(ConvolutionSettings settings, int channel_count, int sample_rate)
      : channels(static_cast<size_t>(channel_count)),
        predelay(std::move(settings.predelay), kMostPredelay, 0, sample_rate),
        gain(std::move(settings.gain)),
        mix(std::move(settings.mix)),
        impulse(settings.impulse, predelay.moves() ? 0 : predelay.most(),
                PathsBetween(settings.impulse.size(), channels)) {
    assert(settings.impulse.empty() || GoTogether(static_cast<int>(settings.impulse.size()), channel_count));
  }

  int64_t latency() const { return static_cast<int64_t>(impulse.partition_frames()); }

  const size_t channels;
  const DelayTime predelay;
  const Parameter gain;
  const Parameter mix;
  const PartitionedImpulse impulse;
};

class ConvolutionApplier final : public Applier {
 public:
  explicit ConvolutionApplier(const Room& room)
      : room_(room),
        signal_(room.impulse, room.channels),
        lines_(room.predelay.moves() ? room.channels : 0, DelayLine(room.predelay.most())),
        dry_(room.channels),
        wet_(room.channels),
        dry_spans_(room.channels),
        wet_spans_(room.channels) {}

  void Apply(int64_t frame, std::span<const double>, Channels signal) override {
    assert(signal.size() == room_.channels);
    if (signal.empty()) return;
    ForEachTick(frame, signal[0].size(),
                [&](int64_t start, size_t offset, size_t count) { ApplyTick(start, offset, count, signal); });
  }

 private:
  void ApplyTick(int64_t frame, size_t offset, size_t count, Channels signal) {
    for (size_t c = 0; c < room_.channels; ++c) {
      dry_spans_[c] = std::span(dry_[c]).first(count);
      wet_spans_[c] = std::span(wet_[c]).first(count);
    }
    signal_.Run(frame, count, offset, signal, dry_spans_, wet_spans_);
    const int64_t out_frame = frame - room_.latency();
    for (size_t c = 0; c < lines_.size(); ++c) {
      lines_[c].Write(wet_spans_[c]);
      ReadGlide(lines_[c], room_.predelay.GlideAt(out_frame), static_cast<int64_t>(count), wet_spans_[c]);
    }
    Tick gains;
    const auto gain = std::span(gains).first(count);
    room_.gain.Gains(out_frame, gain);
    const Shares shares(room_.mix, out_frame, count);
    for (size_t c = 0; c < room_.channels; ++c) {
      for (size_t i = 0; i < count; ++i) wet_[c][i] *= gain[i];
      shares.Blend(wet_spans_[c], dry_spans_[c]);
      std::ranges::copy(dry_spans_[c], signal[c].begin() + static_cast<std::ptrdiff_t>(offset));
    }
  }

  const Room& room_;
  PartitionedSignal signal_;
  std::vector<DelayLine> lines_;  // of a predelay that moves
  std::vector<Tick> dry_, wet_;
  std::vector<std::span<double>> dry_spans_, wet_spans_;
};

class ConvolutionProcessor final : public Processor {
 public:
  ConvolutionProcessor(ConvolutionSettings settings, int channels, int sample_rate)
      : room_(std::move(settings), channels, sample_rate) {}

  int64_t latency() const override { return room_.latency(); }
  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<ConvolutionApplier>(room_); }

 private:
  const Room room_;
};

}  // namespace

bool GoTogether(int impulse_channels, int channels) {
  return impulse_channels == 1 || impulse_channels == channels || (impulse_channels == 4 && channels == 2);
}

std::unique_ptr<Processor> NewConvolution(ConvolutionSettings settings, int channels, int sample_rate) {
  return std::make_unique<ConvolutionProcessor>(std::move(settings), channels, sample_rate);
}

}  // namespace trackout::dsp
