// Measures files in the pass that writes them: loudness, loudness range, true peak (ITU-R BS.1770-5, EBU Tech
// 3341 and 3342), sample peak, RMS, DC, correlation. Several files at once, because the filters of loudness
// run sample after sample: lanes are channels.
//
// The figures do not change with blocks, instruction sets, or what else is in the bank: no sum depends on
// them. Decibels are rounded to 0.0001, as everywhere (core/audio/decibels.h says the same of its own).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace trackout::dsp {

// Levels in dB of full scale; -inf is silence. What a file is too short for is absent.
struct Reading {
  double peak_dbfs = 0;                       // of samples
  double true_peak_dbtp = 0;                  // never below the peak of samples
  double rms_dbfs = 0;                        // of all channels together
  double dc_offset = 0;                       // the mean of the channel that has most, of +-1
  std::optional<double> correlation;          // of the first two channels; absent where one is silent
  std::optional<double> loudness_lufs;        // integrated: 400 ms at least
  std::optional<double> max_momentary_lufs;   // 400 ms, every 10 ms
  std::optional<double> max_short_term_lufs;  // 3 s, every 100 ms
  std::optional<double> loudness_range_lu;    // 3 s at least
};

// Not thread-safe.
class MeterBank {
 public:
  // All files have one rate, 7000 Hz or more. Channels per file as in layout.h; the LFE is left out of
  // loudness, surrounds weigh 1.41 (BS.1770-5, table 3), but the rear ones of 7.1 weigh 1 (table 4).
  MeterBank(int sample_rate, std::vector<int> channels_of_files);
  ~MeterBank();
  MeterBank(MeterBank&&) noexcept;

  // The planes of all files, one after the other, all of one length: samples of +-1 times 1 / scale, such as
  // whole steps with a scale of 2^-23. `scales`: one for each file.
  void Process(std::span<const std::span<const double>> planes, std::span<const double> scales);

  // After the last block: no Process() after it.
  Reading Read(size_t file) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trackout::dsp
