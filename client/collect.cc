#include "client/collect.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/escaping.h"
#include "coordinator/package/bag.h"
#include "core/json.h"
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

Digest DigestOfFileEntry(const File& file) {
  Digest digest;
  digest.set_sha256(absl::HexStringToBytes(file.sha256()));
  digest.set_size_bytes(file.size_bytes());
  return digest;
}

}  // namespace

absl::Status AssemblePackage(const Album& album, const Manifest& manifest, const std::string& album_text,
                             BlobStore& store, const std::string& folder) {
  std::map<std::string, int> uses;
  for (const File& file : manifest.files()) ++uses[file.sha256()];
  std::vector<PayloadFile> payload;
  std::error_code error;
  for (const File& file : manifest.files()) {
    const Digest digest = DigestOfFileEntry(file);
    const fs::path place = fs::path(folder) / "data" / file.path();
    fs::create_directories(place.parent_path(), error);
    if (error) return ErrorOf(error, place.string());
    absl::StatusOr<std::string> blob = store.PathOf(digest);
    if (!blob.ok()) return blob.status();
    if (--uses[file.sha256()] > 0) {
      fs::copy_file(*blob, place, error);
    } else {
      fs::rename(*blob, place, error);
    }
    if (error) return ErrorOf(error, place.string());
    payload.push_back({file.path(), digest});
  }
  fs::create_directories(fs::path(folder) / "data", error);
  for (const auto& [name, text] :
       {std::pair("manifest.json", ToJson(manifest)), std::pair("album.yaml", album_text)}) {
    if (absl::Status written = WriteText(fmt::format("{}/data/{}", folder, name), text); !written.ok())
      return written;
    payload.push_back({name, DigestOf(text)});
  }
  for (const TextFile& file : BagTagFiles(album, std::move(payload))) {
    if (absl::Status written = WriteText(folder + "/" + file.path, file.text); !written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace trackout
