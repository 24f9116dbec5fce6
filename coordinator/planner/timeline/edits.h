// Cutdowns: the sections of an edit on the stretch of the song that is delivered. Pure.
#pragma once

#include <vector>

#include "coordinator/planner/timeline/session.h"
#include "coordinator/planner/timeline/timeline.h"

namespace trackout {

// Of each of the song's edits. The time line must have its extent; where its `frames` are 0 nobody knows how
// long the song is, and whether sections lie within it is not asked. Tells of errors; whole where there was
// none.
std::vector<TimedEdit> EditsOf(const Session& session, const Timeline& timeline);

}  // namespace trackout
