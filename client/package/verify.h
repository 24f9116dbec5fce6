// Verifies a package from its files alone, wherever it was copied to: checksums, nothing missing, nothing
// extra, formats and lengths as the manifest says, and the sum of the stems measured again.
#pragma once

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "proto/manifest.pb.h"

namespace trackout {

// NotFound where there is no such folder or no package in it, Cancelled where `stop` is set; whatever else is
// wrong is in the report.
absl::StatusOr<VerifyReport> VerifyPackage(const std::string& package, int workers,
                                           const std::atomic<bool>& stop);

// Whether a listed path stays within the package.
bool IsInside(const std::string& path);

}  // namespace trackout
