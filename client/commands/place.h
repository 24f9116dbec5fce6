// The place where a package is to stand, DIR/<Album>/: what is there already, whether it gives way, and the
// last step, which puts the package there. The same for an album that was rendered here and one that was
// collected from a farm.
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "client/commands.h"
#include "client/exit_code.h"
#include "client/package/staging.h"
#include "client/package/standing.h"
#include "proto/manifest.pb.h"

namespace trackout {

struct Place {
  std::string out;
  std::string folder;           // below `out`
  std::string album_text;       // what the package's album.yaml holds
  std::set<std::string> paths;  // every file that it has
  Existing existing = Existing::kKeep;
  // Whether the spec or a source lies there, which nothing may replace.
  std::function<bool(const std::string& path)> holds_input;
  std::string nothing_to_do;  // what is said where the package is there already
};

std::string PathOf(const Place& place);

// What stands there. AlreadyExists where it does not give way, with the reason.
absl::StatusOr<Standing> LookAt(const Place& place, const std::atomic<bool>& stop);

// Moves the package from the staging folder to its place, which held `before` when it was looked at, and
// tells of it.
ExitCode PutIntoPlace(const Place& place, Standing before, const Manifest& manifest, Output output,
                      Staging& staging, const std::atomic<bool>& stop);

// A whole package of the same album is there already.
ExitCode TellStanding(const Place& place, Output output);

// What went wrong on the way there. ResourceExhausted is the disk of --out.
ExitCode FailAt(const Place& place, const absl::Status& status);

// ResourceExhausted, with the figures, where the folder's disk has less room than `what` needs.
absl::Status CheckRoom(const Staging& staging, int64_t needed_bytes, const std::string& what);

}  // namespace trackout
