#include "coordinator/planner/timeline/automation.h"

namespace trackout {

Envelope EnvelopeOf(const AutomationLane& lane, const TempoMap& tempo, int sample_rate) {
  Envelope envelope;
  for (const AutomationPoint& point : lane.points()) {
    Point& added = *envelope.add_points();
    added.set_frame(tempo.FramesOf(point.time(), sample_rate).value_or(0));
    added.set_value(point.value());
  }
  return envelope;
}

}  // namespace trackout
