// The filter of a finished master: the whole mix and the master are made once, block by block, into a spool,
// and the filter is derived from both (worker/dsp/derivation).
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/render.pb.h"
#include "worker/dsp/processors/processor.h"
#include "worker/render/bundle.h"
#include "worker/render/graph/graph.h"

namespace trackout {

// `graph` has the prints of the job's finish and nothing else that is used. DataLoss, with the figures: the
// master is not one of this mix.
absl::StatusOr<std::shared_ptr<const dsp::Processor>> DeriveFilter(Graph& graph, const RenderJob& job,
                                                                   const std::vector<int>& prints,
                                                                   const RenderSettings& settings,
                                                                   int part_frames);

}  // namespace trackout
