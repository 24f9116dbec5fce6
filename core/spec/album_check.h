// What is wrong or doubtful in an album by itself, before any source is looked at: names, routing,
// requests. (What the sources say to it: coordinator/planner/timeline/timeline.h.) Pure.
#pragma once

#include <vector>

#include "proto/album.pb.h"

namespace trackout {

enum class Solo { kRefuse, kAllow };

// Findings carry a place ("songs[0].tracks[3].bus"), not a line.
std::vector<Finding> CheckAlbum(const Album& album, Solo solo);

bool HasErrors(const std::vector<Finding>& findings);

// The song's own `deliver`, or the album's.
const google::protobuf::RepeatedPtrField<Deliverable>& DeliverOf(const Album& album, const Song& song);

}  // namespace trackout
