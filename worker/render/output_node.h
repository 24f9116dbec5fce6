// What stands at the end of the graph: nodes that make signals for files, part by part.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "proto/render.pb.h"
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
  // All signals of the block that RenderPart has been through. Of a finish they are there only where its
  // delivery converts; elsewhere a mix that is a print as it is was never copied.
  std::vector<ConstPlanes> Signals(size_t frames);

  Delivery& delivery() { return *delivery_; }

 protected:
  // `signals`: a block for each of the delivery's signals.
  OutputNode(const RenderJob& job, std::vector<Block> signals, std::unique_ptr<Delivery> delivery);

  // The job's fade at its end, on what stands at its frame `first`.
  void FadeAway(int64_t first, const Planes& planes) const;

  const int64_t fade_frames_;
  const int64_t fade_begin_;
  const std::unique_ptr<Delivery> delivery_;
  std::vector<Block> signals_;
};

}  // namespace trackout
