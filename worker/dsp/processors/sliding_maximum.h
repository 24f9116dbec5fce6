// The highest of the last N values, at each value: exact, in constant time a value whatever N is.
//
// The way of van Herk (1992) and Gil and Werman (1993): the values lie in blocks of N. A window of N ends in
// one block and begins in the one before, so its maximum is that of the block so far and that of the rest of
// the block before. Where the blocks lie cannot be seen: a maximum rounds nothing.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trackout::dsp {

// One thread at a time.
class SlidingMaximum {
 public:
  // length >= 1. Before the first value stands `first`.
  explicit SlidingMaximum(size_t length, double first = 0);

  size_t length() const { return block_.size(); }
  // In place: values[i] becomes the highest of itself and the length() - 1 values before it.
  void Run(std::span<double> values);

 private:
  void EndBlock();

  std::vector<double> block_;  // the values of this block
  std::vector<double> rest_;   // [i]: the highest of the block before, from value i on; one more than it has
  size_t at_ = 0;              // where in the block the next value goes
  double highest_;             // of this block
  double lowest_;
};

}  // namespace trackout::dsp
