// Processors one behind the other over one signal (worker/dsp/processors/processor.h), block by block, and
// the same over parts of that signal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "worker/dsp/processors/processor.h"
#include "worker/render/graph/signal.h"

namespace trackout {

inline constexpr int kNoSidechain = -1;

struct ChainStage {
  std::shared_ptr<const dsp::Processor> processor;
  int sidechain = kNoSidechain;  // a node, behind its inserts
  std::string encoding;          // equal processors have equal ones
};

// The latencies of all stages.
int64_t LatencyOf(const std::vector<ChainStage>& stages);

// A stretch of a signal on its way through a chain is made in place: it comes in as frames [frame + latency,
// ...) of what feeds the chain, and goes out as [frame, ...). One thread.
class Chain {
 public:
  Chain(std::vector<ChainStage> stages, int block_frames);

  const std::vector<ChainStage>& stages() const { return stages_; }
  int64_t latency() const { return latency_; }
  // By how many frames a stage's side-chain is read ahead of what goes out.
  int64_t AheadOf(size_t stage) const { return stages_ahead_[stage]; }

  // `from`: where the stretch lies in the block. `sidechains`: for each stage, without channels where it has
  // none. The controls are kept until that stretch of the next block is made.
  void Render(int64_t frame, size_t from, const std::vector<ConstPlanes>& sidechains, const Planes& signal);

  // What a stretch that Render has been given needs of a stage: the same `from` and `count`.
  std::span<const double> ControlOf(size_t stage, size_t from, size_t count) const;

 private:
  const std::vector<ChainStage> stages_;
  const int64_t latency_;
  std::vector<int64_t> stages_ahead_;
  std::vector<std::unique_ptr<dsp::Detector>> detectors_;  // null where a stage has none
  std::vector<std::unique_ptr<dsp::Applier>> appliers_;
  std::vector<std::vector<double>> controls_;  // a block of each
};

// One thread; its chain has made the stretch.
class ChainFollower {
 public:
  // The chain outlives it. `stages`: the chain's, or others that do with its controls.
  ChainFollower(const Chain& chain, std::vector<ChainStage> stages);

  void Render(int64_t frame, size_t from, const Planes& signal);

 private:
  const Chain& chain_;
  const std::vector<ChainStage> stages_;
  std::vector<std::unique_ptr<dsp::Applier>> appliers_;
};

}  // namespace trackout
