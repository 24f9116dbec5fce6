// The finish of a song: prints in, mixes and stems out, block by block.
//
// A mix is the sum of its prints, each at its level, times the master fader. A set of stems in integers is
// quantised cumulatively and closes on its mix: stem k = q(s1 + ... + sk) - q(s1 + ... + s(k-1)), and the
// last one q(mix) - q(s1 + ... + s(S-1)), so that the set adds up to q(mix) in every sample.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/file_sink.h"
#include "worker/render/print_node.h"

namespace trackout {

// Not thread-safe.
class FinishNode {
 public:
  // `prints` stand for job.finish().prints(), in order, and outlive the node.
  static absl::StatusOr<std::unique_ptr<FinishNode>> Create(const RenderJob& job,
                                                            std::vector<const StereoBlock*> prints,
                                                            FileStore& store, int block_frames);

  absl::Status Process(int64_t first_frame, size_t frames);
  absl::StatusOr<std::vector<Rendered>> Finish();

 private:
  FinishNode(const RenderJob& job, std::vector<const StereoBlock*> prints, int block_frames);

  void SumMix(const Mix& mix, size_t frames, StereoBlock& out) const;
  absl::Status WriteMix(const MixFile& file, int64_t first_frame, size_t frames, FileSink& sink);
  absl::Status WriteIntegerSet(const StemSet& set, size_t frames, size_t first_sink);
  absl::Status WriteFloatSet(const StemSet& set, size_t frames, size_t first_sink);

  const trackout::Finish finish_;
  const double master_gain_;
  const std::vector<const StereoBlock*> prints_;
  std::vector<StereoBlock> mixes_;
  StereoBlock sum_;    // s1 + ... + sk, before the master fader
  StereoBlock steps_;  // what is written
  StereoBlock last_;   // q(s1 + ... + s(k-1))
  std::vector<std::unique_ptr<FileSink>> sinks_;
};

}  // namespace trackout
