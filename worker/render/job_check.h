// Whether a job can be rendered at all: what a planner never writes, but a broken or foreign peer may send,
// is found here, before anything is made of it. Pure.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/render.pb.h"

namespace trackout {

// InvalidArgument, with the reason.
absl::Status CheckPrint(const Print& print);
absl::Status CheckTrackFiles(const TrackFiles& files);
absl::Status CheckFinish(const RenderJob& job);
// Of any kind: its rate, its length, where it begins.
absl::Status CheckTimes(const RenderJob& job);

// The strips, each behind all that feed it or send to it; with side-chains within them (as in Print.whole)
// also behind what it listens to. InvalidArgument: they form a cycle. The indices of the strips passed
// CheckPrint.
enum class SidechainsWithin { kNo, kYes };
absl::StatusOr<std::vector<int>> OrderOfStrips(const google::protobuf::RepeatedPtrField<Strip>& strips,
                                               SidechainsWithin sidechains);

}  // namespace trackout
