#include "worker/render/files/reel.h"

#include <algorithm>
#include <utility>

#include "core/audio/wav.h"
#include "worker/dsp/quantise.h"

namespace trackout {
namespace {

// Enough for the widest vectors, few enough that two threads have a bank each.
constexpr int kChannelsOfBank = 8;

double StepOf(const Format& format) {
  return IsFloat(format) ? 1 : 1 / StepsPerUnit(format);
}

}  // namespace

absl::StatusOr<size_t> Reel::Add(FileStore& store, const Format& format, int channels) {
  absl::StatusOr<std::unique_ptr<FileSink>> sink =
      FileSink::Create(store, format, channels, sample_rate_, frames_);
  if (!sink.ok()) return sink.status();
  files_.push_back(std::make_unique<File>(format, channels, *std::move(sink)));
  return files_.size() - 1;
}

void Reel::Begin(size_t frames) {
  stretch_ = frames;
  if (banks_.empty()) MakeBanks();
  for (const std::unique_ptr<File>& file : files_) {
    if (file->samples.frames() < frames) file->samples = Block(file->channels, frames);
  }
}

void Reel::MakeBanks() {
  for (size_t first = 0; first < files_.size();) {
    std::vector<int> channels{files_[first]->channels};
    int sum = channels.front();
    for (size_t i = first + 1; i < files_.size() && sum + files_[i]->channels <= kChannelsOfBank; ++i) {
      channels.push_back(files_[i]->channels);
      sum += files_[i]->channels;
    }
    banks_.push_back({first, channels.size(), std::make_unique<dsp::MeterBank>(sample_rate_, channels)});
    first += channels.size();
  }
}

Planes Reel::planes(size_t file, size_t from, size_t count) {
  return files_[file]->samples.planes(from, count);
}

void Reel::Settle(size_t file, size_t from, size_t count) {
  File& settled = *files_[file];
  int64_t overs = 0;
  for (const std::span<double> plane : planes(file, from, count)) {
    if (IsFloat(settled.format)) {
      dsp::RoundToFloat(plane, plane);
    } else {
      overs += dsp::Clip(StepsPerUnit(settled.format), plane);
    }
  }
  settled.overs += overs;
}

// The meters first: they take longest.
absl::Status Reel::Work(int index) {
  const auto i = static_cast<size_t>(index);
  if (stretch_ == 0) return absl::OkStatus();
  if (i < banks_.size()) {
    Measure(banks_[i]);
    return absl::OkStatus();
  }
  const size_t file = i - banks_.size();
  return files_[file]->sink->Write(planes(file, 0, stretch_));
}

void Reel::Measure(Bank& bank) {
  std::vector<std::span<const double>> lanes;
  std::vector<double> scales;
  for (size_t file = bank.first_file; file < bank.first_file + bank.file_count; ++file) {
    const Planes all = planes(file, 0, stretch_);
    lanes.insert(lanes.end(), all.begin(), all.end());
    scales.push_back(StepOf(files_[file]->format));
  }
  bank.meters->Process(lanes, scales);
}

absl::StatusOr<Rendered> Reel::Finish(size_t file) {
  if (banks_.empty()) MakeBanks();  // of a file without frames
  const auto bank = std::find_if(banks_.begin(), banks_.end(),
                                 [&](const Bank& one) { return file < one.first_file + one.file_count; });
  const dsp::Reading reading = bank->meters->Read(file - bank->first_file);
  absl::StatusOr<Digest> digest = files_[file]->sink->Finish();
  if (!digest.ok()) return digest.status();
  Rendered rendered;
  *rendered.mutable_digest() = *std::move(digest);
  trackout::File& measured = *rendered.mutable_measured();
  measured.set_overs(files_[file]->overs);
  measured.set_peak_dbfs(reading.peak_dbfs);
  measured.set_true_peak_dbtp(reading.true_peak_dbtp);
  measured.set_rms_dbfs(reading.rms_dbfs);
  measured.set_dc_offset(reading.dc_offset);
  if (reading.correlation) measured.set_correlation(*reading.correlation);
  if (reading.loudness_lufs) measured.set_loudness_lufs(*reading.loudness_lufs);
  if (reading.loudness_range_lu) measured.set_loudness_range_lu(*reading.loudness_range_lu);
  if (reading.max_momentary_lufs) measured.set_max_momentary_lufs(*reading.max_momentary_lufs);
  if (reading.max_short_term_lufs) measured.set_max_short_term_lufs(*reading.max_short_term_lufs);
  return rendered;
}

}  // namespace trackout
