// The manifest of a package: the plan, with what was measured. Pure.
#pragma once

#include <string>

#include "core/job_key.h"
#include "proto/manifest.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// What will be made, before anything is measured.
Manifest PlannedManifest(const RenderPlan& plan);

// The same with digests, measurements and verdicts. Every job with files or proofs must have a result.
Manifest FinishedManifest(const RenderPlan& plan, const JobResults& results);

// The first failed proof in words, or empty where none failed.
std::string DescribeFailure(const Manifest& manifest);

}  // namespace trackout
