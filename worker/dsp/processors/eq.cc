#include "worker/dsp/processors/eq.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "worker/dsp/mix.h"
#include "worker/dsp/processors/filter_chain.h"
#include "worker/dsp/processors/filter_section.h"

namespace trackout::dsp {
namespace {

constexpr int64_t kGridFrames = 32;
static_assert(kTickFrames % kGridFrames == 0);

bool IsCut(BandShape shape) {
  return shape == BandShape::kLowCut || shape == BandShape::kHighCut;
}

size_t SectionCount(const BandSettings& band) {
  return IsCut(band.shape) ? static_cast<size_t>(band.slope + 6) / 12 : 1;
}

// What a band is set to at one frame.
struct BandValues {
  double frequency = 0;
  double gain = 0;
  double q = 0;

  bool operator==(const BandValues&) const = default;
};

BandValues ValuesAt(const BandSettings& band, int64_t frame) {
  return {band.frequency.At(frame), band.gain.At(frame), band.q.At(frame)};
}

void DesignCut(const BandSettings& band, std::span<const double> qs, const BandValues& at, double rate,
               std::span<FilterSection> sections) {
  const bool is_low = band.shape == BandShape::kLowCut;
  size_t k = 0;
  if (band.slope % 12 != 0)
    sections[k++] = is_low ? LowCutSection6(at.frequency, rate) : HighCutSection6(at.frequency, rate);
  for (const double butterworth : qs) {
    const double q = band.slope == 12 ? at.q : butterworth;
    sections[k++] = is_low ? LowCutSection(at.frequency, q, rate) : HighCutSection(at.frequency, q, rate);
  }
}

// A band and where its sections stand. `qs`: of cuts.
struct Band {
  const BandSettings* settings;
  std::vector<double> qs;
  bool moves;
  size_t first;
  size_t count;
  BandValues values;  // that the sections were last designed for
};

void Design(const Band& band, const BandValues& at, double rate, std::span<FilterSection> sections) {
  switch (band.settings->shape) {
    case BandShape::kLowCut:
    case BandShape::kHighCut:
      return DesignCut(*band.settings, band.qs, at, rate, sections);
    case BandShape::kLowShelf:
      sections[0] = LowShelfSection(at.frequency, at.gain, at.q, rate);
      return;
    case BandShape::kHighShelf:
      sections[0] = HighShelfSection(at.frequency, at.gain, at.q, rate);
      return;
    case BandShape::kBell:
      sections[0] = BellSection(at.frequency, at.gain, at.q, rate);
      return;
    case BandShape::kNotch:
      sections[0] = NotchSection(at.frequency, at.q, rate);
      return;
    case BandShape::kTilt:
      sections[0] = TiltSection(at.frequency, at.gain, rate);
      return;
  }
}

FilterSection Slope(const FilterSection& from, const FilterSection& to) {
  constexpr double kStep = 1.0 / kGridFrames;  // a power of two: exact
  return {(to.own - from.own) * kStep,     (to.band - from.band) * kStep,   (to.low - from.low) * kStep,
          (to.out_x - from.out_x) * kStep, (to.out_1 - from.out_1) * kStep, (to.out_2 - from.out_2) * kStep};
}

// The sections of all bands, one behind the other, on a grid of absolute frames.
class Sections {
 public:
  Sections(std::span<const BandSettings> settings, double rate) : rate_(rate) {
    size_t count = 0;
    for (const BandSettings& band : settings) {
      const bool moves = band.frequency.moves() || band.gain.moves() || band.q.moves();
      moves_ = moves_ || moves;
      bands_.push_back({.settings = &band,
                        .qs = IsCut(band.shape) ? ButterworthQs(band.slope / 6) : std::vector<double>(),
                        .moves = moves,
                        .first = count,
                        .count = SectionCount(band),
                        .values = ValuesAt(band, 0)});
      count += bands_.back().count;
    }
    from.resize(count);
    slope.resize(count);
    moving.resize(count);
    to_.resize(count);
    for (const Band& band : bands_) Design(band, band.values, rate_, Of(band, to_));
    from = to_;
  }

  bool moves() const { return moves_; }

  // Sets what holds from `grid`, a multiple of kGridFrames, to the next.
  void Enter(int64_t grid) {
    if (!moves_ || grid == grid_) return;
    if (grid != grid_ + kGridFrames) DesignMoving(grid);
    std::ranges::copy(to_, from.begin());
    DesignMoving(grid + kGridFrames);
    grid_ = grid;
    for (size_t k = 0; k < from.size(); ++k) {
      slope[k] = Slope(from[k], to_[k]);
      moving[k] = !(from[k] == to_[k]);
    }
  }

  // At a frame of the grid, and the way to the next; of sections that move.
  std::vector<FilterSection> from;
  std::vector<FilterSection> slope;
  std::vector<char> moving;

 private:
  static std::span<FilterSection> Of(const Band& band, std::vector<FilterSection>& sections) {
    return std::span(sections).subspan(band.first, band.count);
  }

  void DesignMoving(int64_t frame) {
    for (Band& band : bands_) {
      if (!band.moves) continue;
      const BandValues values = ValuesAt(*band.settings, frame);
      if (values == band.values) continue;
      band.values = values;
      Design(band, values, rate_, Of(band, to_));
    }
  }

  const double rate_;
  bool moves_ = false;
  std::vector<Band> bands_;
  std::vector<FilterSection> to_;
  int64_t grid_ = INT64_MIN / 2;
};

class EqApplier : public Applier {
 public:
  EqApplier(std::span<const BandSettings> bands, int channels, int sample_rate)
      : sections_(bands, sample_rate),
        channels_(static_cast<size_t>(channels)),
        states_((channels_ + 1) / 2 * sections_.from.size()) {}

  void Apply(int64_t frame, std::span<const double> /*control*/, Channels signal) override {
    assert(signal.size() == channels_);
    if (sections_.from.empty() || signal.empty()) return;
    const int64_t grid = sections_.moves() ? kGridFrames : kTickFrames;
    const auto frames = static_cast<int64_t>(signal[0].size());
    for (int64_t i = 0; i < frames;) {
      const int64_t begin = (frame + i) & ~(grid - 1);
      const int64_t count = std::min(frames - i, begin + grid - (frame + i));
      sections_.Enter(begin);
      RunFrames(frame + i - begin, signal, static_cast<size_t>(i), static_cast<size_t>(count));
      i += count;
      if (((frame + i) & (kTickFrames - 1)) == 0) FlushTiny(states_);
    }
  }

 private:
  // A run within a cell of the grid, `at` frames behind its begin.
  void RunFrames(int64_t at, Channels signal, size_t first, size_t count) {
    for (size_t c = 0; c < channels_; c += 2) {
      const size_t pair = std::min<size_t>(2, channels_ - c);
      const std::array<std::span<double>, 2> planes{signal[c].subspan(first, count),
                                                    signal[c + pair - 1].subspan(first, count)};
      const std::array<std::span<const double>, 2> from{planes[0], planes[1]};
      const std::span<double> tile = std::span(tile_).first(pair * count);
      Interleave(std::span(from).first(pair), tile);
      RunTile(at, std::span(states_).subspan(c / 2 * sections_.from.size(), sections_.from.size()), pair,
              tile);
      Deinterleave(tile, std::span(planes).first(pair));
    }
  }

  // Still sections next to each other go through together.
  void RunTile(int64_t at, std::span<SectionState> states, size_t channels, std::span<double> tile) {
    const size_t count = states.size();
    for (size_t k = 0; k < count;) {
      if (sections_.moving[k]) {
        RunMovingSection(sections_.from[k], sections_.slope[k], static_cast<double>(at), states[k], channels,
                         tile);
        ++k;
        continue;
      }
      size_t end = k + 1;
      while (end < count && !sections_.moving[end]) ++end;
      RunSections(std::span(sections_.from).subspan(k, end - k), states.subspan(k, end - k), channels, tile);
      k = end;
    }
  }

  Sections sections_;
  const size_t channels_;
  std::vector<SectionState> states_;
  std::array<double, 2 * kTickFrames> tile_;
};

class Eq : public Processor {
 public:
  Eq(std::vector<BandSettings> bands, int channels, int sample_rate)
      : bands_(std::move(bands)), channels_(channels), sample_rate_(sample_rate) {}
  std::unique_ptr<Applier> NewApplier() const override {
    return std::make_unique<EqApplier>(bands_, channels_, sample_rate_);
  }

 private:
  const std::vector<BandSettings> bands_;
  const int channels_;
  const int sample_rate_;
};

}  // namespace

std::unique_ptr<Processor> NewEq(std::vector<BandSettings> bands, int channels, int sample_rate) {
  return std::make_unique<Eq>(std::move(bands), channels, sample_rate);
}

}  // namespace trackout::dsp
