#include "worker/dsp/processors/feedback_network.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "worker/dsp/curves.h"
#include "worker/dsp/functions.h"
#include "worker/dsp/processors/diffuser.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/feedback_network.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// Lanes are frames: each frame's sixteen values by the Hadamard matrix / 4, in four rounds of sums and
// differences; and `again` = that + `in`.
void MixLines(LineTicks& values, const LineTicks& in, LineTicks& again, size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    hn::Vec<decltype(d)> v[kLines];
    for (size_t l = 0; l < kLines; ++l) v[l] = hn::LoadU(d, &values[l][i]);
    for (size_t half = 1; half < kLines; half *= 2) {
      for (size_t l = 0; l < kLines; ++l) {
        if (l & half) continue;
        const auto sum = hn::Add(v[l], v[l + half]);
        v[l + half] = hn::Sub(v[l], v[l + half]);
        v[l] = sum;
      }
    }
    for (size_t l = 0; l < kLines; ++l) {
      v[l] = hn::Mul(v[l], hn::Set(d, 0.25));
      hn::StoreU(v[l], d, &values[l][i]);
      hn::StoreU(hn::Add(v[l], hn::LoadU(d, &in[l][i])), d, &again[l][i]);
    }
  });
}

void AddLinesKernel(const LineTicks& lines, const std::array<double, kLines>& gains, size_t count,
                    Tick& out) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    auto sum = hn::LoadU(d, &out[i]);
    for (size_t l = 0; l < kLines; ++l)
      sum = hn::Add(sum, hn::Mul(hn::LoadU(d, &lines[l][i]), hn::Set(d, gains[l])));
    hn::StoreU(sum, d, &out[i]);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(MixLines);
HWY_EXPORT(AddLinesKernel);

namespace {

constexpr double kMeanSeconds = 0.030;
constexpr double kShortest = 0.6;                     // of the mean
constexpr double kLog2OfSpread = 2.1699250014423122;  // 4.5: from the shortest to the longest
constexpr double kLog2Of1000 = 9.965784284662087;
constexpr size_t kLinesAtATime = 8;  // whose filters run side by side, as each waits for its last value

struct SomeFilters {
  std::array<double, kLinesAtATime> pole, gain, pole_step, gain_step, last;
};

void RunStillFilters(SomeFilters& filters, size_t count, Tick* lines) {
  SomeFilters f = filters;
  for (size_t i = 0; i < count; ++i) {
    for (size_t l = 0; l < kLinesAtATime; ++l) {
      f.last[l] = f.gain[l] * lines[l][i] + f.pole[l] * f.last[l];
      lines[l][i] = f.last[l];
    }
  }
  filters = f;
}

// What does not step has the bits of RunStillFilters.
void RunMovingFilters(SomeFilters& filters, double start, size_t count, Tick* lines) {
  SomeFilters f = filters;
  for (size_t i = 0; i < count; ++i) {
    const double at = start + static_cast<double>(i);
    for (size_t l = 0; l < kLinesAtATime; ++l) {
      const double gain = f.gain[l] + at * f.gain_step[l];
      const double pole = f.pole[l] + at * f.pole_step[l];
      f.last[l] = gain * lines[l][i] + pole * f.last[l];
      lines[l][i] = f.last[l];
    }
  }
  filters = f;
}

}  // namespace

void AddLines(const LineTicks& lines, const std::array<double, kLines>& gains, size_t count, Tick& out) {
  HWY_DYNAMIC_DISPATCH(AddLinesKernel)(lines, gains, count, out);
}

LineLengths::LineLengths(double size, int sample_rate) : sample_rate_(sample_rate) {
  int64_t least = kTickFrames;
  for (size_t l = 0; l < kLines; ++l) {
    const double spread = kShortest * Exp2(kLog2OfSpread * static_cast<double>(l) / (kLines - 1));
    const double frames = kMeanSeconds * size * spread * sample_rate;
    frames_[l] = PrimeFrom(std::max(least, static_cast<int64_t>(frames + 0.5)));
    least = frames_[l] + 1;
  }
}

Absorption LineLengths::AbsorptionFor(double decay, double damping) const {
  const double hz = std::clamp(damping, 1.0, 0.49 * sample_rate_);
  const double c = Cosine(4 * kHalfPi * hz / sample_rate_);
  Absorption absorption;
  double energy = 0;
  for (size_t l = 0; l < kLines; ++l) {
    const double share = static_cast<double>(frames_[l]) / (decay * sample_rate_);  // of 60 dB
    const double gain = Exp2(-kLog2Of1000 * share);
    // |1 - pole e^(-iw)|^2 / (1 - pole)^2 = a at the damping, solved for the pole.
    const double a = Exp2(0.5 * kLog2Of1000 * share);
    const double pole = (a - 1) / ((a - c) + std::sqrt((1 - c) * (2 * a - 1 - c)));
    absorption.pole[l] = pole;
    absorption.gain[l] = gain * (1 - pole);
    energy += gain * gain;
  }
  absorption.energy = energy / (kLines - energy);
  return absorption;
}

FeedbackNetwork::FeedbackNetwork(const LineLengths& lengths) : lengths_(lengths) {
  for (size_t l = 0; l < kLines; ++l) lines_.emplace_back(lengths[l]);
}

void FeedbackNetwork::Overhear(size_t count, LineTicks& early) const {
  for (size_t l = 0; l < kLines; ++l)
    lines_[l].Read(std::max(kTickFrames, lengths_[l] * 3 / 8), std::span(early[l]).first(count));
}

void FeedbackNetwork::Run(int64_t frame, size_t count, const Absorption& from, const Absorption& to,
                          const LineTicks& in, LineTicks& mixed) {
  for (size_t l = 0; l < kLines; ++l) lines_[l].Read(lengths_[l], std::span(mixed[l]).first(count));
  Absorb(frame, count, from, to, mixed);
  HWY_DYNAMIC_DISPATCH(MixLines)(mixed, in, again_, count);
  for (size_t l = 0; l < kLines; ++l) lines_[l].Write(std::span(again_[l]).first(count));
}

void FeedbackNetwork::Absorb(int64_t frame, size_t count, const Absorption& from, const Absorption& to,
                             LineTicks& values) {
  const int64_t start = frame - GridBefore(frame, kTickFrames);
  if (start == 0) std::ranges::transform(absorbed_, absorbed_.begin(), Flushed);
  const bool moves = from.pole != to.pole || from.gain != to.gain;
  for (size_t first = 0; first < kLines; first += kLinesAtATime) {
    SomeFilters filters;
    for (size_t l = 0; l < kLinesAtATime; ++l) {
      const size_t line = first + l;
      filters.pole[l] = from.pole[line];
      filters.gain[l] = from.gain[line];
      filters.pole_step[l] = (to.pole[line] - from.pole[line]) / kTickFrames;
      filters.gain_step[l] = (to.gain[line] - from.gain[line]) / kTickFrames;
      filters.last[l] = absorbed_[line];
    }
    if (moves) {
      RunMovingFilters(filters, static_cast<double>(start), count, &values[first]);
    } else {
      RunStillFilters(filters, count, &values[first]);
    }
    for (size_t l = 0; l < kLinesAtATime; ++l) absorbed_[first + l] = filters.last[l];
  }
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
