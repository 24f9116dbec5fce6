// Files of the song's whole length: the finish, mixes and stems; and tracks.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/render/graph/print_graph.h"
#include "worker/render/output_node.h"

namespace trackout {

class FinishNode : public OutputNode {
 public:
  // `job` is checked; `mixes`: the nodes of job.finish().mixes(), in order.
  static absl::StatusOr<std::unique_ptr<FinishNode>> Create(const RenderJob& job, std::vector<int> mixes,
                                                            FileStore& store, int block_frames,
                                                            int part_frames);

  void RenderPart(const Graph& graph, int64_t frame, size_t from, size_t count,
                  Delivery::Buffers& buffers) override;
  std::vector<ConstPlanes> Signals(const Graph& graph, int64_t frame, size_t frames) override;

 private:
  FinishNode(const RenderJob& job, std::vector<int> mixes, std::vector<Block> faded,
             std::unique_ptr<Delivery> delivery);

  const std::vector<int> mixes_;
  std::vector<Block> faded_;  // the mixes, where the end fades away; else none
};

// Tracks as files: what they play, up to their faders.
class TrackFilesNode : public OutputNode {
 public:
  // `tracks`: of each file, what it adds up.
  static absl::StatusOr<std::unique_ptr<TrackFilesNode>> Create(const RenderJob& job,
                                                                std::vector<std::vector<TrackNode>> tracks,
                                                                FileStore& store, int block_frames,
                                                                int part_frames);

  void RenderPart(const Graph& graph, int64_t frame, size_t from, size_t count,
                  Delivery::Buffers& buffers) override;
  std::vector<ConstPlanes> Signals(const Graph& graph, int64_t frame, size_t frames) override;

 private:
  TrackFilesNode(const RenderJob& job, std::vector<std::vector<TrackNode>> tracks, std::vector<Block> signals,
                 std::unique_ptr<Delivery> delivery);

  const std::vector<std::vector<TrackNode>> tracks_;
  std::vector<Block> signals_;
};

}  // namespace trackout
