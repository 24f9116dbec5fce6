#include "worker/render/output_node.h"

#include <span>
#include <utility>

#include "worker/dsp/fade.h"

namespace trackout {

OutputNode::OutputNode(const RenderJob& job, std::vector<Block> signals, std::unique_ptr<Delivery> delivery)
    : fade_frames_(job.final_fade_frames()),
      fade_begin_(job.frames() - job.final_fade_frames()),
      delivery_(std::move(delivery)),
      signals_(std::move(signals)) {}

std::vector<ConstPlanes> OutputNode::Signals(size_t frames) {
  std::vector<ConstPlanes> signals;
  for (Block& signal : signals_) signals.push_back(signal.planes(0, frames));
  return signals;
}

void OutputNode::FadeAway(int64_t first, const Planes& planes) const {
  if (fade_frames_ <= 0) return;
  for (const std::span<double> plane : planes)
    dsp::FadeOut(dsp::FadeShape::kLinear, fade_frames_, first - fade_begin_, plane);
}

}  // namespace trackout
