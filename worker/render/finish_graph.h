// The mixes of a finish as nodes of the graph: sums of prints, each at its level, through the master.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/render.pb.h"
#include "worker/dsp/processors/processor.h"
#include "worker/render/files/delivery.h"
#include "worker/render/graph/graph.h"

namespace trackout {

// Whether any mix of a finish is derived from a finished master.
bool IsDerived(const Finish& finish);

// Nodes in the order of finish.mixes, and behind them the whole mix where a ceiling needs it
// (ceiling_guard.h). `prints`: the nodes of finish.prints. `derived`: where the finish has a finished master,
// the filter that makes it of the whole mix (worker/dsp/derivation); else null. The finish passed
// CheckFinish.
absl::StatusOr<std::vector<int>> AddMixesTo(Graph& graph, const Finish& finish,
                                            const std::vector<int>& prints,
                                            const std::shared_ptr<const dsp::Processor>& derived);

// The whole mix behind the fader, without inserts: what a finished master is held against.
int AddPremasterTo(Graph& graph, const Finish& finish, const std::vector<int>& prints);

// The delivery that a finish asks for, with its files begun.
absl::StatusOr<std::unique_ptr<Delivery>> DeliveryOf(const RenderJob& job, FileStore& store, int part_frames);

}  // namespace trackout
