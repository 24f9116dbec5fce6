#include "client/package/collect.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include "client/package/verify.h"
#include "coordinator/package/seal.h"
#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

absl::Status ErrorOf(const std::error_code& error, const std::string& path) {
  return absl::ErrnoToStatus(error.value(), path);
}

absl::Status WriteText(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::ErrnoToStatus(errno != 0 ? errno : EIO, "cannot write " + path);
}

absl::Status PlaceFile(const std::string& blob, const fs::path& place, bool is_last_use) {
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  if (error) return ErrorOf(error, place.string());
  if (is_last_use) {
    fs::create_hard_link(blob, place, error);
    if (error) fs::rename(blob, place, error);  // a file system without links
  } else {
    fs::copy_file(blob, place, error);  // no link: who edits one file must not change the other
  }
  return error ? ErrorOf(error, place.string()) : absl::OkStatus();
}

}  // namespace

absl::Status CheckPackagePaths(const Package& package) {
  std::vector<std::string> paths;
  for (const File& file : package.manifest().files()) paths.push_back(file.path());
  for (const PackageText& text : package.texts()) paths.push_back(text.path());
  for (const std::string& path : paths) {
    if (!IsInside(path))
      return absl::InvalidArgumentError(
          fmt::format("the farm names {} as a file of the package, which is outside of it", Quoted(path)));
  }
  const std::string& folder = package.folder();
  if (IsInside(folder) && folder.find('/') == std::string::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("the farm names {} as the package's folder, which is no name", Quoted(folder)));
}

std::set<std::string> PathsOf(const Package& package) {
  std::set<std::string> paths;
  for (const File& file : package.manifest().files()) paths.insert("data/" + file.path());
  for (const PackageText& text : package.texts()) paths.insert(text.path());
  return paths;
}

std::string TextOf(const Package& package, const std::string& path) {
  for (const PackageText& text : package.texts()) {
    if (text.path() == path) return text.text();
  }
  return "";
}

std::vector<Digest> BlobsOf(const Package& package) {
  std::vector<Digest> blobs;
  std::set<std::string> seen;
  for (const File& file : package.manifest().files()) {
    if (seen.insert(file.sha256()).second) blobs.push_back(BlobOf(file));
  }
  return blobs;
}

int64_t CopiedBytes(const Package& package) {
  int64_t bytes = 0;
  std::set<std::string> seen;
  for (const File& file : package.manifest().files()) {
    if (!seen.insert(file.sha256()).second) bytes += file.size_bytes();
  }
  return bytes;
}

absl::Status AssemblePackage(const Package& package, FileStore& store, const std::string& folder) {
  if (absl::Status checked = CheckPackagePaths(package); !checked.ok()) return checked;
  std::map<std::string, int> uses;
  for (const File& file : package.manifest().files()) ++uses[file.sha256()];
  for (const File& file : package.manifest().files()) {
    const absl::StatusOr<std::string> blob = store.PathOf(BlobOf(file));
    if (!blob.ok()) return blob.status();
    const bool is_last_use = --uses[file.sha256()] == 0;
    absl::Status placed = PlaceFile(*blob, fs::path(folder) / "data" / file.path(), is_last_use);
    if (!placed.ok()) return placed;
  }
  for (const PackageText& text : package.texts()) {
    const fs::path place = fs::path(folder) / text.path();
    std::error_code error;
    fs::create_directories(place.parent_path(), error);
    if (error) return ErrorOf(error, place.string());
    if (absl::Status written = WriteText(place.string(), text.text()); !written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace trackout
