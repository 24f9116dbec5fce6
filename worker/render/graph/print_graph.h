// A print as nodes of the graph.
#pragma once

#include "absl/status/statusor.h"
#include "proto/render.pb.h"
#include "worker/render/graph/graph.h"

namespace trackout {

// The node of the print's sum. What never reaches it (muted, or feeding nothing) is not read. The print
// passed CheckPrint; InvalidArgument: its strips form a cycle.
absl::StatusOr<int> AddPrintTo(Graph& graph, const Print& print, int sample_rate);

}  // namespace trackout
