#include "worker/dsp/processors/oversampler.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/oversampler.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The products of the pairs of samples around the middle, for `count` vectors from frame i on: as many sums
// are under way at a time as hide how long an addition takes.
template <size_t count, class D>
HWY_INLINE void SumPairs(D d, const double* const* before, const double* const* after, const double* taps,
                         size_t tap_count, const double* middle, double* HWY_RESTRICT out, size_t i) {
  using V = hn::Vec<D>;
  constexpr size_t kLanes = hn::MaxLanes(D());
  const auto product = [&](size_t k, size_t v) HWY_ATTR {
    const size_t at = i + v * kLanes;
    return hn::Mul(hn::Add(hn::LoadU(d, before[k] + at), hn::LoadU(d, after[k] + at)), hn::Set(d, taps[k]));
  };
  const auto finish = [&](V sum, size_t v) HWY_ATTR {
    const size_t at = i + v * kLanes;
    if (middle != nullptr) sum = hn::Mul(hn::Add(sum, hn::LoadU(d, middle + at)), hn::Set(d, 0.5));
    hn::StoreU(sum, d, out + at);
  };
  V a = product(0, 0);
  if constexpr (count == 1) {
    for (size_t k = 1; k < tap_count; ++k) a = hn::Add(a, product(k, 0));
    finish(a, 0);
  } else {
    static_assert(count == 4);
    V b = product(0, 1);
    V c = product(0, 2);
    V e = product(0, 3);
    for (size_t k = 1; k < tap_count; ++k) {
      a = hn::Add(a, product(k, 0));
      b = hn::Add(b, product(k, 1));
      c = hn::Add(c, product(k, 2));
      e = hn::Add(e, product(k, 3));
    }
    finish(a, 0);
    finish(b, 1);
    finish(c, 2);
    finish(e, 3);
  }
}

// out[i] = sum of taps[k] (before[k][i] + after[k][i]); with a middle (that + middle[i]) / 2.
void SumPairsKernel(const double* const* before, const double* const* after, const double* taps,
                    size_t tap_count, const double* middle, double* HWY_RESTRICT out, size_t frames) {
  const hn::ScalableTag<double> d;
  const hn::CappedTag<double, 1> one;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + 4 * lanes <= frames; i += 4 * lanes)
    SumPairs<4>(d, before, after, taps, tap_count, middle, out, i);
  for (; i + lanes <= frames; i += lanes) SumPairs<1>(d, before, after, taps, tap_count, middle, out, i);
  for (; i < frames; ++i) SumPairs<1>(one, before, after, taps, tap_count, middle, out, i);
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(SumPairsKernel);

namespace {

// What a doubling costs and how far it reaches. Between the rate itself and its double the way down has to
// part 0.48 of the rate from 0.52, and the way up 0.454 (20 kHz of 44.1) from 0.546; the others' images lie
// far off. Chosen by their responses: -105, -120, -109, -111 dB where they stop.
struct Window {
  size_t taps;
  double beta;
};
constexpr std::array kWindows = {Window{84, 10.5}, Window{8, 13.0}, Window{5, 11.25}, Window{4, 9.75}};
constexpr Window kFirstUp = {38, 10.5};

// The modified Bessel function of order 0: the sum of ((x/2)^k / k!)^2.
double BesselI0(double x) {
  double term = 1;
  double sum = 1;
  for (int k = 1; term > sum * 1e-18; ++k) {
    const double factor = x / (2 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

int64_t FloorOf(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

}  // namespace

std::vector<double> HalfBandTaps(HalfBand::Way way, int factor) {
  size_t stage = 0;
  while (2 << stage < factor) ++stage;
  const Window window = stage == 0 && way == HalfBand::Way::kUp ? kFirstUp : kWindows[stage];
  std::vector<double> taps;
  double sum = 0;
  for (size_t k = 0; k < window.taps; ++k) {
    const auto n = static_cast<double>(2 * k + 1);
    const double place = n / static_cast<double>(2 * window.taps);
    const double tap = BesselI0(window.beta * std::sqrt(1 - place * place)) / n;
    taps.push_back(k % 2 == 0 ? tap : -tap);
    sum += taps.back();
  }
  for (double& tap : taps) tap /= 2 * sum;  // a constant stays what it is
  return taps;
}

void History::Forget(size_t run_frames) {
  std::copy(samples_.begin() + static_cast<ptrdiff_t>(run_frames),
            samples_.begin() + static_cast<ptrdiff_t>(run_frames + frames_), samples_.begin());
}

// Sample n of the side that comes in, counted from the first of a run, is frame n / planes of plane n mod
// planes.
const double* HalfBand::At(int64_t sample, int64_t planes) {
  const int64_t frame = FloorOf(sample, planes);
  return inputs_[static_cast<size_t>(sample - frame * planes)].run() + (frame - static_cast<int64_t>(delay_));
}

HalfBand::HalfBand(Way way, size_t planes, std::span<const double> taps) : taps_(taps.rbegin(), taps.rend()) {
  const auto slow = static_cast<int64_t>(planes);
  const auto count = static_cast<int64_t>(taps.size());
  const bool up = way == Way::kUp;
  const int64_t in = up ? slow : 2 * slow;
  // The latest sample that is needed, and the first, of the side that comes in.
  const int64_t latest = up ? slow - 1 + count : 2 * (slow - 1) + 2 * count - 1;
  const int64_t first = up ? 1 - count : 1 - 2 * count;
  delay_ = static_cast<size_t>(FloorOf(latest, in));
  inputs_.assign(static_cast<size_t>(in), History(delay_ + static_cast<size_t>(-FloorOf(first, in))));
  for (int64_t p = 0; p < slow; ++p) {
    Sum sum{.middle = At(up ? p : 2 * p, in), .before = {}, .after = {}};
    for (int64_t k = count - 1; k >= 0; --k) {
      sum.before.push_back(At(up ? p - k : 2 * p - 1 - 2 * k, in));
      sum.after.push_back(At(up ? p + 1 + k : 2 * p + 1 + 2 * k, in));
    }
    sums_.push_back(sum);
    if (!up) continue;
    sums_.back().middle = nullptr;
    sums_.insert(sums_.end() - 1, Sum{.middle = sum.middle, .before = {}, .after = {}});
  }
}

void HalfBand::Run(size_t frames, std::span<double* const> outputs) {
  assert(frames <= kRunFrames && outputs.size() == sums_.size());
  for (size_t p = 0; p < sums_.size(); ++p) {
    const Sum& sum = sums_[p];
    if (sum.before.empty()) {
      std::copy(sum.middle, sum.middle + frames, outputs[p]);
    } else {
      HWY_DYNAMIC_DISPATCH(SumPairsKernel)
      (sum.before.data(), sum.after.data(), taps_.data(), taps_.size(), sum.middle, outputs[p], frames);
    }
  }
  for (History& input : inputs_) input.Forget(frames);
}

namespace {

constexpr size_t kMostPlanes = 16;

std::array<double*, kMostPlanes> InputsOf(HalfBand& stage) {
  std::array<double*, kMostPlanes> inputs{};
  for (size_t p = 0; p < stage.planes_in(); ++p) inputs[p] = stage.input(p);
  return inputs;
}

int64_t DelayOf(std::span<const HalfBand> stages) {
  int64_t delay = 0;
  for (const HalfBand& stage : stages) delay += stage.delay();
  return delay;
}

}  // namespace

Upsampler::Upsampler(int factor) {
  for (int planes = 1; planes < factor; planes *= 2)
    stages_.emplace_back(HalfBand::Way::kUp, static_cast<size_t>(planes),
                         HalfBandTaps(HalfBand::Way::kUp, 2 * planes));
}

int64_t Upsampler::delay() const {
  return DelayOf(stages_);
}

void Upsampler::Run(std::span<const double> in, std::span<double* const> planes) {
  assert(in.size() <= kRunFrames);
  std::ranges::copy(in, stages_[0].input(0));
  for (size_t s = 0; s + 1 < stages_.size(); ++s) {
    const std::array<double*, kMostPlanes> inputs = InputsOf(stages_[s + 1]);
    stages_[s].Run(in.size(), std::span(inputs).first(stages_[s + 1].planes_in()));
  }
  stages_.back().Run(in.size(), planes);
}

Downsampler::Downsampler(int factor) {
  for (int planes = factor / 2; planes >= 1; planes /= 2)
    stages_.emplace_back(HalfBand::Way::kDown, static_cast<size_t>(planes),
                         HalfBandTaps(HalfBand::Way::kDown, 2 * planes));
}

int64_t Downsampler::delay() const {
  return DelayOf(stages_);
}

double* Downsampler::input(size_t p) {
  return stages_[0].input(p);
}

void Downsampler::Run(std::span<double> out) {
  for (size_t s = 0; s + 1 < stages_.size(); ++s) {
    const std::array<double*, kMostPlanes> inputs = InputsOf(stages_[s + 1]);
    stages_[s].Run(out.size(), std::span(inputs).first(stages_[s + 1].planes_in()));
  }
  double* const last = out.data();
  stages_.back().Run(out.size(), {&last, 1});
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
