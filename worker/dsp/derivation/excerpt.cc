#include "worker/dsp/derivation/excerpt.h"

#include <algorithm>

namespace trackout::dsp {
namespace {

// Long enough that margins are the lesser part.
constexpr int64_t kStretchesOfMargin = 16;

}  // namespace

bool ReadExcerpt(const DerivationRequest& request, int64_t offset_frames, int64_t most_frames,
                 int64_t margin_frames, Excerpt& excerpt) {
  // Of a song that fits, one stretch of all of it.
  const int64_t whole = request.frames + 2 * margin_frames;
  const int64_t stretch = std::min(whole, kStretchesOfMargin * margin_frames);
  const bool fits = whole <= most_frames;
  const int64_t count = fits ? 1 : std::max<int64_t>(1, most_frames / stretch);
  const int64_t length = fits ? whole : stretch;
  const int64_t inner = length - 2 * margin_frames;
  const auto channels = static_cast<size_t>(request.channels);
  excerpt.stretch_frames = length;
  excerpt.margin_frames = margin_frames;
  excerpt.premaster = SilentPlanes(channels, static_cast<size_t>(count * length));
  excerpt.master = excerpt.premaster;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t first =
        count == 1 ? (request.frames - inner) / 2 : (request.frames - inner) * i / (count - 1);
    const auto at = static_cast<size_t>(i * length);
    const int64_t begin = first - margin_frames;  // of the master
    if (!request.premaster(begin - offset_frames,
                           Views(excerpt.premaster, at, static_cast<size_t>(length)))) {
      return false;
    }
    if (!request.master(first, Views(excerpt.master, at + static_cast<size_t>(margin_frames),
                                     static_cast<size_t>(inner)))) {
      return false;
    }
  }
  return true;
}

CrossSpectrum CompareInExcerpt(const Fft& fft, const Excerpt& excerpt, std::span<const double> gains,
                               const Planes& other) {
  CrossSpectrum sum(fft.bins());
  const auto frames = static_cast<int64_t>(other[0].size());
  for (int64_t first = 0; first < frames; first += excerpt.stretch_frames) {
    AddWindows(fft, excerpt.premaster, gains, other, first + excerpt.margin_frames,
               first + excerpt.stretch_frames - excerpt.margin_frames, sum);
  }
  return sum;
}

void ClearMargins(const Excerpt& excerpt, Planes& planes) {
  for (std::vector<double>& plane : planes) {
    for (size_t at = 0; at < plane.size(); at += static_cast<size_t>(excerpt.stretch_frames)) {
      const auto begin = plane.begin() + static_cast<ptrdiff_t>(at);
      std::fill_n(begin, excerpt.margin_frames, 0);
      std::fill_n(begin + excerpt.stretch_frames - excerpt.margin_frames, excerpt.margin_frames, 0);
    }
  }
}

}  // namespace trackout::dsp
