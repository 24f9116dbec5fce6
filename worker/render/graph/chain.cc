#include "worker/render/graph/chain.h"

#include <cassert>
#include <numeric>
#include <utility>

namespace trackout {
namespace {

std::vector<std::unique_ptr<dsp::Applier>> AppliersOf(const std::vector<ChainStage>& stages) {
  std::vector<std::unique_ptr<dsp::Applier>> appliers;
  for (const ChainStage& stage : stages) appliers.push_back(stage.processor->NewApplier());
  return appliers;
}

size_t WidthOf(const dsp::Detector* detector) {
  return detector == nullptr ? 0 : static_cast<size_t>(detector->width());
}

}  // namespace

int64_t LatencyOf(const std::vector<ChainStage>& stages) {
  return std::accumulate(stages.begin(), stages.end(), int64_t{0}, [](int64_t sum, const ChainStage& stage) {
    return sum + stage.processor->latency();
  });
}

Chain::Chain(std::vector<ChainStage> stages, int block_frames)
    : stages_(std::move(stages)), latency_(LatencyOf(stages_)), appliers_(AppliersOf(stages_)) {
  int64_t ahead = latency_;
  for (const ChainStage& stage : stages_) {
    stages_ahead_.push_back(ahead);
    ahead -= stage.processor->latency();
    detectors_.push_back(stage.processor->NewDetector());
    controls_.emplace_back(WidthOf(detectors_.back().get()) * static_cast<size_t>(block_frames));
  }
}

void Chain::Render(int64_t frame, size_t from, const std::vector<ConstPlanes>& sidechains,
                   const Planes& signal) {
  for (size_t i = 0; i < stages_.size(); ++i) {
    const int64_t stage_frame = frame + stages_ahead_[i];
    const size_t width = WidthOf(detectors_[i].get());
    const std::span<double> control = std::span(controls_[i]).subspan(from * width, signal.frames() * width);
    if (detectors_[i] != nullptr)
      detectors_[i]->Detect(stage_frame, ConstPlanes(signal), sidechains[i], control);
    appliers_[i]->Apply(stage_frame, control, signal);
  }
}

std::span<const double> Chain::ControlOf(size_t stage, size_t from, size_t count) const {
  const size_t width = WidthOf(detectors_[stage].get());
  return std::span(controls_[stage]).subspan(from * width, count * width);
}

ChainFollower::ChainFollower(const Chain& chain, std::vector<ChainStage> stages)
    : chain_(chain), stages_(std::move(stages)), appliers_(AppliersOf(stages_)) {
  assert(stages_.size() == chain.stages().size());
  assert(LatencyOf(stages_) == chain.latency());
}

void ChainFollower::Render(int64_t frame, size_t from, const Planes& signal) {
  for (size_t i = 0; i < appliers_.size(); ++i)
    appliers_[i]->Apply(frame + chain_.AheadOf(i), chain_.ControlOf(i, from, signal.frames()), signal);
}

}  // namespace trackout
