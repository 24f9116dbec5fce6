#include "worker/dsp/derivation/derivation.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "worker/dsp/derivation/alignment.h"
#include "worker/dsp/derivation/derived_filter.h"
#include "worker/dsp/derivation/excerpt.h"
#include "worker/dsp/derivation/gain_curve.h"
#include "worker/dsp/derivation/joint_fit.h"
#include "worker/dsp/derivation/song_pass.h"

namespace trackout::dsp {
namespace {

// JointFit::other_mix_db of the same mix, behind whatever a master goes through, is lower: of limiters and
// saturators driven by 14 dB it was -27, of common masters below -35. Of mixes without the voice, or with one
// stem 6 dB up, it was -23 and more, where that stem was no weaker than -16 dB beside the mix.
constexpr double kSameMixDb = -25;

// At 48 kHz; at twice the rate twice as many frames.
constexpr size_t kTaps = 16384;
constexpr int64_t kGainStep = 16;
constexpr int kMostSteps = 10;

// 22 s of stereo at 48 kHz, each way that it is kept.
constexpr int64_t kMostExcerptFrames = int64_t{1} << 20;
constexpr int64_t kMostExcerptSamples = int64_t{1} << 22;

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

// Frames of it are those of the song.
GainCurve SongGain(const DerivationRequest& request, int64_t step, std::vector<double> knots) {
  return GainCurve(request.first_frame, request.frames, step, std::move(knots));
}

// The knots of the whole song behind a filter.
bool FitSong(const DerivationRequest& request, const Alignment& alignment, const LongFilter& filter,
             int64_t step, std::vector<double>& knots) {
  GainFit fit(request.frames, step);
  knots.assign(fit.knot_count(), 0);
  const bool read =
      HearSong(request, alignment.offset_frames, filter, [&](int64_t first, Channels heard, Channels master) {
        const std::vector<std::span<const double>> u(heard.begin(), heard.end());
        const std::vector<std::span<const double>> y(master.begin(), master.end());
        fit.Hear(first, u);
        fit.Compare(first, u, y, knots);
      });
  if (!read) return false;
  fit.Factor();
  fit.PullToOne(knots);
  fit.Solve(knots);
  Bound(knots);
  return true;
}

bool MeasureResidual(const DerivationRequest& request, const Alignment& alignment, const LongFilter& filter,
                     const GainCurve& gain, double& residual_db) {
  double missing = 0;
  double energy = 0;
  std::vector<double> gains(filter.size());
  const auto take = [&](int64_t first, Channels heard, Channels master) {
    const std::span<double> values = std::span(gains).first(master[0].size());
    gain.Values(request.first_frame + first, values);
    for (size_t c = 0; c < master.size(); ++c) {
      for (size_t i = 0; i < values.size(); ++i) {
        const double left = master[c][i] - values[i] * heard[c][i];
        missing += left * left;
        energy += master[c][i] * master[c][i];
      }
    }
  };
  if (!HearSong(request, alignment.offset_frames, filter, take)) return false;
  residual_db = EnergyDecibels(missing, energy);
  return true;
}

bool DeriveSong(const DerivationRequest& request, const Alignment& alignment, const FitShape& shape,
                std::vector<double> taps, Derivation& derivation) {
  if (alignment.inverted) {
    for (double& tap : taps) tap = -tap;
  }
  const LongFilter filter(taps, shape.before);
  std::vector<double> knots;
  if (!FitSong(request, alignment, filter, shape.gain_step, knots)) return false;
  GainCurve gain = SongGain(request, shape.gain_step, std::move(knots));
  if (!MeasureResidual(request, alignment, filter, gain, derivation.residual_db)) return false;
  derivation.filter = NewDerivedFilter(
      {std::move(taps), shape.before, alignment.offset_frames, std::nullopt, std::move(gain)});
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
  derivation.filter = NewDerivedFilter({std::move(taps), shape.before, 0, std::nullopt,
                                        SongGain(request, shape.gain_step, std::vector<double>(knots, 1))});
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
  JointFit fit;
  {
    Excerpt excerpt;
    const int64_t most_frames = std::min(kMostExcerptFrames, kMostExcerptSamples / request.channels);
    if (!ReadExcerpt(request, alignment.offset_frames, most_frames, shape.before, excerpt)) return false;
    if (alignment.inverted) {
      for (std::vector<double>& plane : excerpt.master) {
        for (double& sample : plane) sample = -sample;
      }
    }
    if (!(Energy(excerpt.master) > 0) || !(Energy(excerpt.premaster) > 0)) return true;
    fit = FitTogether(excerpt, shape);
  }
  derivation.still_residual_db = fit.still_db;
  derivation.residual_db = fit.residual_db;
  derivation.is_same_mix = fit.other_mix_db < kSameMixDb;
  if (!derivation.is_same_mix) return true;
  return DeriveSong(request, alignment, shape, std::move(fit.taps), derivation);
}

}  // namespace trackout::dsp
