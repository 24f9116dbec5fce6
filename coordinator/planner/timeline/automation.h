// Automation on the time line of a song. Pure.
#pragma once

#include "core/spec/tempo_map.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// The points of a lane that passed the check, at frames of the song.
Envelope EnvelopeOf(const AutomationLane& lane, const TempoMap& tempo, int sample_rate);

}  // namespace trackout
