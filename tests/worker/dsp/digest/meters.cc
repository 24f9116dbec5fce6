#include <algorithm>

#include "tests/worker/dsp/digest/digest.h"
#include "worker/dsp/meters/meter_bank.h"

namespace trackout::dsp::digest {
namespace {

void AddReading(Hash& hash, const Reading& reading) {
  hash.Add({reading.peak_dbfs, reading.true_peak_dbtp, reading.rms_dbfs, reading.dc_offset,
            reading.correlation.value_or(99), reading.loudness_lufs.value_or(99),
            reading.max_momentary_lufs.value_or(99), reading.max_short_term_lufs.value_or(99),
            reading.loudness_range_lu.value_or(99)});
}

}  // namespace

void AddMeters(Hash& hash) {
  const struct {
    int sample_rate;
    std::vector<int> channels;  // of files
    size_t frames;
  } cases[] = {
      {8000, {1, 2, 6, 8}, 28000}, {96000, {4}, 48000}, {192000, {5, 2}, 96000}, {48000, {2}, 24000}};
  for (const auto& one : cases) {
    int planes = 0;
    for (const int channels : one.channels) planes += channels;
    MeterBank bank(one.sample_rate, one.channels);
    const std::vector<double> scales(one.channels.size(), 0.7);
    const Planes sound = SteppingPlanes(planes, 20, one.frames);
    for (size_t from = 0; from < one.frames;) {
      const size_t count = std::min(from % 2 == 0 ? size_t{333} : size_t{8192}, one.frames - from);
      std::vector<std::span<const double>> piece = In(sound);
      for (auto& plane : piece) plane = plane.subspan(from, count);
      bank.Process(piece, scales);
      from += count;
    }
    for (size_t file = 0; file < one.channels.size(); ++file) AddReading(hash, bank.Read(file));
  }
}

}  // namespace trackout::dsp::digest
