#include "client/package/staging.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".trackout-";
constexpr std::string_view kUnique = "XXXXXX";  // what mkdtemp fills
constexpr auto kLockRetry = std::chrono::milliseconds(20);

absl::Status Unusable(const std::string& out, int error) {
  if (error == ENOSPC) return absl::ResourceExhaustedError(fmt::format("{}: the disk is full", out));
  return absl::FailedPreconditionError(
      fmt::format("--out {}: {}; name a folder that can be written to", out,
                  error == ENOTDIR ? "a part of it is a file" : std::strerror(error)));
}

// A folder, locked for this process; -1 with errno where it cannot be. The lock ends with the process.
int OpenLocked(const std::string& folder, int how) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  if (flock(descriptor, how) == 0) return descriptor;
  const int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

// What renders left behind that are no more. An order's folder is not dead: it waits for the next collect.
void RemoveDead(const std::string& out) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(out, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || name.size() != kPrefix.size() + kUnique.size()) continue;
    if (entry.is_symlink(error)) continue;
    const int lock = OpenLocked(entry.path().string(), LOCK_EX | LOCK_NB);
    if (lock < 0) continue;
    fs::remove_all(entry.path(), error);
    close(lock);
  }
}

// Whether the path still names the folder that is open: who waited for a lock may hold that of a folder which
// was removed meanwhile.
bool IsAt(int descriptor, const std::string& path) {
  struct stat held {
  }, named{};
  return fstat(descriptor, &held) == 0 && lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Staging>> Staging::Create(const std::string& out,
                                                         const std::atomic<bool>& stop) {
  std::unique_ptr<Staging> staging(new Staging(out));
  if (absl::Status made = staging->MakeOut(); !made.ok()) return made;
  const absl::StatusOr<int> out_lock = staging->LockOut(stop);
  if (!out_lock.ok()) return out_lock.status();
  const absl::Cleanup unlock = [&] { close(*out_lock); };
  RemoveDead(out);
  std::string path = fmt::format("{}/{}{}", out, kPrefix, kUnique);
  if (mkdtemp(path.data()) == nullptr) return Unusable(out, errno);
  staging->path_ = path;
  staging->lock_ = OpenLocked(path, LOCK_EX | LOCK_NB);
  if (staging->lock_ < 0) return Unusable(out, errno);
  for (const std::string& folder : {staging->blobs(), staging->package()}) {
    if (mkdir(folder.c_str(), 0777) != 0) return Unusable(out, errno);
  }
  return staging;
}

absl::StatusOr<std::unique_ptr<Staging>> Staging::OfOrder(const std::string& out, const std::string& order,
                                                          const std::atomic<bool>& stop,
                                                          const std::function<void()>& wait_told) {
  assert(order.size() > kUnique.size());
  std::unique_ptr<Staging> staging(new Staging(out));
  if (absl::Status made = staging->MakeOut(); !made.ok()) return made;
  const std::string path = fmt::format("{}/{}{}", out, kPrefix, order);
  for (bool is_told = false; staging->lock_ < 0;) {
    if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return Unusable(out, errno);
    const int lock = OpenLocked(path, LOCK_EX | LOCK_NB);
    if (lock >= 0 && IsAt(lock, path)) {
      staging->lock_ = lock;
      break;
    }
    const int error = errno;
    if (lock >= 0) close(lock);
    if (lock < 0 && error != EWOULDBLOCK && error != ENOENT) return Unusable(out, error);
    if (stop) return absl::CancelledError("stopped");
    if (!std::exchange(is_told, true)) wait_told();
    std::this_thread::sleep_for(kLockRetry);
  }
  staging->path_ = path;
  std::error_code error;
  fs::remove_all(staging->package(), error);  // of a collect that was killed; the blobs are still there
  for (const std::string& folder : {staging->blobs(), staging->package()}) {
    if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) return Unusable(out, errno);
  }
  return staging;
}

// Makes `out` where it is not there.
absl::Status Staging::MakeOut() {
  std::vector<fs::path> missing;
  std::error_code error;
  const fs::path whole = fs::absolute(out_, error).lexically_normal();
  if (error || out_.empty()) return Unusable(out_, error ? error.value() : ENOENT);
  for (fs::path path = whole; !fs::exists(path, error); path = path.parent_path()) {
    if (error && error != std::errc::no_such_file_or_directory) return Unusable(out_, error.value());
    if (path.has_filename()) missing.push_back(path);
    if (path == path.parent_path()) break;
  }
  for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
    if (mkdir(path->c_str(), 0777) == 0) {
      made_.push_back(path->string());
    } else if (errno != EEXIST) {
      return Unusable(out_, errno);
    }
  }
  return absl::OkStatus();
}

// Another render holds this lock only while it begins.
absl::StatusOr<int> Staging::LockOut(const std::atomic<bool>& stop) const {
  int lock = OpenLocked(out_, LOCK_EX | LOCK_NB);
  while (lock < 0 && errno == EWOULDBLOCK) {
    if (stop) return absl::CancelledError("stopped");
    std::this_thread::sleep_for(kLockRetry);
    lock = OpenLocked(out_, LOCK_EX | LOCK_NB);
  }
  if (lock < 0) return Unusable(out_, errno);
  return lock;
}

Staging::~Staging() {
  std::error_code error;
  if (!path_.empty() && !is_kept_) fs::remove_all(path_, error);
  if (lock_ >= 0) close(lock_);
  // Folders that nothing was put into in the end.
  for (auto made = made_.rbegin(); made != made_.rend(); ++made) rmdir(made->c_str());
}

int64_t Staging::FreeBytes() const {
  struct statvfs status {};
  if (statvfs(path_.c_str(), &status) != 0) return INT64_MAX;
  return static_cast<int64_t>(status.f_bavail) * static_cast<int64_t>(status.f_frsize);
}

absl::Status Staging::MoveIntoPlace(const std::string& name, bool may_replace) {
  if (syncfs(lock_) != 0) return absl::ErrnoToStatus(errno, "cannot write the package to the disk");
  const std::string place = out_ + "/" + name;
  int moved = renameat2(AT_FDCWD, package().c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE);
  if (moved != 0 && errno == EEXIST && may_replace) {
    moved = renameat2(AT_FDCWD, package().c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE);
  }
  if (moved != 0 && (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
    // A file system without these moves. The old package stands aside until the new one is there.
    if (!fs::exists(place)) {
      moved = std::rename(package().c_str(), place.c_str());
    } else if (!may_replace) {
      return absl::AlreadyExistsError(place + " is there already");
    } else {
      const std::string old = place + ".old-" + path_.substr(path_.size() - 6);
      moved = std::rename(place.c_str(), old.c_str());
      if (moved == 0) moved = std::rename(package().c_str(), place.c_str());
      if (moved != 0) std::rename(old.c_str(), place.c_str());
      std::error_code error;
      if (moved == 0) fs::remove_all(old, error);
    }
  }
  if (moved != 0 && errno == EEXIST) return absl::AlreadyExistsError(place + " is there already");
  if (moved != 0) return absl::ErrnoToStatus(errno, "cannot move the package to " + place);
  const int folder = open(out_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return absl::OkStatus();
}

}  // namespace trackout
