// A line of samples that is read some frames later; and how a delay that moves is read without clicks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/processors/parameter.h"

namespace trackout::dsp {

// One thread at a time. Silent at first. Reads and writes are of at most kTickFrames.
class DelayLine {
 public:
  explicit DelayLine(int64_t most_frames);

  // out[i] = what is written `delay` frames before the i-th of what is written next. out.size() <= delay <=
  // most_frames + kTickFrames.
  void Read(int64_t delay, std::span<double> out) const;
  // Values below 1e-30 become 0.
  void Write(std::span<const double> samples);

 private:
  std::vector<double> samples_;  // a power of two
  size_t next_ = 0;
};

// A time in whole frames. One that moves is rounded at each multiple of kGlideFrames, and between those what
// is read moves straight from the one delay's sound to the other's: no clicks, and no change of pitch. A step
// is heard as a crossfade over the kGlideFrames that it lies in. Thread-safe.
class DelayTime {
 public:
  static constexpr int64_t kGlideFrames = 512;

  // Never shorter than `least` frames, nor longer than `most_seconds`.
  DelayTime(Parameter seconds, double most_seconds, int64_t least, int sample_rate);

  bool moves() const { return seconds_.moves(); }
  int64_t most() const { return FramesOf(seconds_.Highest()); }
  int64_t At(int64_t frame) const { return FramesOf(seconds_.At(frame)); }

  // The two delays between which frame `frame` stands; the first has the weight 1 - share.
  struct Glide {
    int64_t from, to;
    double share, step;  // at `frame`, and for each frame more
  };
  Glide GlideAt(int64_t frame) const;

 private:
  int64_t FramesOf(double seconds) const;

  const Parameter seconds_;
  const double most_seconds_;
  const int64_t least_;
  const int sample_rate_;
};

// Reads what `glide` says, each of its delays `extra` frames longer. `out` does not pass a tick.
void ReadGlide(const DelayLine& line, const DelayTime::Glide& glide, int64_t extra, std::span<double> out);

}  // namespace trackout::dsp
