// The two halves of a convolution in partitions: an impulse response as spectra, made once; and a signal that
// goes through it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "worker/dsp/processors/fft.h"
#include "worker/dsp/processors/processor.h"

namespace trackout::dsp {

// One partition of an impulse or of a signal, transformed.
struct PartitionSpectrum {
  std::vector<double> real, imaginary;
  bool is_silent = true;  // all 0: left out of sums, which changes no bit of them

  SpectrumView view() { return {real, imaginary}; }
};

// From an input channel to an output channel by way of an impulse.
struct ImpulsePath {
  size_t from, to, impulse;
};

// Thread-safe.
class PartitionedImpulse {
 public:
  // `first_frame`: silence before the impulse begins.
  PartitionedImpulse(const std::vector<std::vector<double>>& planes, int64_t first_frame,
                     std::vector<ImpulsePath> paths);

  const Fft& fft() const { return fft_; }
  size_t partition_frames() const { return fft_.size() / 2; }
  size_t partitions() const { return planes_.empty() ? 0 : planes_[0].size(); }
  const PartitionSpectrum& At(size_t impulse, size_t partition) const { return planes_[impulse][partition]; }
  std::span<const ImpulsePath> paths() const { return paths_; }

 private:
  const Fft fft_;
  const std::vector<ImpulsePath> paths_;
  std::vector<std::vector<PartitionSpectrum>> planes_;
};

// One thread at a time. Outlived by its impulse.
class PartitionedSignal {
 public:
  PartitionedSignal(const PartitionedImpulse& impulse, size_t channels);

  // In: frames at `frame` of the song, within one tick. Out: `dry`, what went in partition_frames() before,
  // and `wet`, what the impulse makes of that.
  void Run(int64_t frame, size_t count, size_t offset, Channels signal, std::span<std::span<double>> dry,
           std::span<std::span<double>> wet);

 private:
  struct Term {
    const PartitionSpectrum* signal;
    const PartitionSpectrum* impulse;
  };

  void Transform();
  void TakeIn(size_t channel);
  void MakeOut(size_t channel);

  const PartitionedImpulse& impulse_;
  const size_t frames_;                                  // of a partition
  size_t newest_ = 0;                                    // of each channel's spectra
  std::vector<std::vector<double>> windows_;             // the last partition, then this one
  std::vector<std::vector<double>> out_;                 // of the partition under way
  std::vector<std::vector<PartitionSpectrum>> spectra_;  // of each channel: a ring
  std::vector<Term> terms_;
  PartitionSpectrum sum_;
  std::vector<double> samples_, scratch_;
};

}  // namespace trackout::dsp
