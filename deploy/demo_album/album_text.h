// The spec of the demo album, as people will read it: their first example of the language.
#pragma once

#include <filesystem>

#include "absl/status/status.h"

namespace trackout::demo {

absl::Status WriteAlbumText(const std::filesystem::path& path);

}  // namespace trackout::demo
