// What a processor is to whoever runs it: settings, from which detectors and appliers are made.
//
// A processor is linear for a given control. The control is what depends on the level (the gain of a
// compressor, the secant of a saturator): a detector makes it once, of the whole signal; appliers do the same
// to the whole signal and to every part of it (the stems), each with a state of its own. So parts that add up
// to a signal add up behind the processor too. A processor whose sound does not depend on the level (an eq, a
// reverb) has no detector.
//
//   whole --> Detector --> control --+--> Applier (whole)  --> whole
//                                    +--> Applier (part 1) --> part 1, ...
//
// Time: a signal comes in pieces of any length, one behind the other. Frame n that comes out of an applier is
// frame n - latency of what went in; controls are in step with what comes out, so the pieces of Detect and
// Apply are the same. Parameters that move are read at the frame that comes out.
//
// What every processor keeps to:
// - The sizes of the pieces change no bit. What is made at a coarser grid than frames (coefficients,
// partitions of
//   an FFT) stands on multiples of the absolute frame.
// - Silence in from the beginning keeps the first state: it does not matter how early a run begins.
// - State below 1e-30 becomes 0 at each multiple of kTickFrames: no denormals.
// - Finite in, finite out, for all parameters in their ranges.
// - Only + - * / sqrt and comparisons, multiply then add, never fused; sums in a fixed order
// (worker/dsp/README.md).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace trackout::dsp {

inline constexpr int64_t kTickFrames = 64;

// One span for each channel, of one length.
using ConstChannels = std::span<const std::span<const double>>;
using Channels = std::span<const std::span<double>>;

// One thread at a time.
class Detector {
 public:
  virtual ~Detector() = default;

  // Doubles of control for each frame.
  virtual int width() const = 0;

  // `frame`: of the song, the first of `whole`. `sidechain`: what is listened to instead, of any layout;
  // without channels where it is the signal itself. `control` has width() doubles for each frame, in an order
  // of the processor's own.
  virtual void Detect(int64_t frame, ConstChannels whole, ConstChannels sidechain,
                      std::span<double> control) = 0;
};

// One thread at a time.
class Applier {
 public:
  virtual ~Applier() = default;

  // In place. `frame`: of the song, the first that goes in. `control` is empty where there is no detector.
  virtual void Apply(int64_t frame, std::span<const double> control, Channels signal) = 0;
};

// Thread-safe. Outlives what it makes.
class Processor {
 public:
  virtual ~Processor() = default;

  // Frames by which what comes out is late.
  virtual int64_t latency() const { return 0; }

  // Null: it does not depend on the level.
  virtual std::unique_ptr<Detector> NewDetector() const { return nullptr; }

  virtual std::unique_ptr<Applier> NewApplier() const = 0;
};

}  // namespace trackout::dsp
