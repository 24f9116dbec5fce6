#include "client/staging.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".trackout-";
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

// What processes left behind that are no more.
void RemoveDead(const std::string& out) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(out, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || entry.is_symlink(error)) continue;
    const int lock = OpenLocked(entry.path().string(), LOCK_EX | LOCK_NB);
    if (lock < 0) continue;
    fs::remove_all(entry.path(), error);
    close(lock);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Staging>> Staging::Create(const std::string& out,
                                                         const std::atomic<bool>& stop) {
  std::unique_ptr<Staging> staging(new Staging(out));
  std::vector<fs::path> missing;
  std::error_code error;
  const fs::path whole = fs::absolute(out, error).lexically_normal();
  if (error || out.empty()) return Unusable(out, error ? error.value() : ENOENT);
  for (fs::path path = whole; !fs::exists(path, error); path = path.parent_path()) {
    if (error && error != std::errc::no_such_file_or_directory) return Unusable(out, error.value());
    if (path.has_filename()) missing.push_back(path);
    if (path == path.parent_path()) break;
  }
  for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
    if (mkdir(path->c_str(), 0777) == 0) {
      staging->made_.push_back(path->string());
    } else if (errno != EEXIST) {
      return Unusable(out, errno);
    }
  }
  // Another render holds this lock only while it begins.
  int out_lock = OpenLocked(out, LOCK_EX | LOCK_NB);
  while (out_lock < 0 && errno == EWOULDBLOCK) {
    if (stop) return absl::CancelledError("stopped");
    std::this_thread::sleep_for(kLockRetry);
    out_lock = OpenLocked(out, LOCK_EX | LOCK_NB);
  }
  if (out_lock < 0) return Unusable(out, errno);
  const absl::Cleanup unlock = [out_lock] { close(out_lock); };
  RemoveDead(out);
  std::string path = fmt::format("{}/{}XXXXXX", out, kPrefix);
  if (mkdtemp(path.data()) == nullptr) return Unusable(out, errno);
  staging->path_ = path;
  staging->lock_ = OpenLocked(path, LOCK_EX | LOCK_NB);
  if (staging->lock_ < 0) return Unusable(out, errno);
  for (const std::string& folder : {staging->blobs(), staging->package()}) {
    if (mkdir(folder.c_str(), 0777) != 0) return Unusable(out, errno);
  }
  return staging;
}

Staging::~Staging() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
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
