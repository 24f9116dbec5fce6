// The pass through a song: block by block the graph is made, and what stands behind it is delivered. A block
// is read at once, and made in parts that fit into a cache, by as many hands as there are.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "worker/render/bundle.h"
#include "worker/render/files/delivery.h"
#include "worker/render/graph/graph.h"
#include "worker/render/output_node.h"
#include "worker/render/print_blob.h"

namespace trackout {

inline int PartCount(size_t frames, size_t part_frames) {
  return static_cast<int>((frames + part_frames - 1) / part_frames);
}

// What is left to do of a block, once its parts have been rendered: rates are converted, files are written
// and measured. `more_work` is done beside it.
struct DeliveredBlock {
  Delivery* delivery;
  std::vector<ConstPlanes> signals;  // the whole block of each; only of deliveries that convert
};
absl::Status Deliver(const std::vector<DeliveredBlock>& blocks,
                     const std::vector<std::function<absl::Status()>>& more_work, Delivery::Buffers& buffers,
                     Crew* crew);

// Signals of the pass that are kept aside, and the stretches of them (of the song) that will be read.
struct Spooled {
  std::vector<int> nodes;  // in the spool's order
  std::vector<Stretch> stretches;
  int64_t start_frame = 0;  // of the song: the spool's frame 0
  std::unique_ptr<PrintSpool> spool;
};

class Pass {
 public:
  // A print that is written.
  struct Written {
    int print;  // a node
    Window window;
    PrintSink* sink;
  };

  // The graph is prepared. All outlive the pass.
  Pass(Graph& graph, std::vector<OutputNode*> outputs, std::vector<Written> written,
       std::vector<Spooled*> spooled, int block_frames, int part_frames);

  absl::Status Run(const RenderSettings& settings);

 private:
  // Frames of the song where what is delivered or written begins or ends: a block lies between two.
  std::vector<int64_t> Bounds() const;
  absl::Status RunBlock(int64_t first, int frames, Crew* crew);
  void RenderPart(int64_t first, int part, const std::vector<OutputNode*>& outputs);
  absl::Status Spool(Spooled& spooled, int64_t first, size_t frames);

  Graph& graph_;
  const std::vector<OutputNode*> outputs_;
  const std::vector<Written> written_;
  const std::vector<Spooled*> spooled_;
  const int block_frames_;
  const size_t part_frames_;
  std::vector<Scratch> scratch_;            // by part
  std::vector<Delivery::Buffers> buffers_;  // by part
};

}  // namespace trackout
