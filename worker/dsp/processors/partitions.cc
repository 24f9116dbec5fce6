#include "worker/dsp/processors/partitions.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "worker/dsp/processors/ticks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/partitions.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "worker/dsp/curves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// sum += a * b, of complex numbers.
void AddProduct(const double* a_real, const double* a_imaginary, const double* b_real,
                const double* b_imaginary, double* HWY_RESTRICT real, double* HWY_RESTRICT imaginary,
                size_t count) {
  ForEach(count, [&](auto d, size_t i) HWY_ATTR {
    const auto ar = hn::LoadU(d, a_real + i);
    const auto ai = hn::LoadU(d, a_imaginary + i);
    const auto br = hn::LoadU(d, b_real + i);
    const auto bi = hn::LoadU(d, b_imaginary + i);
    const auto product_real = hn::Sub(hn::Mul(ar, br), hn::Mul(ai, bi));
    const auto product_imaginary = hn::Add(hn::Mul(ar, bi), hn::Mul(ai, br));
    hn::StoreU(hn::Add(hn::LoadU(d, real + i), product_real), d, real + i);
    hn::StoreU(hn::Add(hn::LoadU(d, imaginary + i), product_imaginary), d, imaginary + i);
  });
}

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(AddProduct);

namespace {

constexpr size_t kLeastPartition = 256;
constexpr size_t kMostPartition = 16384;
// Sums of this many bins stay in the nearest cache while the partitions go by.
constexpr size_t kBinsAtATime = 512;

// About an eighth of the impulse: with fewer, longer partitions transforms are most of the work, with more,
// shorter ones products are.
size_t PartitionFor(size_t frames) {
  return std::clamp(std::bit_ceil(frames / 8 + 1), kLeastPartition, kMostPartition);
}

size_t FramesOf(const std::vector<std::vector<double>>& planes) {
  return planes.empty() ? 0 : planes[0].size();
}

PartitionSpectrum Silence(size_t bins) {
  return {std::vector<double>(bins), std::vector<double>(bins), true};
}

bool IsSilent(std::span<const double> samples) {
  return std::ranges::all_of(samples, [](double x) { return x == 0; });
}

}  // namespace

PartitionedImpulse::PartitionedImpulse(const std::vector<std::vector<double>>& planes, int64_t first_frame,
                                       std::vector<ImpulsePath> paths)
    : fft_(2 * PartitionFor(FramesOf(planes))), paths_(std::move(paths)) {
  const size_t partition = partition_frames();
  const auto first = static_cast<size_t>(first_frame);
  const size_t frames = FramesOf(planes) == 0 ? 0 : first + FramesOf(planes);
  std::vector<double> samples(2 * partition), scratch(4 * partition);
  for (const std::vector<double>& plane : planes) {
    assert(plane.size() == FramesOf(planes));
    std::vector<PartitionSpectrum>& spectra = planes_.emplace_back();
    for (size_t start = 0; start < frames; start += partition) {
      PartitionSpectrum& spectrum = spectra.emplace_back();
      for (size_t i = 0; i < partition; ++i) {
        const size_t at = start + i - first;  // wraps to a large number before the impulse
        samples[i] = at < plane.size() ? Flushed(plane[at]) : 0;
      }
      spectrum.is_silent = IsSilent(samples);
      if (spectrum.is_silent) continue;
      spectrum = Silence(fft_.bins());
      spectrum.is_silent = false;
      fft_.Forward(samples, spectrum.view(), scratch);
    }
  }
}

PartitionedSignal::PartitionedSignal(const PartitionedImpulse& impulse, size_t channels)
    : impulse_(impulse),
      frames_(impulse.partition_frames()),
      windows_(channels, std::vector<double>(2 * frames_)),
      out_(channels, std::vector<double>(frames_)),
      spectra_(channels, std::vector<PartitionSpectrum>(impulse.partitions(), Silence(impulse.fft().bins()))),
      sum_(Silence(impulse.fft().bins())),
      samples_(2 * frames_),
      scratch_(4 * frames_) {
  terms_.reserve(impulse.paths().size() * impulse.partitions());
}

void PartitionedSignal::Run(int64_t frame, size_t count, size_t offset, Channels signal,
                            std::span<std::span<double>> dry, std::span<std::span<double>> wet) {
  const auto at = static_cast<size_t>(frame - GridBefore(frame, static_cast<int64_t>(frames_)));
  for (size_t c = 0; c < windows_.size(); ++c) {
    std::copy_n(&windows_[c][at], count, dry[c].begin());
    std::copy_n(&out_[c][at], count, wet[c].begin());
    std::copy_n(&signal[c][offset], count, &windows_[c][frames_ + at]);
  }
  if (at + count == frames_) Transform();
}

void PartitionedSignal::Transform() {
  if (impulse_.partitions() > 0) {
    newest_ = (newest_ + 1) % impulse_.partitions();
    for (size_t c = 0; c < windows_.size(); ++c) TakeIn(c);
    for (size_t c = 0; c < windows_.size(); ++c) MakeOut(c);
  }
  for (std::vector<double>& window : windows_) std::copy_n(&window[frames_], frames_, &window[0]);
}

void PartitionedSignal::TakeIn(size_t channel) {
  PartitionSpectrum& spectrum = spectra_[channel][newest_];
  std::ranges::transform(windows_[channel], samples_.begin(), Flushed);
  spectrum.is_silent = IsSilent(samples_);
  if (!spectrum.is_silent) impulse_.fft().Forward(samples_, spectrum.view(), scratch_);
}

void PartitionedSignal::MakeOut(size_t channel) {
  const size_t partitions = impulse_.partitions();
  terms_.clear();
  for (const ImpulsePath& path : impulse_.paths()) {
    if (path.to != channel) continue;
    for (size_t j = 0; j < partitions; ++j) {
      const PartitionSpectrum& signal = spectra_[path.from][(newest_ + partitions - j) % partitions];
      const PartitionSpectrum& impulse = impulse_.At(path.impulse, j);
      if (!signal.is_silent && !impulse.is_silent) terms_.push_back({&signal, &impulse});
    }
  }
  if (terms_.empty()) {
    std::ranges::fill(out_[channel], 0.0);
    return;
  }
  const size_t bins = impulse_.fft().bins();
  for (size_t k = 0; k < bins; k += kBinsAtATime) {
    const size_t count = std::min(kBinsAtATime, bins - k);
    std::fill_n(&sum_.real[k], count, 0.0);
    std::fill_n(&sum_.imaginary[k], count, 0.0);
    for (const Term& term : terms_) {
      HWY_DYNAMIC_DISPATCH(AddProduct)
      (&term.signal->real[k], &term.signal->imaginary[k], &term.impulse->real[k], &term.impulse->imaginary[k],
       &sum_.real[k], &sum_.imaginary[k], count);
    }
  }
  impulse_.fft().Inverse(sum_.view(), samples_, scratch_);
  std::copy_n(&samples_[frames_], frames_, out_[channel].begin());
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
