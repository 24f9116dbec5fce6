#include "worker/dsp/derivation/excerpt.h"

#include <algorithm>
#include <vector>

namespace trackout::dsp {
namespace {

// Long enough that margins are the lesser part.
constexpr int64_t kStretchesOfMargin = 16;

constexpr int64_t kPartsOfStretch = 4;

// A filter hears a little ahead: where the premaster breaks off, what comes out is wrong from some frames
// before on.
constexpr int64_t kHeardAhead = 512;

// Energies of the master in parts of so many frames; what is left at the end is left out.
bool PartEnergies(const DerivationRequest& request, int64_t known_frames, int64_t frames,
                  std::vector<double>& energies) {
  Planes part = SilentPlanes(static_cast<size_t>(request.channels), static_cast<size_t>(frames));
  for (int64_t first = 0; first + frames <= known_frames; first += frames) {
    if (!request.master(first, Views(part, 0, static_cast<size_t>(frames)))) return false;
    energies.push_back(Energy(part));
  }
  return true;
}

// Where the master is loudest, in each of `count` zones of the song: stretches that do not overlap. A zone of
// silence has none, unless all are silent.
bool FindLoudest(const DerivationRequest& request, int64_t known_frames, int64_t frames, int64_t count,
                 std::vector<int64_t>& starts) {
  const int64_t part = std::max<int64_t>(1, frames / kPartsOfStretch);
  std::vector<double> energies;
  if (!PartEnergies(request, known_frames, part, energies)) return false;
  const auto last = static_cast<int64_t>(energies.size()) - kPartsOfStretch;  // where a stretch may begin
  starts.clear();
  int64_t free_from = 0;
  for (int64_t zone = 0; zone < count; ++zone) {
    const int64_t from = std::max(free_from, (last + 1) * zone / count);
    const int64_t to = (last + 1) * (zone + 1) / count;
    double most = 0;
    int64_t best = -1;
    for (int64_t i = from; i < to; ++i) {
      double energy = 0;
      for (int64_t k = 0; k < kPartsOfStretch; ++k) energy += energies[static_cast<size_t>(i + k)];
      if (energy > most) {
        most = energy;
        best = i;
      }
    }
    if (best < 0) continue;
    starts.push_back(best * part);
    free_from = best + kPartsOfStretch;
  }
  if (starts.empty()) starts.push_back(0);
  return true;
}

}  // namespace

int64_t KnownFrames(const DerivationRequest& request, int64_t offset_frames) {
  const int64_t end = request.premaster_end() + offset_frames;
  return end < request.frames ? std::max<int64_t>(0, end - kHeardAhead) : request.frames;
}

bool ReadExcerpt(const DerivationRequest& request, int64_t offset_frames, int64_t most_frames,
                 int64_t margin_frames, Excerpt& excerpt) {
  // Of a song that fits, one stretch of all of it.
  const int64_t known_frames = KnownFrames(request, offset_frames);
  const int64_t whole = known_frames + 2 * margin_frames;
  const bool fits = whole <= most_frames;
  const int64_t length = fits ? whole : std::min(whole, kStretchesOfMargin * margin_frames);
  const int64_t inner = length - 2 * margin_frames;
  std::vector<int64_t> starts{0};
  const int64_t count = std::max<int64_t>(1, most_frames / length);
  if (!fits && !FindLoudest(request, known_frames, inner, count, starts)) return false;
  const auto channels = static_cast<size_t>(request.channels);
  excerpt.stretch_frames = length;
  excerpt.margin_frames = margin_frames;
  excerpt.premaster = SilentPlanes(channels, starts.size() * static_cast<size_t>(length));
  excerpt.master = excerpt.premaster;
  size_t at = 0;
  for (const int64_t first : starts) {
    if (!request.premaster(first - margin_frames - offset_frames,
                           Views(excerpt.premaster, at, static_cast<size_t>(length)))) {
      return false;
    }
    if (!request.master(first, Views(excerpt.master, at + static_cast<size_t>(margin_frames),
                                     static_cast<size_t>(inner)))) {
      return false;
    }
    at += static_cast<size_t>(length);
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
