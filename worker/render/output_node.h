// What stands at the end of the graph: signals that become files, part by part.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "proto/render.pb.h"
#include "worker/render/files/delivery.h"
#include "worker/render/graph/graph.h"

namespace trackout {

// A stretch of the song that a pass makes: from its first frame to the one behind its last.
struct Window {
  int64_t begin = 0;
  int64_t end = 0;
};

// RenderPart may run on many threads, for parts that do not overlap.
class OutputNode {
 public:
  virtual ~OutputNode() = default;

  Window window() const { return {start_frame_, start_frame_ + frames_}; }

  // Frames [frame, frame + count) of the song; they lie `from` behind the block's beginning.
  virtual void RenderPart(const Graph& graph, int64_t frame, size_t from, size_t count,
                          Delivery::Buffers& buffers) = 0;
  // All signals of the block that begins at this frame of the song, which RenderPart has been through.
  virtual std::vector<ConstPlanes> Signals(const Graph& graph, int64_t frame, size_t frames) = 0;

  // A block of the song begins.
  void Begin(int64_t frame, size_t frames) { delivery_->Begin(frame - start_frame_, frames); }
  Delivery& delivery() { return *delivery_; }

 protected:
  OutputNode(const RenderJob& job, std::unique_ptr<Delivery> delivery);

  bool FadesAway() const { return fade_frames_ > 0; }
  // The job's fade at its end, on what stands at this frame of the song.
  void FadeAway(int64_t frame, const Planes& planes) const;

  const std::unique_ptr<Delivery> delivery_;

 private:
  const int64_t start_frame_;
  const int64_t frames_;
  const int64_t fade_frames_;
};

}  // namespace trackout
