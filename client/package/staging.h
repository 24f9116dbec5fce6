// A folder of our own beside the package, in which everything is made until it is whole:
//
//   DIR/.trackout-XXXXXX/{blobs,package}       of a render: made anew each time
//   DIR/.trackout-ORDER/{blobs,package}        of an order that is collected: what was fetched stays there
//
// It goes away with the object that holds it; what a killed process left behind of a render is removed by the
// next one (a living one holds a lock on its folder), what it left of an order is taken up by the next
// collect of that order. An order's id is longer than the six X, so that the two are told apart.
#pragma once

#include <atomic>
#include <functional>
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
  // The folder of an order, as an earlier collect left it, with nothing in package(). Where another process
  // collects the same order, waits for it, after a word to `wait_told`.
  static absl::StatusOr<std::unique_ptr<Staging>> OfOrder(const std::string& out, const std::string& order,
                                                          const std::atomic<bool>& stop,
                                                          const std::function<void()>& wait_told);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  std::string blobs() const { return path_ + "/blobs"; }
  std::string package() const { return path_ + "/package"; }

  // Leaves the folder where it is, for the next collect of the order.
  void Keep() { is_kept_ = true; }

  // Bytes that the file system has left for us.
  int64_t FreeBytes() const;

  // Moves the package to out/name in one step, after everything in it is on the disk. AlreadyExists where
  // something stands there, unless it may be replaced; then the two change places.
  absl::Status MoveIntoPlace(const std::string& name, bool may_replace);

 private:
  explicit Staging(std::string out) : out_(std::move(out)) {}
  absl::Status MakeOut();
  absl::StatusOr<int> LockOut(const std::atomic<bool>& stop) const;

  const std::string out_;
  std::string path_;
  int lock_ = -1;
  bool is_kept_ = false;
  std::vector<std::string> made_;  // folders that were made on the way to `out`, outermost first
};

}  // namespace trackout
