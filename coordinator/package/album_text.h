// album.yaml as it stands in a package: the spec as it was read, and below it, as comments, the digest
// of every source and the engine that rendered it. It is the package's identity: equal text, equal
// package. Pure.
#pragma once

#include <string>

#include "proto/render.pb.h"

namespace trackout {

std::string PackagedAlbumText(const std::string& spec_text, const RenderPlan& plan);

}  // namespace trackout
