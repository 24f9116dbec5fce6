#include "worker/dsp/processors/delay.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "worker/dsp/processors/cut.h"
#include "worker/dsp/processors/delay_line.h"
#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {
namespace {

constexpr double kMostSeconds = 10;

// What all appliers of a delay share.
struct Echoes {
  Echoes(DelaySettings settings, int channel_count, int sample_rate)
      : channels(static_cast<size_t>(channel_count)),
        time(std::move(settings.time), kMostSeconds, 1, sample_rate),
        feedback(std::move(settings.feedback)),
        mix(std::move(settings.mix)),
        ping_pong(settings.ping_pong && channels == 2) {
    if (settings.low_cut) cuts.emplace_back(Cut::Side::kLow, *std::move(settings.low_cut), sample_rate);
    if (settings.high_cut) cuts.emplace_back(Cut::Side::kHigh, *std::move(settings.high_cut), sample_rate);
  }

  const size_t channels;
  const DelayTime time;
  const Parameter feedback;
  const Parameter mix;
  const bool ping_pong;
  std::vector<Cut> cuts;
};

class DelayApplier final : public Applier {
 public:
  explicit DelayApplier(const Echoes& echoes)
      : echoes_(echoes),
        lines_(echoes.channels, DelayLine(echoes.time.most())),
        states_(echoes.channels * echoes.cuts.size()),
        wet_(echoes.channels),
        looped_(echoes.channels) {}

  void Apply(int64_t frame, std::span<const double>, Channels signal) override {
    assert(signal.size() == echoes_.channels);
    if (signal.empty()) return;
    ForEachTick(frame, signal[0].size(),
                [&](int64_t start, size_t offset, size_t count) { ApplyTick(start, offset, count, signal); });
  }

 private:
  // What is read must have been written, so a tick is cut again where the delay is shorter.
  void ApplyTick(int64_t frame, size_t offset, size_t count, Channels signal) {
    while (count > 0) {
      const DelayTime::Glide glide = echoes_.time.GlideAt(frame);
      const size_t part = std::min(count, static_cast<size_t>(std::min(glide.from, glide.to)));
      ApplyPart(frame, offset, part, glide, signal);
      frame += static_cast<int64_t>(part);
      offset += part;
      count -= part;
    }
  }

  void ApplyPart(int64_t frame, size_t offset, size_t count, const DelayTime::Glide& glide, Channels signal) {
    Tick feedback;
    echoes_.feedback.Values(frame, std::span(feedback).first(count));
    for (size_t i = 0; i < count; ++i) feedback[i] = feedback[i] / 100;
    for (size_t c = 0; c < lines_.size(); ++c) {
      const auto wet = std::span(wet_[c]).first(count);
      ReadGlide(lines_[c], glide, 0, wet);
      for (size_t k = 0; k < echoes_.cuts.size(); ++k)
        echoes_.cuts[k].Filter(frame, wet, states_[c * echoes_.cuts.size() + k]);
    }
    for (size_t c = 0; c < lines_.size(); ++c) {
      const Tick& echo = wet_[echoes_.ping_pong ? 1 - c : c];
      for (size_t i = 0; i < count; ++i)
        looped_[c][i] = InputOf(signal, c, offset + i) + feedback[i] * echo[i];
      lines_[c].Write(std::span(looped_[c]).first(count));
    }
    const Shares shares(echoes_.mix, frame, count);
    for (size_t c = 0; c < lines_.size(); ++c)
      shares.Blend(std::span(wet_[c]).first(count), signal[c].subspan(offset, count));
  }

  double InputOf(Channels signal, size_t channel, size_t i) const {
    if (!echoes_.ping_pong) return signal[channel][i];
    return channel == 0 ? 0.5 * (signal[0][i] + signal[1][i]) : 0;
  }

  const Echoes& echoes_;
  std::vector<DelayLine> lines_;
  std::vector<Cut::State> states_;  // of each channel's cuts
  std::vector<Tick> wet_, looped_;
};

class DelayProcessor final : public Processor {
 public:
  DelayProcessor(DelaySettings settings, int channels, int sample_rate)
      : echoes_(std::move(settings), channels, sample_rate) {}

  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<DelayApplier>(echoes_); }

 private:
  const Echoes echoes_;
};

}  // namespace

std::unique_ptr<Processor> NewDelay(DelaySettings settings, int channels, int sample_rate) {
  return std::make_unique<DelayProcessor>(std::move(settings), channels, sample_rate);
}

}  // namespace trackout::dsp
