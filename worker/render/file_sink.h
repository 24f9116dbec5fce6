// A WAV file on its way into the blob store: clipped, counted, measured, encoded and hashed in one pass.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"

namespace trackout {

// Not thread-safe.
class FileSink {
 public:
  // `frames` is the length of the whole file.
  static absl::StatusOr<std::unique_ptr<FileSink>> Create(FileStore& store, const Format& format,
                                                          int channels, int sample_rate, int64_t frames);

  const Format& format() const { return format_; }

  // One span a channel. Of an integer file: whole steps, as dsp::Round gives them; clipped in place. Of a
  // float file: samples.
  absl::Status Write(std::span<const std::span<double>> planes);

  // After the last frame.
  absl::StatusOr<Rendered> Finish();

 private:
  FileSink(std::unique_ptr<BlobWriter> blob, Format format, int channels, int64_t frames);

  const std::unique_ptr<BlobWriter> blob_;
  const Format format_;
  const int channels_;
  const int64_t data_bytes_;
  std::vector<std::byte> bytes_;
  std::vector<float> floats_;
  int64_t overs_ = 0;
  double peak_ = 0;  // in steps; of full scale in float files
};

}  // namespace trackout
