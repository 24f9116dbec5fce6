// Prints: the signals before the master, block by block in stereo 64-bit float, made from tracks or read
// back from a blob (interleaved little-endian doubles, nothing else).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/dsp/gain.h"
#include "worker/render/track_reader.h"

namespace trackout {

struct StereoBlock {
  explicit StereoBlock(int block_frames)
      : left(static_cast<size_t>(block_frames)), right(static_cast<size_t>(block_frames)) {}
  void Clear(size_t frames);

  std::vector<double> left;
  std::vector<double> right;
};

// A print that is made here. Its tracks must have been read for the block. Not thread-safe.
class PrintNode {
 public:
  // `tracks` has a reader for each strip, in order; readers may be shared. InvalidArgument for a message
  // whose buses form a cycle or feed nowhere.
  static absl::StatusOr<std::unique_ptr<PrintNode>> Create(const Print& print,
                                                           std::vector<TrackReader*> tracks,
                                                           int block_frames);

  void Process(size_t frames);
  const StereoBlock& block() const { return out_; }

 private:
  struct StripState {
    TrackReader* track;
    dsp::StereoGain gain;
    int feeds;
  };
  struct BusState {
    dsp::StereoGain gain;
    int feeds;
    StereoBlock sum;
  };

  explicit PrintNode(int block_frames) : out_(block_frames) {}
  StereoBlock& Target(int index) { return index < 0 ? out_ : buses_[static_cast<size_t>(index)].sum; }
  void AddBusesInto(int target, size_t frames);

  std::vector<StripState> strips_;
  std::vector<BusState> buses_;
  StereoBlock out_;
};

// Writes a print to a blob.
class PrintSink {
 public:
  static absl::StatusOr<std::unique_ptr<PrintSink>> Create(FileStore& store);
  absl::Status Write(const StereoBlock& block, size_t frames);
  absl::StatusOr<Rendered> Finish();

 private:
  explicit PrintSink(std::unique_ptr<BlobWriter> blob) : blob_(std::move(blob)) {}
  const std::unique_ptr<BlobWriter> blob_;
  std::vector<double> interleaved_;
};

// Reads a print from a blob, from its start on.
class PrintSource {
 public:
  static absl::StatusOr<std::unique_ptr<PrintSource>> Open(FileStore& store, const Digest& digest,
                                                           int block_frames);
  ~PrintSource();
  PrintSource(const PrintSource&) = delete;
  PrintSource& operator=(const PrintSource&) = delete;

  absl::Status Read(size_t frames);
  const StereoBlock& block() const { return block_; }

 private:
  PrintSource(int file, int block_frames) : file_(file), block_(block_frames) {}
  const int file_;
  StereoBlock block_;
  std::vector<double> interleaved_;
};

}  // namespace trackout
