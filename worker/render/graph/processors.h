// The processors that a job says, as sound: messages become settings (worker/dsp/processors).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "proto/render.pb.h"
#include "worker/render/graph/chain.h"
#include "worker/render/graph/graph.h"

namespace trackout {

// The stages of a chain over a signal of so many channels. `sidechains`: the nodes that Processor.sidechain
// counts. The processors passed CheckProcessors. An impulse is read from the graph's store: its errors are
// those of sources.
absl::StatusOr<std::vector<ChainStage>> StagesOf(Graph& graph,
                                                 const google::protobuf::RepeatedPtrField<Processor>& inserts,
                                                 int channels, const std::vector<int>& sidechains);

// InvalidArgument, with the reason: parameters out of range, or not written though they count as something;
// unknown names of parameters; side-chains that are not there.
absl::Status CheckProcessors(const google::protobuf::RepeatedPtrField<Processor>& inserts,
                             int sidechain_count);

}  // namespace trackout
