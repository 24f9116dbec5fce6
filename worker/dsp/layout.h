// Loudspeaker layouts, and the matrices between them. A layout is known by its number of channels:
//   1 mono · 2 L R · 3 L R C · 4 L R Ls Rs · 6 L R C LFE Ls Rs (5.1) · 8 L R C LFE Lrs Rrs Lss Rss (7.1)
#pragma once

#include <array>
#include <span>
#include <vector>

#include "worker/dsp/gain.h"

namespace trackout::dsp {

inline constexpr int kMostChannels = 8;

bool IsLayout(int channels);

enum class Side { kLeft, kRight, kNone };  // mono, C and LFE have none
Side SideOf(int channels, int channel);

// gain[to][from]
struct Matrix {
  int to = 0;
  int from = 0;
  std::array<std::array<double, kMostChannels>, kMostChannels> gain{};
};

// out[t] += in[f] * gain[t][f], for every t, over f in order; terms whose gain is 0 are left out. With
// `gains` (not empty): out[t] += (in[f] * gain[t][f]) * gains. All spans have one length.
void AddMatrix(const Matrix& matrix, std::span<const std::span<const double>> in,
               std::span<const double> gains, std::span<const std::span<double>> out);

// b after a: the product, each element summed in order.
Matrix Product(const Matrix& b, const Matrix& a);

enum class PanLaw { kMinus3, kMinus4_5, kMinus6, k0, kMinus3Compensated };
StereoGain Pan(PanLaw law, double pan);

// What a fader's strip does to its signal on the way into a bus, without fader and mute.
struct Panner {
  PanLaw law = PanLaw::kMinus3;
  double width = 100;       // percent; of a stereo signal: mid-side
  std::vector<double> pan;  // none: centre; one; or one for each side of a stereo signal
};

// Width, then pan, then the way into a layout of `to` channels:
// - mono into stereo and wider: across L and R by the law. Into mono: as it is; pan is ignored there.
// - stereo: width; then one pan balances (min(1, 1 - pan/100), min(1, 1 + pan/100)), two pan each side by the
// law.
// - wider: one pan balances the channels of the left side and of the right side; C and LFE stay.
// - stereo into mono: 0.7071 (L + R) (the square root of 1/2). Between wider layouts: channels of the same
// name
//   stay. What has no place: C into L and R at 0.7071 each; Ls, Lss, Lrs into L at 0.7071, likewise right
//   (ITU-R BS.775-3, table 2); Lss and Lrs into Ls at 0.7071 each; Ls of a narrower layout into Lss; LFE is
//   left out. Anything into mono: by way of stereo.
Matrix PanMatrix(const Panner& panner, int from, int to);
Matrix Conversion(int from, int to);  // of a bus without a panner: mono goes by the -3 dB law

// Of a pan that moves: out[c][i] is what channel c of the panned signal (mono: two, L and R; else `from`
// channels) is multiplied by at pan[i]. For mono by the law; else balance.
void PanGains(PanLaw law, int from, std::span<const double> pan, std::span<const std::span<double>> out);

}  // namespace trackout::dsp
