// Files of one rate that run side by side: what is delivered is put on the reel, stretch by stretch, and then
// written, hashed and measured by as many hands as there are.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/dsp/meters/meter_bank.h"
#include "worker/render/files/file_sink.h"
#include "worker/render/graph/signal.h"

namespace trackout {

// A stretch: Begin on one thread; then planes and Settle for every file and part, on many; then Work.
class Reel {
 public:
  // `frames`: of every file.
  Reel(int sample_rate, int64_t frames) : sample_rate_(sample_rate), frames_(frames) {}

  int sample_rate() const { return sample_rate_; }
  // The file's number, from 0.
  absl::StatusOr<size_t> Add(FileStore& store, const Format& format, int channels);

  void Begin(size_t frames);
  size_t frames() const { return stretch_; }

  // Whole steps of an integer file, not yet clipped; samples of a float file.
  Planes planes(size_t file, size_t from, size_t count);
  // Makes of them what is delivered: clipped and counted, or rounded to 32-bit floats.
  void Settle(size_t file, size_t from, size_t count);

  // Pieces of work of a stretch; each may run on a thread of its own. After the first Begin.
  int work_count() const { return static_cast<int>(banks_.size() + files_.size()); }
  absl::Status Work(int index);

  // After the last stretch: digest and measurements.
  absl::StatusOr<Rendered> Finish(size_t file);

 private:
  struct File {
    Format format;
    int channels;
    std::unique_ptr<FileSink> sink;
    Block samples;
    std::atomic<int64_t> overs = 0;
    File(const Format& its_format, int its_channels, std::unique_ptr<FileSink> its_sink)
        : format(its_format), channels(its_channels), sink(std::move(its_sink)), samples(its_channels, 0) {}
  };
  struct Bank {
    size_t first_file;
    size_t file_count;
    std::unique_ptr<dsp::MeterBank> meters;
  };

  void MakeBanks();
  void Measure(Bank& bank);

  const int sample_rate_;
  const int64_t frames_;
  std::vector<std::unique_ptr<File>> files_;
  std::vector<Bank> banks_;
  size_t stretch_ = 0;
};

}  // namespace trackout
