// The two songs of the demo album. Each records its tracks into its folder; how they are mixed is
// written in the album's spec alone (album_text.cc).
#pragma once

#include <filesystem>

#include "absl/status/status.h"

namespace trackout::demo {

// Up-tempo, A major, 4/4 at 125, 48000 Hz.
absl::Status RecordCopperMorning(const std::filesystem::path& folder);

// A waltz, D minor, 3/4 at 96, 44100 Hz.
absl::Status RecordTheLastFerry(const std::filesystem::path& folder);

}  // namespace trackout::demo
