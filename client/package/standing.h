// What stands where a package is to go, and whether it may give way.
#pragma once

#include <atomic>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "client/ingest.h"
#include "core/spec/spec_reader.h"

namespace trackout {

enum class Standing {
  kNothing,
  kWhole,       // this album's package, intact
  kDamaged,     // this album's package, something missing or changed: rendering completes it
  kMixed,       // this album's package, with files that are not of it
  kUnreadable,  // this album's package, not all of it can be read
  kAnother,     // the package of another album, or of another state of this one
  kForeign,     // no package
};

// `album_text` is what the package's album.yaml holds, `paths` every file that it has. Cancelled where `stop`
// is set.
absl::StatusOr<Standing> StandingAt(const std::string& place, const std::string& album_text,
                                    const std::set<std::string>& paths, int workers,
                                    const std::atomic<bool>& stop);

// Whether `place` holds the spec or a source of the album: then nothing may replace it.
bool HoldsInput(const std::string& place, const Spec& spec, const Ingested& ingested);

// Why the place cannot be taken, in words; empty where it can be, or where --replace allows it to.
enum class Existing { kKeep, kReplace };
std::string Refusal(Standing standing, const std::string& place, Existing existing);

}  // namespace trackout
