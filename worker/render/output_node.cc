#include "worker/render/output_node.h"

#include <span>
#include <utility>

#include "worker/dsp/fade.h"

namespace trackout {

OutputNode::OutputNode(const RenderJob& job, std::unique_ptr<Delivery> delivery)
    : delivery_(std::move(delivery)),
      start_frame_(job.start_frame()),
      frames_(job.frames()),
      fade_frames_(job.final_fade_frames()) {}

void OutputNode::FadeAway(int64_t frame, const Planes& planes) const {
  if (!FadesAway()) return;
  const int64_t fade_begin = window().end - fade_frames_;
  for (const std::span<double> plane : planes)
    dsp::FadeOut(dsp::FadeShape::kLinear, fade_frames_, frame - fade_begin, plane);
}

}  // namespace trackout
