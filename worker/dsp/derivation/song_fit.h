// The gains of the whole song, for a filter that excerpts have given.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "worker/dsp/derivation/ahead_fit.h"
#include "worker/dsp/derivation/derivation.h"
#include "worker/dsp/derivation/gain_curve.h"

namespace trackout::dsp {

// False of the functions: a signal could not be read.
class SongFit {
 public:
  // Outlived by `request`. `shape`: what the excerpts gave; with polarity.
  SongFit(const DerivationRequest& request, int64_t offset_frames, AheadShape shape);

  // Another filter from here on.
  void UseTaps(std::vector<double> taps) { shape_.taps = std::move(taps); }

  // The gain behind the filter: the least squares of the whole song at once.
  bool FitBehind();
  // The gain ahead of it, from the one behind: piece after piece, which overlap and are blended. Then that
  // behind anew.
  bool FitGainAhead();
  // 10 log10(energy that is not explained / energy)
  bool Measure(double& residual_db) const;

  const std::optional<GainCurve>& ahead() const { return ahead_; }
  GainCurve behind() const;

 private:
  ReadFrames Premaster() const;
  bool FitPiece(int64_t first, int64_t frames, std::vector<double>& sums, std::vector<double>& weights) const;

  const DerivationRequest& request_;
  const int64_t offset_frames_;
  AheadShape shape_;
  std::vector<double> knots_;  // behind
  std::optional<GainCurve> ahead_;
};

}  // namespace trackout::dsp
