// Compressor: feed-forward, in dB, after Giannoulis, Massberg, Reiss: Digital Dynamic Range Compressor
// Design, JAES 60 (6), 2012.
//
// key -> filters -> level -> static curve -> smoothing -> gain
//
// Level (level_detector.h): a peak detector reads the peak of a sine; an rms detector its mean square, 3.01
// dB less. The static curve (gain_computer.h) has a soft knee of a parabola, `knee` dB wide, around the
// threshold. Steady sines from 50 Hz on lie on it within 0.05 dB by either detector; by peak, with the times
// below, 40 Hz within 0.01, 30 Hz within 0.06, 20 Hz within 0.3 dB. A peak detector sees samples, not what is
// between them: a sine with N samples in a whole number of periods may read up to 20 log10 cos(pi / N) less
// (0.07 dB with N = 24, which is 10 kHz at 48 kHz; 0.3 with 12; 3 dB with 4).
//
// Times (gain_smoother.h, the smooth branching smoother): `attack` and `release` are those after which 1 -
// 1/e (63 %) of a step of the reduction in dB is gone. Release begins when the level has been lower for 10 ms
// (for which peaks are held) and then for `hold`.
//
// Channels: at link 100 the gain is one for all, of the highest level; at 0 each has its own; between them
// the level of each goes straight, in amplitude, from its own to the highest. A side-chain of as many
// channels as the signal stands in for them one by one; of one of another number the highest is heard for
// all.
//
// gain = (1 - mix) + mix * makeup * reduction. Where nothing is reduced and neither mix nor makeup is set, it
// is exactly 1. Look-ahead delays the signal, not the gain.
#pragma once

#include <memory>

#include "worker/dsp/processors/detection.h"
#include "worker/dsp/processors/key_filter.h"
#include "worker/dsp/processors/parameter.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

struct CompressorSettings {
  Parameter threshold = -18;  // dB, -80 .. 0
  Parameter ratio = 2;        // 1 .. inf
  Parameter knee = 6;         // dB, 0 .. 24
  Parameter attack = 0.01;    // s, 0 .. 1
  Parameter release = 0.1;    // s, 0.001 .. 10
  Parameter hold = 0;         // s, 0 .. 1
  double lookahead = 0;       // s, 0 .. 0.02: the latency
  Detection detection = Detection::kPeak;
  Parameter link = 100;  // percent
  Parameter makeup = 0;  // dB, -60 .. 60
  Parameter mix = 100;   // percent
  KeyFilterSettings key_filter = {};
};

std::unique_ptr<Processor> NewCompressor(CompressorSettings settings, int channels, int sample_rate);

}  // namespace trackout::dsp
