#include "worker/dsp/derivation/long_filter.h"

#include <algorithm>
#include <cassert>

namespace trackout::dsp {

LongFilter::LongFilter(std::span<const double> taps, int64_t before)
    : size_(taps.size()), before_(before), fft_(2 * size_), real_(fft_.bins()), imaginary_(fft_.bins()) {
  assert(before >= 0 && before < static_cast<int64_t>(size_));
  std::vector<double> padded(2 * size_);
  std::copy(taps.begin(), taps.end(), padded.begin());
  std::vector<double> scratch(2 * fft_.size());
  fft_.Forward(padded, {real_, imaginary_}, scratch);
}

void LongFilter::Block(std::span<const double> window, std::span<double> block,
                       std::span<double> scratch) const {
  assert(window.size() == 2 * size_ && block.size() == size_ && scratch.size() >= scratch_size());
  const size_t bins = fft_.bins();
  const std::span<double> work = scratch.first(4 * size_);
  const SpectrumView spectrum{scratch.subspan(4 * size_, bins), scratch.subspan(4 * size_ + bins, bins)};
  fft_.Forward(window, spectrum, work);
  for (size_t k = 0; k < bins; ++k) {
    const double real = spectrum.real[k];
    const double imaginary = spectrum.imaginary[k];
    spectrum.real[k] = real * real_[k] - imaginary * imaginary_[k];
    spectrum.imaginary[k] = real * imaginary_[k] + imaginary * real_[k];
  }
  const std::span<double> circular = scratch.subspan(6 * size_ + 2, 2 * size_);
  fft_.Inverse(spectrum, circular, work);
  std::copy_n(circular.begin() + static_cast<ptrdiff_t>(size_), size_, block.begin());
}

Planes LongFilter::Filter(const Planes& in) const {
  Planes out = SilentPlanes(in.size(), in.empty() ? 0 : in[0].size());
  std::vector<double> window(2 * size_), block(size_), scratch(scratch_size());
  const auto size = static_cast<int64_t>(size_);
  for (size_t c = 0; c < in.size(); ++c) {
    const auto frames = static_cast<int64_t>(in[c].size());
    for (int64_t first = 0; first < frames; first += size) {
      const int64_t start = first + before_ - size;  // of the window
      const int64_t from = std::clamp<int64_t>(start, 0, frames);
      const int64_t to = std::clamp<int64_t>(start + 2 * size, 0, frames);
      std::fill(window.begin(), window.end(), 0);
      if (from < to) std::copy(in[c].begin() + from, in[c].begin() + to, window.begin() + (from - start));
      Block(window, block, scratch);
      std::copy_n(block.begin(), std::min(size, frames - first), out[c].begin() + first);
    }
  }
  return out;
}

LongFilter LongFilter::Backwards(std::span<const double> taps, int64_t before) {
  const std::vector<double> backwards(taps.rbegin(), taps.rend());
  return LongFilter(backwards, static_cast<int64_t>(taps.size()) - 1 - before);
}

}  // namespace trackout::dsp
