// How much room an order takes in a store. Pure.
#pragma once

#include <cstdint>

#include "proto/orders.pb.h"

namespace trackout {

// Bytes of everything that the plan's jobs write: delivered files, once for each distinct output; mixes that
// only a proof reads; and prints. Job by job, every print is written. As the farm thinks best, those of the
// song that has most: a song is split where workers would stand idle, and its prints go when it is finished.
// Whole songs write none.
int64_t OutputBytes(const RenderPlan& plan, Bundling bundling);

// Bytes of the sources, each once.
int64_t SourceBytes(const RenderPlan& plan);

}  // namespace trackout
