// Strips and prints as nodes of the graph.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "proto/render.pb.h"
#include "worker/render/graph/graph.h"

namespace trackout {

using Strips = google::protobuf::RepeatedPtrField<Strip>;

// The nodes of Print.whole (or TrackFiles.whole), each behind its inserts. InvalidArgument: they form a
// cycle.
absl::StatusOr<std::vector<int>> AddWholeTo(Graph& graph, const Strips& whole);

// The node of the print's sum, or of its tap. What never reaches it (muted, or feeding nothing) is not read.
// The print passed CheckPrint; InvalidArgument: its strips form a cycle.
absl::StatusOr<int> AddPrintTo(Graph& graph, const Print& print);

// A track up to its fader: the node, and what is left to do to it (its polarity, where no insert wanted it
// earlier).
struct TrackNode {
  Lead lead;
  double polarity = 1;
};
absl::StatusOr<TrackNode> AddTrackTo(Graph& graph, const TrackSignal& track, const std::vector<int>& whole);

}  // namespace trackout
