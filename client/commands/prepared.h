// An album on its way to a plan: read, looked at, planned.
#pragma once

#include <atomic>
#include <vector>

#include "absl/status/statusor.h"
#include "client/commands.h"
#include "client/ingest.h"
#include "core/spec/spec_reader.h"
#include "proto/orders.pb.h"

namespace trackout {

struct Prepared {
  Spec spec;
  Ingested ingested;
  RenderPlan plan;
  std::vector<Finding> findings;  // of all three, located; the plan is whole where none is an error
};

// What the album itself says; the sources come next.
absl::StatusOr<Prepared> ReadAlbum(const AlbumOptions& options);
absl::Status LookAndPlan(Digests digests, Remembering remembering, const std::atomic<bool>& stop,
                         Prepared& prepared);

// Both.
absl::StatusOr<Prepared> Prepare(const AlbumOptions& options, Digests digests, const std::atomic<bool>& stop);

// What is submitted of it; the order's id is still to be chosen.
SubmitRequest RequestOf(const Prepared& prepared, Bundling bundling);

}  // namespace trackout
