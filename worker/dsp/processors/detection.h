// What a detector calls the level of a signal (level_detector.h).
#pragma once

namespace trackout::dsp {

enum class Detection {
  kPeak,  // a sine reads its peak
  kRms    // a sine reads 3.01 dB less than its peak
};

}  // namespace trackout::dsp
