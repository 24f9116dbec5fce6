// Album in, jobs and files out, before anything is rendered. Pure: the same album and the same sources
// give the same plan, on any machine.
//
// Of each version of a song: a Print for everything that a stem or a mix is made of, the TrackFiles of each
// bus, one Finish for the whole length and one for each edit, which make stems and mixes of the prints, and a
// SumProof for each set of stems. Equal work is one job, also across versions and songs.
#pragma once

#include <vector>

#include "coordinator/planner/timeline/timeline.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// The album must have passed the check (core/spec/album_check.h), and every source it uses must be in
// `sources`. Findings are appended; the plan is whole where none of them is an error.
RenderPlan PlanAlbum(const Album& album, const Sources& sources, std::vector<Finding>& findings);

}  // namespace trackout
