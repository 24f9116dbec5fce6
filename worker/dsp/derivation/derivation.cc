#include "worker/dsp/derivation/derivation.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "worker/dsp/derivation/ahead_fit.h"
#include "worker/dsp/derivation/alignment.h"
#include "worker/dsp/derivation/derived_filter.h"
#include "worker/dsp/derivation/excerpt.h"
#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/derivation/joint_fit.h"
#include "worker/dsp/derivation/song_fit.h"

namespace trackout::dsp {
namespace {

// JointFit::other_mix_db of the same mix, behind whatever a master goes through, is lower: of limiters and
// saturators driven by 14 dB it was -27, of common masters below -35. Of mixes without the voice, or with one
// stem 6 dB up, it was -23 and more, where that stem was no weaker than -16 dB beside the mix.
constexpr double kSameMixDb = -25;

// The excerpts are where the master is loudest; of the whole song, which may be another one between them, the
// heaviest master that was tried left -26 dB.
constexpr double kSameSongDb = -12;

// At 48 kHz; at twice the rate twice as many frames.
constexpr size_t kTaps = 16384;
constexpr int64_t kGainStep = 16;
constexpr int kMostSteps = 10;

// 22 s of stereo at 48 kHz, each way that it is kept.
constexpr int64_t kMostExcerptFrames = int64_t{1} << 20;
constexpr int64_t kMostExcerptSamples = int64_t{1} << 22;

// A gain ahead of the filter is tried where one behind alone leaves more than this, and taken where it leaves
// so much less.
constexpr double kGoodDb = -60;
constexpr double kWorthItDb = 2;
constexpr int64_t kFirstReach = 3;  // knots; 1 ms
constexpr int kTrialSteps = 4;
constexpr int kSongSteps = 5;

constexpr double kNothingLeft = -std::numeric_limits<double>::infinity();

FitShape ShapeFor(int sample_rate) {
  FitShape shape{kTaps, kTaps / 2, kGainStep, kMostSteps};
  for (int64_t rate = 48000; rate < sample_rate && rate < 192000; rate *= 2) {
    shape.taps *= 2;
    shape.before *= 2;
    shape.gain_step *= 2;
  }
  return shape;
}

bool IsSameMix(const JointFit& fit) {
  return fit.other_mix_db < kSameMixDb;
}

void Invert(std::vector<double>& samples) {
  for (double& sample : samples) sample = -sample;
}

// What the excerpts give.
struct Found {
  JointFit fit;
  // With a gain ahead as well, where that is clearly better; else empty.
  std::vector<double> taps_behind_gain;
};

// Compressor, then eq: a copy of the gain goes ahead of the filter, and the filter is found anew behind it.
void TryGainAhead(const Excerpt& excerpt, const FitShape& shape, Found& found) {
  std::vector<double> knots = SmoothKnots(found.fit.knots, kFirstReach);
  std::vector<double> taps;
  {
    Excerpt moved = excerpt;
    const auto frames = static_cast<int64_t>(excerpt.master[0].size());
    std::vector<double> gains(excerpt.master[0].size());
    GainCurve(0, frames, shape.gain_step, knots).Values(0, gains);
    MultiplyBy(gains, moved.premaster);
    taps = FitTogether(moved, shape).taps;
  }
  const double residual_db = FitAhead(excerpt, {taps, shape.before, shape.gain_step, kTrialSteps}, knots);
  if (residual_db < found.fit.residual_db - kWorthItDb) found.taps_behind_gain = std::move(taps);
}

bool FindFilter(const DerivationRequest& request, const Alignment& alignment, const FitShape& shape,
                Found& found) {
  Excerpt excerpt;
  const int64_t most_frames = std::min(kMostExcerptFrames, kMostExcerptSamples / request.channels);
  if (!ReadExcerpt(request, alignment.offset_frames, most_frames, shape.before, excerpt)) return false;
  if (!(Energy(excerpt.master) > 0) || !(Energy(excerpt.premaster) > 0)) return true;
  if (alignment.inverted) std::for_each(excerpt.master.begin(), excerpt.master.end(), Invert);
  found.fit = FitTogether(excerpt, shape);
  if (IsSameMix(found.fit) && found.fit.residual_db > kGoodDb) TryGainAhead(excerpt, shape, found);
  return true;
}

bool DeriveSong(const DerivationRequest& request, const Alignment& alignment, const FitShape& shape,
                Found& found, Derivation& derivation) {
  std::vector<double>& taps = found.fit.taps;
  if (alignment.inverted) {
    Invert(taps);
    Invert(found.taps_behind_gain);
  }
  SongFit song(request, alignment.offset_frames, {taps, shape.before, shape.gain_step, kSongSteps});
  if (!song.FitBehind()) return false;
  if (!found.taps_behind_gain.empty()) {
    taps = found.taps_behind_gain;
    song.UseTaps(taps);
    if (!song.FitGainAhead()) return false;
  }
  if (!song.Measure(derivation.residual_db)) return false;
  derivation.is_same_mix = derivation.residual_db < kSameSongDb;
  if (!derivation.is_same_mix) return true;
  derivation.filter = NewDerivedFilter({std::move(taps), shape.before, alignment.offset_frames, song.ahead(),
                                        song.behind(), request.first_frame + request.premaster_end()});
  return true;
}

bool IsSilent(const ReadFrames& read, const DerivationRequest& request, bool& silent) {
  Planes piece = SilentPlanes(static_cast<size_t>(request.channels), size_t{1} << 16);
  silent = true;
  for (int64_t first = 0; silent && first < request.frames; first += int64_t{1} << 16) {
    const auto count = static_cast<size_t>(std::min(request.frames - first, int64_t{1} << 16));
    const std::vector<std::span<double>> views = Views(piece, 0, count);
    if (!read(first, views)) return false;
    for (const std::span<double> view : views) {
      silent = silent && std::all_of(view.begin(), view.end(), [](double sample) { return sample == 0; });
    }
  }
  return true;
}

// One of the two is silent, or what sounds in one lies beyond the other. Silence is the master of silence.
bool DeriveWithoutSound(const DerivationRequest& request, Derivation& derivation) {
  bool premaster_is_silent = false;
  bool master_is_silent = false;
  if (!IsSilent(request.premaster, request, premaster_is_silent)) return false;
  if (!IsSilent(request.master, request, master_is_silent)) return false;
  if (!premaster_is_silent || !master_is_silent) return true;
  const FitShape shape = ShapeFor(request.sample_rate);
  std::vector<double> taps(shape.taps);
  taps[static_cast<size_t>(shape.before)] = 1;
  derivation.residual_db = kNothingLeft;
  derivation.still_residual_db = kNothingLeft;
  derivation.is_same_mix = true;
  const size_t knots = GainFit(request.frames, shape.gain_step).knot_count();
  derivation.filter = NewDerivedFilter(
      {std::move(taps), shape.before, 0, std::nullopt,
       GainCurve(request.first_frame, request.frames, shape.gain_step, std::vector<double>(knots, 1))});
  return true;
}

}  // namespace

bool Derive(const DerivationRequest& request, Derivation& derivation) {
  assert(request.channels >= 1 && request.sample_rate >= 1 && request.frames >= 0);
  derivation = {};
  Alignment alignment;
  if (!FindAlignment(request, alignment)) return false;
  if (!alignment.found) return DeriveWithoutSound(request, derivation);
  derivation.offset_frames = alignment.offset_frames;
  derivation.inverted = alignment.inverted;

  const FitShape shape = ShapeFor(request.sample_rate);
  Found found;
  if (!FindFilter(request, alignment, shape, found)) return false;
  if (found.fit.taps.empty()) return true;
  derivation.still_residual_db = found.fit.still_db;
  derivation.residual_db = found.fit.residual_db;
  return !IsSameMix(found.fit) || DeriveSong(request, alignment, shape, found, derivation);
}

}  // namespace trackout::dsp
