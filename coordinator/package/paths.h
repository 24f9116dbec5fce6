// Where each file of a package stands, below data/: 01_The_Fast_Route/Stems/01_Drums.wav. Pure.
#pragma once

#include <set>
#include <string>

#include "proto/manifest.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// Every file of the package, below its folder: the plan's, the manifest, the spec and the bag's.
std::set<std::string> PackagePaths(const RenderPlan& plan);

// The folder of the whole package: the album's title made safe.
std::string PackageFolder(const Manifest& manifest);

// Fills `path` of every file of the plan. Numbers run for each kind of a song, one for each name, whatever
// the set of stems, the version or the edit. Version and edit are always in the name:
// Stems/01_Drums_Clean_30s.wav, Mixes/The_Fast_Route_Clean_30s_Master.wav. Where two files would bear one
// name, the variant is added where it tells them apart, then how stems go through the master (Keyed, Alone),
// the bits, the rate (in Hz), the channels (Mono), then a number.
void AssignPaths(RenderPlan& plan);

}  // namespace trackout
