// What stands at the end of the graph: nodes that make signals for files, part by part.
#pragma once

#include <vector>

#include "worker/render/files/delivery.h"
#include "worker/render/graph/graph.h"

namespace trackout {

// RenderPart may run on many threads, for parts that do not overlap.
class OutputNode {
 public:
  virtual ~OutputNode() = default;

  // Frames [first, first + count) of the job; they lie `from` behind the block's beginning.
  virtual void RenderPart(const Graph& graph, int64_t first, size_t from, size_t count,
                          Delivery::Buffers& buffers) = 0;
  // All signals of the block that RenderPart has been through.
  virtual std::vector<ConstPlanes> Signals(size_t frames) = 0;

  virtual Delivery& delivery() = 0;
};

}  // namespace trackout
