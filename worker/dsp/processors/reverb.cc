#include "worker/dsp/processors/reverb.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "worker/dsp/mix.h"
#include "worker/dsp/processors/cut.h"
#include "worker/dsp/processors/delay_line.h"
#include "worker/dsp/processors/diffuser.h"
#include "worker/dsp/processors/feedback_network.h"
#include "worker/dsp/processors/fixed_delay.h"
#include "worker/dsp/processors/ticks.h"

namespace trackout::dsp {
namespace {

constexpr double kMostPredelay = 1;  // s
constexpr double kLeastDecay = 0.1;
constexpr double kMostDecay = 20;
constexpr double kLargestRoom = 3;
constexpr double kLargestDiffusion = 1;
constexpr double kDiffusionPerSecond = 1.5;  // of decay: short reverbs are over before a plate has spread
constexpr size_t kLfe = 3;
// Amplitudes of what is heard before anything has left the lines: the diffused signal, and what is on its way
// in them.
constexpr double kDiffused = 0.4;
constexpr double kUnderWay = 0.5;

// The row of the mixed lines that each sounding channel hears; and the row of the matrix whose signs it hears
// what is under way with.
constexpr std::array<size_t, 8> kRows = {5, 10, 3, 12, 6, 9, 15, 1};
constexpr std::array<size_t, 8> kEarlyRows = {6, 9, 15, 1, 5, 10, 3, 12};
// Likewise, with which signs it feeds the lines, times these, which belong to no row.
constexpr std::array<size_t, 8> kFeedRows = {0, 7, 11, 13, 14, 2, 4, 8};
constexpr std::array<double, kLines> kSigns = {1, -1, 1, 1, -1, 1, -1, -1, 1, 1, 1, -1, -1, -1, 1, -1};

std::vector<size_t> SoundingChannels(size_t channels) {
  std::vector<size_t> sounding;
  for (size_t c = 0; c < channels; ++c) {
    if (c != kLfe || channels < 6) sounding.push_back(c);
  }
  return sounding;
}

// An element of the Hadamard matrix.
bool IsMinus(size_t row, size_t column) {
  return std::popcount(row & column) % 2 != 0;
}

double WithinDecay(double decay) {
  return std::clamp(decay, kLeastDecay, kMostDecay);
}

// What all appliers of a reverb share.
struct Hall {
  Hall(ReverbSettings settings, int channel_count, int rate)
      : channels(static_cast<size_t>(channel_count)),
        sounding(SoundingChannels(channels)),
        sample_rate(rate),
        decay(std::move(settings.decay)),
        damping(std::move(settings.damping)),
        width(std::move(settings.width)),
        mix(std::move(settings.mix)),
        predelay(std::move(settings.predelay), kMostPredelay, 0, rate),
        size(std::min(std::sqrt(WithinDecay(decay.Highest())), kLargestRoom)),
        diffusion(std::min(kDiffusionPerSecond * WithinDecay(decay.Highest()), kLargestDiffusion)),
        lengths(size, rate),
        share(1 / std::sqrt(static_cast<double>(sounding.size()))),
        first(AbsorptionAt(0)) {
    assert(sounding.size() <= kRows.size());
    if (settings.low_cut) cuts.emplace_back(Cut::Side::kLow, *std::move(settings.low_cut), rate);
    early_gains.resize(sounding.size());
    feed_gains.resize(sounding.size());
    for (size_t k = 0; k < sounding.size(); ++k) {
      for (size_t l = 0; l < kLines; ++l) {
        early_gains[k][l] = (IsMinus(kEarlyRows[k], l) ? -kUnderWay : kUnderWay) * share;
        feed_gains[k][l] = (IsMinus(kFeedRows[k], l) ? -0.25 : 0.25) * kSigns[l];
      }
    }
  }

  Absorption AbsorptionAt(int64_t frame) const {
    return lengths.AbsorptionFor(WithinDecay(decay.At(frame)), damping.At(frame));
  }

  const size_t channels;
  const std::vector<size_t> sounding;
  const int sample_rate;
  const Parameter decay, damping, width, mix;
  const DelayTime predelay;
  const double size, diffusion;
  const LineLengths lengths;
  const double share;      // of each sounding channel: the amplitude that leaves all of them an energy of 1
  const Absorption first;  // at frame 0; all there is where nothing moves
  std::vector<Cut> cuts;   // none or one
  // Of each sounding channel, each line's.
  std::vector<std::array<double, kLines>> feed_gains, early_gains;
};

class ReverbApplier final : public Applier {
 public:
  explicit ReverbApplier(const Hall& hall)
      : hall_(hall),
        lines_(hall.sounding.size(), DelayLine(hall.predelay.most())),
        cut_states_(hall.sounding.size()),
        network_(hall.lengths),
        wet_(hall.channels),
        from_(hall.first),
        to_(hall.first) {
    for (size_t k = 0; k < hall.sounding.size(); ++k)
      diffusers_.emplace_back(hall.diffusion, k, hall.sample_rate);
  }

  void Apply(int64_t frame, std::span<const double>, Channels signal) override {
    assert(signal.size() == hall_.channels);
    if (signal.empty()) return;
    ForEachTick(frame, signal[0].size(),
                [&](int64_t start, size_t offset, size_t count) { ApplyTick(start, offset, count, signal); });
  }

 private:
  void ApplyTick(int64_t frame, size_t offset, size_t count, Channels signal) {
    for (size_t k = 0; k < hall_.sounding.size(); ++k)
      Diffuse(frame, k, signal[hall_.sounding[k]].subspan(offset, count));
    MoveAbsorption(frame);
    Feed(count);
    network_.Overhear(count, early_);
    network_.Run(frame, count, from_, to_, in_, mixed_);
    TakeLines(frame, count);
    if (hall_.channels == 2) Widen(frame, count);
    const Shares shares(hall_.mix, frame, count);
    for (size_t c = 0; c < hall_.channels; ++c)
      shares.Blend(std::span(wet_[c]).first(count), signal[c].subspan(offset, count));
  }

  // What goes into the lines, and is heard first. The LFE's stays silent.
  void Diffuse(int64_t frame, size_t k, std::span<const double> in) {
    const auto wet = std::span(wet_[hall_.sounding[k]]).first(in.size());
    std::ranges::copy(in, wet.begin());
    for (const Cut& cut : hall_.cuts) cut.Filter(frame, wet, cut_states_[k]);
    lines_[k].Write(wet);
    ReadGlide(lines_[k], hall_.predelay.GlideAt(frame), static_cast<int64_t>(wet.size()), wet);
    diffusers_[k].Run(wet);
  }

  void Feed(size_t count) {
    for (size_t l = 0; l < kLines; ++l) {
      const auto in = std::span(in_[l]).first(count);
      std::ranges::fill(in, 0.0);
      for (size_t k = 0; k < hall_.sounding.size(); ++k)
        AddScaled(std::span(wet_[hall_.sounding[k]]).first(count), hall_.feed_gains[k][l], in);
    }
  }

  void MoveAbsorption(int64_t frame) {
    if (!hall_.decay.moves() && !hall_.damping.moves()) return;
    const int64_t tick = GridBefore(frame, kTickFrames);
    if (tick == tick_ && is_placed_) return;
    from_ = is_placed_ && tick == tick_ + kTickFrames ? to_ : hall_.AbsorptionAt(tick);
    to_ = hall_.AbsorptionAt(tick + kTickFrames);
    tick_ = tick;
    is_placed_ = true;
  }

  // Times this an impulse's energy comes out as 1.
  static double LevelOf(const Absorption& absorption) {
    const double energy = absorption.energy;
    return 1 / std::sqrt(kDiffused * kDiffused + kUnderWay * kUnderWay * (1 + energy) + energy);
  }

  // The channels share the energy of the lines; a row of the mixed ones has 1/16 of it.
  void TakeLines(int64_t frame, size_t count) {
    const double first = LevelOf(from_);
    const double slope = (LevelOf(to_) - first) / kTickFrames;
    const auto start = static_cast<double>(frame - GridBefore(frame, kTickFrames));
    for (size_t k = 0; k < hall_.sounding.size(); ++k) {
      Tick& wet = wet_[hall_.sounding[k]];
      for (size_t i = 0; i < count; ++i)
        wet[i] = wet[i] * kDiffused + mixed_[kRows[k]][i] * (4 * hall_.share);
      AddLines(early_, hall_.early_gains[k], count, wet);
      for (size_t i = 0; i < count; ++i) wet[i] *= first + (start + static_cast<double>(i)) * slope;
    }
  }

  void Widen(int64_t frame, size_t count) {
    Tick width;
    hall_.width.Values(frame, std::span(width).first(count));
    for (size_t i = 0; i < count; ++i) {
      const double middle = 0.5 * (wet_[0][i] + wet_[1][i]);
      const double side = 0.5 * (wet_[0][i] - wet_[1][i]) * (width[i] / 100);
      wet_[0][i] = middle + side;
      wet_[1][i] = middle - side;
    }
  }

  const Hall& hall_;
  std::vector<DelayLine> lines_;
  std::vector<Cut::State> cut_states_;
  std::vector<Diffuser> diffusers_;
  FeedbackNetwork network_;
  std::vector<Tick> wet_;
  LineTicks in_, early_, mixed_;
  Absorption from_, to_;
  int64_t tick_ = 0;
  bool is_placed_ = false;  // whether from_ and to_ are those of tick_
};

class ReverbProcessor final : public Processor {
 public:
  ReverbProcessor(ReverbSettings settings, int channels, int sample_rate)
      : hall_(std::move(settings), channels, sample_rate) {}

  std::unique_ptr<Applier> NewApplier() const override { return std::make_unique<ReverbApplier>(hall_); }

 private:
  const Hall hall_;
};

class UnprocessedApplier final : public Applier {
 public:
  UnprocessedApplier(const Parameter& mix, int64_t latency) : mix_(mix), latency_(latency) {}

  void Apply(int64_t frame, std::span<const double>, Channels signal) override {
    if (signal.empty()) return;
    delays_.resize(signal.size(), FixedDelay(static_cast<size_t>(latency_)));
    for (size_t c = 0; c < signal.size(); ++c) delays_[c].Run(signal[c]);
    ForEachTick(frame, signal[0].size(), [&](int64_t start, size_t offset, size_t count) {
      const Shares shares(mix_, start - latency_, count);
      for (const std::span<double> plane : signal) {
        for (size_t i = 0; i < count; ++i) plane[offset + i] *= shares.dry[i];
      }
    });
  }

 private:
  const Parameter& mix_;
  const int64_t latency_;
  std::vector<FixedDelay> delays_;  // of each channel
};

class UnprocessedSide final : public Processor {
 public:
  UnprocessedSide(Parameter mix, int64_t latency) : mix_(std::move(mix)), latency_(latency) {}
  int64_t latency() const override { return latency_; }
  std::unique_ptr<Applier> NewApplier() const override {
    return std::make_unique<UnprocessedApplier>(mix_, latency_);
  }

 private:
  const Parameter mix_;
  const int64_t latency_;
};

}  // namespace

std::unique_ptr<Processor> NewReverb(ReverbSettings settings, int channels, int sample_rate) {
  return std::make_unique<ReverbProcessor>(std::move(settings), channels, sample_rate);
}

std::unique_ptr<Processor> NewUnprocessedSide(Parameter mix, int64_t latency) {
  return std::make_unique<UnprocessedSide>(std::move(mix), latency);
}

}  // namespace trackout::dsp
