#include "worker/dsp/meters/meter_bank.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "worker/dsp/meters/elementary.h"
#include "worker/dsp/meters/k_weighting.h"
#include "worker/dsp/meters/loudness.h"
#include "worker/dsp/meters/sample_sums.h"
#include "worker/dsp/meters/true_peak.h"

namespace trackout::dsp {
namespace {

// Whole tiles of 64 frames, counted from the start of the file, are measured; what is left over of a block
// waits for the next. Runs are so short that the samples stay in the nearest caches from one meter to the
// next.
constexpr size_t kRunTiles = 8;
constexpr size_t kRunFrames = kRunTiles * kTileFrames;

using History = std::array<float, kInterpolatorHistory>;

struct Channel {
  SampleSums sums;
  double peak = 0;
  double last_tile_peak = 0;  // of the tile before the run
  History history{};          // the samples before the run
  std::array<double, kRunTiles> tile_peaks{};
  std::array<float, kInterpolatorHistory + kRunFrames> floats{};  // history, then the run
  double weight = 1;
  size_t lane = 0;  // where weight > 0
};

struct File {
  std::vector<Channel> channels;
  size_t first_plane = 0;
  double scale = 1;
  double highest = 0;  // so far, of samples and between them, of all channels
  EightSums products{};
  std::vector<double> energies;  // of 10 ms; see loudness.h
};

double Magnitude(double value) {
  return value < 0 ? -value : value;
}

void SurveyChannel(const double* samples, size_t frames, Channel& channel) {
  float* floats = channel.floats.data();
  std::copy(channel.history.begin(), channel.history.end(), floats);
  Survey(samples, frames, channel.sums, floats + kInterpolatorHistory, channel.tile_peaks.data());
  std::copy_n(floats + frames, kInterpolatorHistory, channel.history.begin());
  for (size_t tile = 0; tile < frames / kTileFrames; ++tile) {
    channel.peak = std::max(channel.peak, channel.tile_peaks[tile]);
  }
}

// A tile whose samples, and those before it, are too low for anything between them to be the highest so far
// is left out: the result is the same.
double HighestOfChannel(const Interpolator& interpolator, size_t frames, double highest, Channel& channel) {
  double before = channel.last_tile_peak;
  for (size_t first = 0; first < frames; first += kTileFrames) {
    const double peak = channel.tile_peaks[first / kTileFrames];
    if (interpolator.bound * std::max(before, peak) > highest) {
      const float* samples = channel.floats.data() + kInterpolatorHistory + first;
      const float between = HighestBetween(interpolator, samples, std::min(kTileFrames, frames - first));
      highest = std::max(highest, static_cast<double>(between));
    }
    before = peak;
  }
  channel.last_tile_peak = before;
  return highest;
}

std::vector<File> MakeFiles(const std::vector<int>& channels_of_files) {
  std::vector<File> files(channels_of_files.size());
  size_t planes = 0;
  size_t lanes = 0;
  for (size_t f = 0; f < files.size(); ++f) {
    const int channels = channels_of_files[f];
    assert(channels > 0);
    files[f].channels.resize(channels);
    files[f].first_plane = planes;
    planes += channels;
    for (int c = 0; c < channels; ++c) {
      Channel& channel = files[f].channels[c];
      channel.weight = LoudnessWeight(channels, c);
      if (channel.weight > 0) channel.lane = lanes++;
    }
  }
  return files;
}

// The frames of 100 ms may be no multiple of ten: then parts differ by one frame.
size_t PartFrames(size_t part, size_t tenth_frames) {
  return (part + 1) * tenth_frames / kPartsOfTenth - part * tenth_frames / kPartsOfTenth;
}

size_t CountPlanes(const std::vector<File>& files) {
  size_t count = 0;
  for (const File& file : files) count += file.channels.size();
  return count;
}

size_t CountLanes(const std::vector<File>& files) {
  size_t count = 0;
  for (const File& file : files) {
    for (const Channel& channel : file.channels) count += channel.weight > 0;
  }
  return count;
}

std::optional<double> Correlation(const File& file) {
  if (file.channels.size() < 2) return std::nullopt;
  const double left = Total(file.channels[0].sums.squares);
  const double right = Total(file.channels[1].sums.squares);
  if (left == 0 || right == 0) return std::nullopt;
  return std::clamp(Total(file.products) / std::sqrt(left * right), -1.0, 1.0);
}

}  // namespace

struct MeterBank::State {
  State(int sample_rate, const std::vector<int>& channels_of_files);

  void Run(std::span<const double* const> planes, size_t frames);
  void MeasureSamples(std::span<const double* const> planes, size_t frames, File& file);
  void MeasureLoudness(std::span<const double* const> planes, size_t frames);
  void EndPart();
  void Carry(std::span<const std::span<const double>> planes, size_t first, size_t count);
  void RunCarried();
  void Finish();

  const KWeighting weighting;
  const Interpolator interpolator;
  const size_t tenth_frames;  // of 100 ms

  std::vector<File> files;
  size_t plane_count;
  KState filters;
  int64_t frame_count = 0;
  size_t part = 0;     // of 10 ms, of the ten of 100 ms
  size_t part_left;    // frames to its end
  size_t carried = 0;  // frames that are no whole tile yet
  bool finished = false;
  std::vector<double> carry;           // kTileFrames for each plane
  std::vector<double> tile;            // see k_weighting.h
  std::vector<const double*> run;      // where the run begins in each plane
  std::vector<const double*> weighed;  // the same, of each lane
};

MeterBank::State::State(int sample_rate, const std::vector<int>& channels_of_files)
    : weighting(KWeightingAt(sample_rate)),
      interpolator(InterpolatorAt(sample_rate)),
      tenth_frames((sample_rate + 5) / 10),
      files(MakeFiles(channels_of_files)),
      plane_count(CountPlanes(files)),
      filters(CountLanes(files)),
      part_left(PartFrames(0, tenth_frames)),
      carry(plane_count * kTileFrames),
      tile(filters.lanes * kTileFrames),
      run(plane_count),
      weighed(CountLanes(files)) {}

// Of whole tiles, or of one that is not whole, at the end of the file: then zeros follow up to 64 frames.
void MeterBank::State::Run(std::span<const double* const> planes, size_t frames) {
  for (File& file : files) MeasureSamples(planes.subspan(file.first_plane), frames, file);
  MeasureLoudness(planes, frames);
  frame_count += static_cast<int64_t>(frames);
}

void MeterBank::State::MeasureSamples(std::span<const double* const> planes, size_t frames, File& file) {
  const size_t padded = (frames + kTileFrames - 1) / kTileFrames * kTileFrames;
  for (size_t c = 0; c < file.channels.size(); ++c) {
    Channel& channel = file.channels[c];
    SurveyChannel(planes[c], padded, channel);
    file.highest = std::max(file.highest, channel.peak);
  }
  if (file.channels.size() > 1) AddProducts(planes[0], planes[1], padded, file.products);
  if (interpolator.factor == 1) return;
  for (Channel& channel : file.channels) {
    file.highest = HighestOfChannel(interpolator, frames, file.highest, channel);
  }
}

void MeterBank::State::MeasureLoudness(std::span<const double* const> planes, size_t frames) {
  for (const File& file : files) {
    for (size_t c = 0; c < file.channels.size(); ++c) {
      if (file.channels[c].weight > 0) weighed[file.channels[c].lane] = planes[file.first_plane + c];
    }
  }
  for (size_t first = 0; first < frames; first += kTileFrames) {
    Transpose(weighed, first, filters.lanes, tile.data());
    const size_t tile_frames = std::min(kTileFrames, frames - first);
    for (size_t at = 0; at < tile_frames;) {
      const size_t count = std::min(tile_frames - at, part_left);
      Weigh(weighting, tile.data() + at * filters.lanes, count, filters);
      at += count;
      part_left -= count;
      if (part_left == 0) EndPart();
    }
    FlushTiny(filters);
  }
}

void MeterBank::State::EndPart() {
  for (File& file : files) {
    double energy = 0;
    for (const Channel& channel : file.channels) {
      if (channel.weight > 0) energy += filters.energy[channel.lane] * channel.weight;
    }
    const double power = weighting.power * file.scale * file.scale;
    file.energies.push_back(energy * power / static_cast<double>(tenth_frames));
  }
  std::fill(filters.energy.begin(), filters.energy.end(), 0);
  part = (part + 1) % kPartsOfTenth;
  part_left = PartFrames(part, tenth_frames);
}

void MeterBank::State::Carry(std::span<const std::span<const double>> planes, size_t first, size_t count) {
  for (size_t p = 0; p < planes.size(); ++p) {
    std::copy_n(planes[p].data() + first, count, carry.data() + p * kTileFrames + carried);
  }
  carried += count;
}

void MeterBank::State::RunCarried() {
  for (size_t p = 0; p < plane_count; ++p) {
    run[p] = carry.data() + p * kTileFrames;
    std::fill_n(carry.data() + p * kTileFrames + carried, kTileFrames - carried, 0);
  }
  Run(run, carried);
  carried = 0;
}

void MeterBank::State::Finish() {
  if (carried > 0) RunCarried();
  finished = true;
}

MeterBank::MeterBank(int sample_rate, std::vector<int> channels_of_files)
    : state_(std::make_unique<State>(sample_rate, channels_of_files)) {}

MeterBank::~MeterBank() = default;
MeterBank::MeterBank(MeterBank&&) noexcept = default;

void MeterBank::Process(std::span<const std::span<const double>> planes, std::span<const double> scales) {
  State& s = *state_;
  assert(!s.finished && planes.size() == s.plane_count && scales.size() == s.files.size());
  for (size_t f = 0; f < scales.size(); ++f) s.files[f].scale = scales[f];
  const size_t frames = planes.empty() ? 0 : planes[0].size();
  size_t first = 0;
  if (s.carried > 0) {
    first = std::min(kTileFrames - s.carried, frames);
    s.Carry(planes, 0, first);
    if (s.carried == kTileFrames) s.RunCarried();
  }
  while (frames - first >= kTileFrames) {
    const size_t count = std::min(kRunFrames, (frames - first) / kTileFrames * kTileFrames);
    for (size_t p = 0; p < planes.size(); ++p) {
      assert(planes[p].size() == frames);
      s.run[p] = planes[p].data() + first;
    }
    s.Run(s.run, count);
    first += count;
  }
  s.Carry(planes, first, frames - first);
}

Reading MeterBank::Read(size_t file) const {
  state_->Finish();
  const File& f = state_->files[file];
  Reading reading;
  double peak = 0;
  double squares = 0;
  const double frames = static_cast<double>(std::max<int64_t>(state_->frame_count, 1));
  for (const Channel& channel : f.channels) {
    peak = std::max(peak, channel.peak);
    squares += Total(channel.sums.squares);
    const double mean = Total(channel.sums.sum) / frames * f.scale;
    if (Magnitude(mean) > Magnitude(reading.dc_offset)) reading.dc_offset = mean;
  }
  const double count = frames * static_cast<double>(f.channels.size());
  reading.peak_dbfs = DecibelsOfAmplitude(peak * f.scale);
  reading.true_peak_dbtp = DecibelsOfAmplitude(f.highest * f.scale);
  reading.rms_dbfs = DecibelsOfPower(squares / count * f.scale * f.scale);
  reading.correlation = Correlation(f);
  const std::vector<double> tenths = Tenths(f.energies);
  reading.loudness_lufs = IntegratedLoudness(tenths);
  reading.max_momentary_lufs = MaxMomentary(tenths);
  reading.max_short_term_lufs = MaxShortTerm(tenths);
  reading.loudness_range_lu = LoudnessRange(tenths);
  return reading;
}

}  // namespace trackout::dsp
