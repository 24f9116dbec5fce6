// The level of a key, frame by frame, as an amplitude.
//
// Peak: the highest magnitude of the last 10 ms. A sine of 50 Hz and more has a peak in each such window, so
// that its level stands still. A fall is noticed 10 ms late, a rise at once.
//
// RMS: the square root of the mean square, by two one-pole means of 15 ms, one behind the other. A sine reads
// 3.01 dB below its peak: 0 dB is a square wave of full scale. Of a steady sine of 50 Hz the reading moves by
// 0.05 dB to either side, of 100 Hz by 0.013 dB. After a step in level it has the new mean square to 1 %
// after 0.1 s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/processors/detection.h"
#include "worker/dsp/processors/key_filter.h"
#include "worker/dsp/processors/processor.h"
#include "worker/dsp/processors/sliding_maximum.h"

namespace trackout::dsp {

// The channels that are listened to together, or each for itself.
enum class Listening { kHighest, kEach };

// One thread at a time.
class LevelDetector {
 public:
  // Peaks are held for so long, in seconds.
  static constexpr double kPeakHold = 0.01;
  static constexpr double kMeanTime = 0.015;

  // `filter` outlives it. `channels`: levels with kEach; the key may have others.
  LevelDetector(const KeyFilterSettings& filter, Detection detection, Listening listening, size_t channels,
                int sample_rate);

  // How many levels a key is read as.
  size_t levels() const { return listening_ == Listening::kEach ? channels_ : 1; }

  // At most kTickFrames, within one tick. `frame`: of the song, the first of the key; `parameter_frame`: that
  // the filter is read at. levels[i] is of channel i; where the key has another number of channels than the
  // signal, and with kHighest, it is that of all together, the highest of them.
  void Run(int64_t frame, int64_t parameter_frame, std::span<const std::span<const double>> key,
           std::span<const std::span<double>> levels);

 private:
  struct Mean {
    double first = 0;
    double second = 0;
  };

  // In place.
  void MeanSquares(std::span<const std::span<double>> key);

  Detection detection_;
  Listening listening_;
  size_t channels_;
  double mean_part_;
  KeyFilter filter_;
  std::vector<SlidingMaximum> holds_;  // of levels
  std::vector<Mean> means_;            // of the key's channels
  std::vector<std::vector<double>> planes_;
};

}  // namespace trackout::dsp
