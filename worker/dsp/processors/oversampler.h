// A signal at 2, 4, 8 or 16 times its rate, and back: half-band filters of linear phase, one behind the
// other.
//
// The fast signal is kept as planes: with R times the rate, plane p has its samples at frame i + p/R, one for
// each frame i. So all filters run along frames (lanes are frames), whatever the rate, and nothing is
// interleaved. Every output is one sum, from the outermost taps to the innermost: neither vectors nor the
// sizes of runs change a bit.
//
// Up, the response is flat within 0.0001 dB to 0.454 of the rate, and what lies above 0.546 of it is 100 dB
// down; down, to 0.48 and above 0.52: what curves make there would fold back, and what comes in is seldom so
// high. Taps are a windowed sinc (J. F. Kaiser's window, by its series).
//
// Delays are whole frames. An object serves one channel and one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trackout::dsp {

// The most frames of a run.
inline constexpr size_t kRunFrames = 128;

// One plane: the last frames of before, then those of this run.
class History {
 public:
  explicit History(size_t frames) : frames_(frames), samples_(frames + kRunFrames) {}

  // Of this run; what lies before are the frames of before.
  double* run() { return samples_.data() + frames_; }
  void Forget(size_t run_frames);

 private:
  size_t frames_;
  std::vector<double> samples_;
};

// One doubling or halving of the rate.
class HalfBand {
 public:
  enum class Way { kUp, kDown };

  // `planes` of the slower side. `taps`: h[k] is that at +-(2k + 1) samples of the faster side, where the one
  // in the middle is 1; their sum is 1/2.
  HalfBand(Way way, size_t planes, std::span<const double> taps);
  HalfBand(HalfBand&&) = default;  // a copy would read the first one's samples

  int64_t delay() const { return static_cast<int64_t>(delay_); }
  size_t planes_in() const { return inputs_.size(); }
  // Where plane p of a run is to be written before Run.
  double* input(size_t p) { return inputs_[p].run(); }
  // outputs[p]: `frames` of plane p.
  void Run(size_t frames, std::span<double* const> outputs);

 private:
  struct Sum {
    const double* middle;               // null: none
    std::vector<const double*> before;  // for each tap, the frame that it is for at frame 0 of a run
    std::vector<const double*> after;
  };

  const double* At(int64_t sample, int64_t planes);

  size_t delay_ = 0;
  std::vector<double> taps_;  // the outermost first
  std::vector<History> inputs_;
  std::vector<Sum> sums_;
};

class Upsampler {
 public:
  explicit Upsampler(int factor);  // 2, 4, 8, 16

  int64_t delay() const;
  // At most kRunFrames; planes[p]: as many, for each of the `factor` planes.
  void Run(std::span<const double> in, std::span<double* const> planes);

 private:
  std::vector<HalfBand> stages_;
};

class Downsampler {
 public:
  explicit Downsampler(int factor);

  int64_t delay() const;
  // Where plane p of a run is to be written before Run.
  double* input(size_t p);
  void Run(std::span<double> out);

 private:
  std::vector<HalfBand> stages_;
};

// The taps between `factor` / 2 and `factor` times the rate.
std::vector<double> HalfBandTaps(HalfBand::Way way, int factor);

}  // namespace trackout::dsp
