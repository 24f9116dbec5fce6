// The finish of a song: prints in, mixes and stems out, at the song's whole length.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/render/mixer.h"
#include "worker/render/output_node.h"

namespace trackout {

class FinishNode : public OutputNode {
 public:
  // `job` is checked; `prints` stand for job.finish().prints(), in order.
  static absl::StatusOr<std::unique_ptr<FinishNode>> Create(const RenderJob& job, std::vector<int> prints,
                                                            FileStore& store, int block_frames,
                                                            int part_frames);

  void RenderPart(const Graph& graph, int64_t first, size_t from, size_t count,
                  Delivery::Buffers& buffers) override;

 private:
  FinishNode(const RenderJob& job, Mixer mixer, std::vector<int> prints, std::vector<Block> mixes,
             std::unique_ptr<Delivery> delivery);

  const Mixer mixer_;
  const std::vector<int> prints_;
  const int64_t start_frame_;
};

// Tracks as files: what they play, with polarity and delay.
class TrackFilesNode : public OutputNode {
 public:
  // `signals`: of each file, what it adds up.
  struct Input {
    Lead lead;
    double polarity;
  };
  static absl::StatusOr<std::unique_ptr<TrackFilesNode>> Create(const RenderJob& job,
                                                                std::vector<std::vector<Input>> inputs,
                                                                FileStore& store, int block_frames,
                                                                int part_frames);

  void RenderPart(const Graph& graph, int64_t first, size_t from, size_t count,
                  Delivery::Buffers& buffers) override;

 private:
  TrackFilesNode(const RenderJob& job, std::vector<std::vector<Input>> inputs, std::vector<Block> tracks,
                 std::unique_ptr<Delivery> delivery);

  const std::vector<std::vector<Input>> inputs_;
};

}  // namespace trackout
