// What a job reads of the recorded files: clips, prints, impulses. Pure.
#pragma once

#include <vector>

#include "proto/render.pb.h"

namespace trackout {

// The digests of its sources, in order of their first use, each once; pointers into the job.
std::vector<const Digest*> SourcesOf(const RenderJob& job);

}  // namespace trackout
