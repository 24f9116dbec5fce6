#include "worker/dsp/derivation/song_fit.h"

#include <algorithm>
#include <utility>

#include "worker/dsp/derivation/song_pass.h"

namespace trackout::dsp {
namespace {

constexpr int64_t kPieceFrames = int64_t{1} << 18;
constexpr int64_t kFirstReach = 3;  // knots; 1 ms

// Behind the last knot that has a weight: that one's gain.
void HoldBehind(std::span<const double> weights, std::span<double> knots) {
  size_t end = knots.size();
  while (end > 0 && !(weights[end - 1] > 0)) --end;
  if (end > 0) std::fill(knots.begin() + static_cast<ptrdiff_t>(end), knots.end(), knots[end - 1]);
}

}  // namespace

SongFit::SongFit(const DerivationRequest& request, int64_t offset_frames, AheadShape shape)
    : request_(request), offset_frames_(offset_frames), shape_(std::move(shape)) {}

GainCurve SongFit::behind() const {
  return GainCurve(request_.first_frame, request_.frames, shape_.gain_step, knots_);
}

// Behind the gain ahead.
ReadFrames SongFit::Premaster() const {
  if (!ahead_) return request_.premaster;
  return [this](int64_t first, Channels planes) {
    if (!request_.premaster(first, planes)) return false;
    std::vector<double> gains(planes.empty() ? 0 : planes[0].size());
    ahead_->Values(request_.first_frame + first, gains);
    for (const std::span<double> plane : planes) {
      for (size_t n = 0; n < plane.size(); ++n) plane[n] *= gains[n];
    }
    return true;
  };
}

bool SongFit::FitBehind() {
  GainFit fit(request_.frames, shape_.gain_step);
  knots_.assign(fit.knot_count(), 0);
  DerivationRequest request = request_;
  request.premaster = Premaster();
  const auto take = [&](int64_t first, Channels heard, Channels master) {
    const std::vector<std::span<const double>> u(heard.begin(), heard.end());
    const std::vector<std::span<const double>> y(master.begin(), master.end());
    fit.Hear(first, u);
    fit.Compare(first, u, y, knots_);
  };
  if (!HearSong(request, offset_frames_, LongFilter(shape_.taps, shape_.before), take)) return false;
  fit.Factor();
  fit.PullToOne(knots_);
  fit.Solve(knots_);
  Bound(knots_);
  return true;
}

// `first`: of the master, where the piece counts; a multiple of the step, as the margin is.
bool SongFit::FitPiece(int64_t first, int64_t frames, std::vector<double>& sums,
                       std::vector<double>& weights) const {
  const int64_t margin = shape_.before;
  const auto channels = static_cast<size_t>(request_.channels);
  Excerpt piece{
      SilentPlanes(channels, static_cast<size_t>(frames + 2 * margin)), {}, frames + 2 * margin, margin};
  piece.master = piece.premaster;
  const int64_t begin = first - margin;
  if (!request_.premaster(begin - offset_frames_,
                          Views(piece.premaster, 0, static_cast<size_t>(piece.stretch_frames)))) {
    return false;
  }
  if (!request_.master(first,
                       Views(piece.master, static_cast<size_t>(margin), static_cast<size_t>(frames)))) {
    return false;
  }
  // Knot j of the piece is this one of the song, or its nearest.
  const auto of_song = [&](size_t j) { return begin / shape_.gain_step + static_cast<int64_t>(j); };
  std::vector<double> knots(GainFit(piece.stretch_frames, shape_.gain_step).knot_count());
  const auto last = static_cast<int64_t>(knots_.size()) - 1;
  for (size_t j = 0; j < knots.size(); ++j) {
    knots[j] = knots_[static_cast<size_t>(std::clamp<int64_t>(of_song(j), 0, last))];
  }
  FitAhead(piece, shape_, knots);
  for (size_t j = 0; j < knots.size(); ++j) {
    const int64_t at = of_song(j);
    if (at < 0 || at > last) continue;
    // Full where the piece counts, down to nothing within half the margin.
    const int64_t frame = at * shape_.gain_step;
    const int64_t outside = std::max({first - frame, frame - (first + frames), int64_t{0}});
    const double weight = 1 - static_cast<double>(outside) / static_cast<double>(margin / 2);
    if (weight <= 0) continue;
    sums[static_cast<size_t>(at)] += weight * knots[j];
    weights[static_cast<size_t>(at)] += weight;
  }
  return true;
}

bool SongFit::FitGainAhead() {
  knots_ = SmoothKnots(std::move(knots_), kFirstReach);
  std::vector<double> sums(knots_.size()), weights(knots_.size());
  const int64_t most = kPieceFrames - 2 * shape_.before;
  const int64_t hop = most - shape_.before;
  const int64_t known_frames = KnownFrames(request_, offset_frames_);
  for (int64_t first = 0; first < known_frames; first += hop) {
    const int64_t frames = std::min(most, known_frames - first);
    if (!FitPiece(first, frames, sums, weights)) return false;
    if (first + frames == known_frames) break;
  }
  for (size_t i = 0; i < knots_.size(); ++i) {
    if (weights[i] > 0) knots_[i] = sums[i] / weights[i];
  }
  HoldBehind(weights, knots_);
  ahead_.emplace(request_.first_frame - offset_frames_, request_.frames, shape_.gain_step, std::move(knots_));
  return FitBehind();
}

bool SongFit::Measure(double& residual_db) const {
  double missing = 0;
  double energy = 0;
  std::vector<double> gains(shape_.taps.size());
  const GainCurve curve = behind();
  const auto take = [&](int64_t first, Channels heard, Channels master) {
    const std::span<double> values = std::span(gains).first(master[0].size());
    curve.Values(request_.first_frame + first, values);
    for (size_t c = 0; c < master.size(); ++c) {
      for (size_t i = 0; i < values.size(); ++i) {
        const double left = master[c][i] - values[i] * heard[c][i];
        missing += left * left;
        energy += master[c][i] * master[c][i];
      }
    }
  };
  DerivationRequest request = request_;
  request.premaster = Premaster();
  if (!HearSong(request, offset_frames_, LongFilter(shape_.taps, shape_.before), take)) return false;
  residual_db = EnergyDecibels(missing, energy);
  return true;
}

}  // namespace trackout::dsp
