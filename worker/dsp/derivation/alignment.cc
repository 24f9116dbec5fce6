#include "worker/dsp/derivation/alignment.h"

#include <algorithm>

#include "worker/dsp/derivation/cross_spectrum.h"
#include "worker/dsp/derivation/excerpt.h"

namespace trackout::dsp {
namespace {

constexpr int64_t kCoarseRate = 6000;
constexpr size_t kCoarseFft = size_t{1} << 19;      // 87 s
constexpr int64_t kCoarseBlock = int64_t{1} << 18;  // 43 s of it
constexpr size_t kFineFft = size_t{1} << 15;
constexpr int64_t kFineFrames = int64_t{1} << 20;  // of the excerpts, at most
constexpr int64_t kFineChannelFrames = int64_t{1} << 22;
constexpr int64_t kPiece = 2048;  // coarse frames read at a time

// Means of `step` frames each: coarse[c][i] is of frames first + step * i and on.
bool ReadCoarse(const ReadFrames& read, int64_t first, int64_t step, Planes& coarse) {
  const auto count = static_cast<int64_t>(coarse[0].size());
  Planes piece = SilentPlanes(coarse.size(), static_cast<size_t>(kPiece * step));
  for (int64_t done = 0; done < count; done += kPiece) {
    const int64_t wanted = std::min(kPiece, count - done);
    if (!read(first + done * step, Views(piece, 0, static_cast<size_t>(wanted * step)))) return false;
    for (size_t c = 0; c < coarse.size(); ++c) {
      for (int64_t i = 0; i < wanted; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < step; ++k) sum += piece[c][static_cast<size_t>(i * step + k)];
        coarse[c][static_cast<size_t>(done + i)] = sum / static_cast<double>(step);
      }
    }
  }
  return true;
}

// In steps.
bool FindCoarse(const DerivationRequest& request, int64_t step, Lag& lag) {
  const Fft fft(kCoarseFft);
  const int64_t most = kMostOffsetSeconds * request.sample_rate / step;
  const auto channels = static_cast<size_t>(request.channels);
  CrossSpectrum sum(fft.bins());
  Planes premaster = SilentPlanes(channels, static_cast<size_t>(kCoarseBlock));
  Planes master = SilentPlanes(channels, static_cast<size_t>(kCoarseBlock + 2 * most));
  std::vector<double> a(kCoarseFft), b(kCoarseFft);
  for (int64_t first = 0; first < request.frames; first += kCoarseBlock * step) {
    if (!ReadCoarse(request.premaster, first, step, premaster)) return false;
    if (!ReadCoarse(request.master, first - most * step, step, master)) return false;
    for (size_t c = 0; c < channels; ++c) {
      // Frame i of the premaster stands at i, that of the master at i + most.
      std::copy(premaster[c].begin(), premaster[c].end(), a.begin());
      std::copy(master[c].begin(), master[c].end(), b.begin());
      AddBlock(fft, a, b, sum);
    }
  }
  lag = BestLag(fft, sum, 0, 2 * most);
  lag.frames -= most;
  return true;
}

}  // namespace

bool FindAlignment(const DerivationRequest& request, Alignment& alignment) {
  const int64_t step = std::max<int64_t>(1, request.sample_rate / kCoarseRate);
  Lag coarse;
  if (!FindCoarse(request, step, coarse)) return false;
  alignment = {};
  if (!coarse.found) return true;
  const int64_t offset = coarse.frames * step;
  Excerpt excerpt;
  const int64_t frames = std::min(kFineFrames, kFineChannelFrames / request.channels);
  if (!ReadExcerpt(request, offset, frames, kFineFft / 2, excerpt)) return false;
  const Fft fft(kFineFft);
  const CrossSpectrum spectrum = CompareInExcerpt(fft, excerpt, {}, excerpt.master);
  const Lag fine = BestLag(fft, spectrum, -4 * step, 4 * step);
  alignment = {offset + fine.frames, fine.inverted, fine.found};
  return true;
}

}  // namespace trackout::dsp
