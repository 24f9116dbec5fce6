#include "worker/dsp/derivation/song_pass.h"

#include <algorithm>

#include "worker/dsp/derivation/excerpt.h"
#include "worker/dsp/derivation/planes.h"

namespace trackout::dsp {
namespace {

void SilenceFrom(int64_t frame, Channels signal) {
  for (const std::span<double> plane : signal) {
    std::fill(plane.begin() + std::clamp(frame, int64_t{0}, static_cast<int64_t>(plane.size())), plane.end(),
              0);
  }
}

}  // namespace

bool HearSong(const DerivationRequest& request, int64_t offset_frames, const LongFilter& filter,
              const TakeBlock& take) {
  const size_t size = filter.size();
  const auto channels = static_cast<size_t>(request.channels);
  const int64_t known_frames = KnownFrames(request, offset_frames);
  Planes window = SilentPlanes(channels, 2 * size);
  Planes heard = SilentPlanes(channels, size);
  Planes master = heard;
  std::vector<double> scratch(filter.scratch_size());
  // The second half of the first window begins here.
  const int64_t start = filter.before() - offset_frames;
  if (!request.premaster(start - static_cast<int64_t>(size), Views(window, size, size))) return false;
  for (int64_t first = 0; first < request.frames; first += static_cast<int64_t>(size)) {
    for (std::vector<double>& plane : window) {
      std::copy_n(plane.begin() + static_cast<ptrdiff_t>(size), size, plane.begin());
    }
    if (!request.premaster(start + first, Views(window, size, size))) return false;
    const size_t count = std::min(size, static_cast<size_t>(request.frames - first));
    if (!request.master(first, Views(master, 0, count))) return false;
    for (size_t c = 0; c < channels; ++c) filter.Block(window[c], heard[c], scratch);
    const std::vector<std::span<double>> heard_now = Views(heard, 0, count);
    const std::vector<std::span<double>> master_now = Views(master, 0, count);
    SilenceFrom(known_frames - first, heard_now);
    SilenceFrom(known_frames - first, master_now);
    take(first, heard_now, master_now);
  }
  return true;
}

}  // namespace trackout::dsp
