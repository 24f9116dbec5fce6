// A long filter (FIR) that hears before and after: its taps reach from some frames before a frame to many
// after it.
//
//   out[n] = sum over k of taps[k] in[n + before - k]
//
// By FFT (overlap-save): a block of size() frames at a time, from a window of twice as many.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/derivation/planes.h"
#include "worker/dsp/processors/fft.h"

namespace trackout::dsp {

// Thread-safe.
class LongFilter {
 public:
  // A power of two of taps, 16 .. 2^19; 0 <= before < their count.
  LongFilter(std::span<const double> taps, int64_t before);

  size_t size() const { return size_; }
  int64_t before() const { return before_; }

  // Doubles that Block needs for its work.
  size_t scratch_size() const { return 8 * size_ + 2; }
  // `window`: 2 size() frames of the signal, `block`: size() frames of what is heard. Frame i of the block
  // belongs to frame size() - before() + i of the window.
  void Block(std::span<const double> window, std::span<double> block, std::span<double> scratch) const;

  // All of it at once, of the same length; silence before and after.
  Planes Filter(const Planes& in) const;

  // The same taps backwards in time: what a sum of products with this filter's output becomes at its input.
  static LongFilter Backwards(std::span<const double> taps, int64_t before);

 private:
  const size_t size_;
  const int64_t before_;
  const Fft fft_;
  std::vector<double> real_, imaginary_;
};

}  // namespace trackout::dsp
