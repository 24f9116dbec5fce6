// The ceiling of a limited master at another rate than the song's. A conversion takes away what lies above
// the lower rate's half, and what is left may peak higher, by tenths of a dB and more. So what was converted
// goes through a limiter at its own rate, whose gain follows the mix that the master's limiter followed: one
// gain for a mix and all of its stems, which add up as before. Where nothing is above the ceiling the samples
// stay as they are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "proto/render.pb.h"
#include "worker/dsp/processors/processor.h"
#include "worker/render/graph/signal.h"

namespace trackout {

struct Ceiling {
  double dbtp = 0;
  // Of each signal of a delivery: the signal whose peaks its gain follows, or -1.
  std::vector<int> keys;
};

// The ceiling that a finish promises: where its chain ends with a limiter. Its keys count finish.mixes; the
// number behind the last one is the whole mix, which is then to be made too (WholeMixIsApart).
std::optional<Ceiling> CeilingOf(const Finish& finish);
bool WholeMixIsApart(const Finish& finish);

// One thread.
class CeilingGuard {
 public:
  CeilingGuard(Ceiling ceiling, int channels, int sample_rate);

  const Ceiling& ceiling() const { return ceiling_; }
  // What comes out is so many frames late.
  int64_t latency() const { return limiter_->latency(); }

  // In place; one stretch of every signal that is there (those without channels are not).
  void Run(std::span<const Planes> signals);

 private:
  const Ceiling ceiling_;
  const std::unique_ptr<dsp::Processor> limiter_;
  std::map<int, std::unique_ptr<dsp::Detector>> detectors_;  // by key
  std::map<int, std::vector<double>> controls_;
  std::vector<std::unique_ptr<dsp::Applier>> appliers_;  // by signal
  std::vector<double> still_;  // the control of what follows no key: a limiter's is one gain for each frame
  int64_t frame_ = 0;
};

}  // namespace trackout
