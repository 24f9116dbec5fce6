// A folder of our own beside the package, in which everything is made until it is whole:
// DIR/.trackout-XXXXXX/{blobs,package}. It goes away with the object that holds it; what a killed process
// left behind is removed by the next one (a living one holds a lock on its folder).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace trackout {

// Not thread-safe.
class Staging {
 public:
  // Makes `out` where it is not there. FailedPrecondition where it is not usable, with the reason.
  // Cancelled where `stop` is set while another render holds the folder.
  static absl::StatusOr<std::unique_ptr<Staging>> Create(const std::string& out,
                                                         const std::atomic<bool>& stop);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  std::string blobs() const { return path_ + "/blobs"; }
  std::string package() const { return path_ + "/package"; }

  // Bytes that the file system has left for us.
  int64_t FreeBytes() const;

  // Moves the package to out/name in one step, after everything in it is on the disk. AlreadyExists where
  // something stands there, unless it may be replaced; then the two change places.
  absl::Status MoveIntoPlace(const std::string& name, bool may_replace);

 private:
  explicit Staging(std::string out) : out_(std::move(out)) {}

  const std::string out_;
  std::string path_;
  int lock_ = -1;
  std::vector<std::string> made_;  // folders that were made on the way to `out`, outermost first
};

}  // namespace trackout
