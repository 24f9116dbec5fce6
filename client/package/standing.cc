#include "client/package/standing.h"

#include <algorithm>
#include <filesystem>

#include "client/package/verify.h"
#include "client/text_file.h"
#include "core/digest.h"
#include "core/json.h"
#include "fmt/format.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

bool IsPackage(const fs::path& place) {
  Manifest manifest;
  return ReadTextFile(place / "bagit.txt").starts_with("BagIt-Version: ") &&
         FromJson(ReadTextFile(place / "data" / "manifest.json"), manifest).ok() && !manifest.album().empty();
}

// Whether the package holds this album: by its album.yaml, or, where that is damaged, by the digest it should
// have.
bool IsOfAlbum(const fs::path& place, const std::string& album_text) {
  if (ReadTextFile(place / "data" / "album.yaml") == album_text) return true;
  const std::string line = Hex(DigestOf(album_text)) + "  data/album.yaml\n";
  return ReadTextFile(place / "manifest-sha256.txt").find(line) != std::string::npos;
}

// What file managers leave everywhere, and make again.
bool IsLitter(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == ".DS_Store" || name == "Thumbs.db" || name == "desktop.ini";
}

// Whether there is a file below `place` that the package does not have; what cannot be looked at counts too.
bool HoldsOthers(const fs::path& place, const std::set<std::string>& paths) {
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(place, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    if (fs::is_directory(entry->symlink_status(error)) || IsLitter(entry->path())) continue;
    if (!paths.contains(entry->path().lexically_relative(place).generic_string())) return true;
  }
  return bool{error};
}

// Whether `inner` is `outer` or below it, links resolved.
bool IsWithin(const std::string& inner, const fs::path& outer) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(inner, error);
  return std::mismatch(outer.begin(), outer.end(), path.begin(), path.end()).first == outer.end();
}

}  // namespace

absl::StatusOr<Standing> StandingAt(const std::string& place, const std::string& album_text,
                                    const std::set<std::string>& paths, int workers,
                                    const std::atomic<bool>& stop) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(place, error))) return Standing::kNothing;
  if (fs::is_symlink(fs::symlink_status(place, error)) || !fs::is_directory(place, error))
    return Standing::kForeign;
  if (!IsOfAlbum(place, album_text)) {
    return IsPackage(place) ? Standing::kAnother : Standing::kForeign;
  }
  if (HoldsOthers(place, paths)) return Standing::kMixed;
  const absl::StatusOr<VerifyReport> report = VerifyPackage(place, workers, stop);
  if (absl::IsCancelled(report.status())) return report.status();
  if (!report.ok() || report->problems().empty()) return report.ok() ? Standing::kWhole : Standing::kDamaged;
  const bool all_read =
      std::none_of(report->problems().begin(), report->problems().end(),
                   [](const VerifyReport::Problem& one) { return one.kind() == "unreadable"; });
  return all_read ? Standing::kDamaged : Standing::kUnreadable;
}

bool HoldsInput(const std::string& place, const Spec& spec, const Ingested& ingested) {
  std::error_code error;
  const fs::path outer = fs::weakly_canonical(place, error);
  return IsWithin(spec.path, outer) ||
         std::any_of(ingested.files.begin(), ingested.files.end(),
                     [&](const SourceFile& file) { return IsWithin(file.path, outer); });
}

std::string Refusal(Standing standing, const std::string& place, Existing existing) {
  const bool keeps = existing == Existing::kKeep;
  switch (standing) {
    case Standing::kForeign:
      return fmt::format("{} is there already and is no package; name another --out, or move it away", place);
    case Standing::kAnother:
      return keeps ? fmt::format(
                         "{} is there already, the package of another album or of another state of this one; "
                         "name another --out, or say --replace",
                         place)
                   : "";
    case Standing::kUnreadable:
      return keeps ? fmt::format(
                         "{} is there already, and not all of it can be read (trackout verify names what); "
                         "mend that, or say --replace",
                         place)
                   : "";
    case Standing::kMixed:
      return keeps
                 ? fmt::format(
                       "{} is there already, with files that are not of this package (trackout verify names "
                       "them); move them away, or say --replace",
                       place)
                 : "";
    default:
      return "";
  }
}

}  // namespace trackout
