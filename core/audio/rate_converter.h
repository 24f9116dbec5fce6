// Sample rates: the recipe of libsoxr's very high quality (linear phase, 28 bits, pass band to 0.914 of the
// lower rate's half, stop band from there on), as one filter of ours with a fixed order of additions.
//
// Why not libsoxr itself: it designs its filters, at each start, with sin and log of the C library, whose
// last bit depends on the processor (with and without FMA: 32 to 44.1 kHz gives other samples), and where the
// compiler fuses multiplications (64-bit ARM) its sums differ too. Here nothing but + - * / is used, in one
// order, so the same samples come out on any machine, in whatever blocks they go in. Tests hold it against
// libsoxr.
//
// The filter: output n is the sum over source frames i of x[i] h(i - n from/to), h(t) = s c sinc(c s t) w(s
// t), with s = min(1, to/from), c = 245/256, and w the Kaiser window of half-width 136 and beta 18.375
// (Kaiser and Schafer 1980: 175 dB). It is symmetric, so there is no delay: frame n at one rate and frame n
// to/from at the other are one moment. Costs 272 multiplications a frame at the higher of the rates out, or a
// frame in.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace trackout {

// How many frames a sound of `frames` has at another rate: ceil(frames * to_hz / from_hz).
int64_t FramesAtRate(int64_t frames, int from_hz, int to_hz);

// One sound, from its first frame to its last. Not thread-safe; several at once share their filter.
class RateConverter {
 public:
  // `frames`: of the whole sound; what comes out is FramesAtRate of it, exactly. Before its first frame and
  // after its last is silence. InvalidArgument for rates out of 1 .. kHighestRate.
  static absl::StatusOr<std::unique_ptr<RateConverter>> Create(int channels, int from_hz, int to_hz,
                                                               int64_t frames);
  ~RateConverter();
  RateConverter(const RateConverter&) = delete;
  RateConverter& operator=(const RateConverter&) = delete;

  // One span a channel, all of one length. After the last frame the converter ends by itself. InvalidArgument
  // for more frames than were announced.
  absl::Status Push(std::span<const std::span<const double>> planes);

  // Frames that are ready.
  size_t available() const;
  // Takes frames that are ready; at most available().
  void Pull(std::span<const std::span<double>> planes);

 private:
  struct State;
  explicit RateConverter(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace trackout
