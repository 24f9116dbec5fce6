#include "client/commands/place.h"

#include <filesystem>

#include "client/commands/speech.h"
#include "client/tables.h"
#include "client/text_file.h"
#include "coordinator/package/manifest.h"
#include "core/json.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

ExitCode TellPackage(const Manifest& manifest, const std::string& path, Output output) {
  const std::string failure = DescribeFailure(manifest);
  if (!failure.empty()) Say(fmt::format("trackout: {}\n", failure));
  return GiveResult(
      output == Output::kJson ? ToJson(manifest) : PackageTable(manifest) + Printable(path) + "\n",
      failure.empty() ? kDone : kProofFailed);
}

}  // namespace

std::string PathOf(const Place& place) {
  return (std::filesystem::path(place.out) / place.folder).string();
}

absl::StatusOr<Standing> LookAt(const Place& place, const std::atomic<bool>& stop) {
  const std::string path = PathOf(place);
  const absl::StatusOr<Standing> standing = StandingAt(path, place.album_text, place.paths, Cores(), stop);
  if (!standing.ok()) return standing;
  const std::string refusal = Refusal(*standing, path, place.existing);
  if (!refusal.empty()) return absl::AlreadyExistsError(refusal);
  const bool stays = *standing == Standing::kWhole && place.existing == Existing::kKeep;
  if (*standing == Standing::kNothing || stays || !place.holds_input || !place.holds_input(path))
    return standing;
  return absl::AlreadyExistsError(fmt::format(
      "{} holds the spec or a source of this album and is not replaced; name another --out", path));
}

ExitCode PutIntoPlace(const Place& place, Standing before, const Manifest& manifest, Output output,
                      Staging& staging, const std::atomic<bool>& stop) {
  if (before != Standing::kNothing) {  // it took long: what gives way now is looked at once more
    const absl::StatusOr<Standing> now = LookAt(place, stop);
    if (!now.ok()) return FailAt(place, now.status());
  }
  const absl::Status moved = staging.MoveIntoPlace(place.folder, before != Standing::kNothing);
  if (moved.ok()) return TellPackage(manifest, PathOf(place), output);
  if (!absl::IsAlreadyExists(moved)) return FailAt(place, moved);
  // Somebody put something there meanwhile; where it is this album's package, all is well.
  const absl::StatusOr<Standing> now = LookAt(place, stop);
  return now.ok() && *now == Standing::kWhole ? TellStanding(place, output) : Fail(kUsage, moved);
}

ExitCode TellStanding(const Place& place, Output output) {
  const std::string path = PathOf(place);
  Manifest manifest;
  const absl::Status read =
      FromJson(ReadTextFile(std::filesystem::path(path) / "data" / "manifest.json"), manifest);
  if (!read.ok()) return Fail(kRenderFailed, read);
  Say(fmt::format("{} is there already, whole and of this album; {}\n", Printable(path),
                  place.nothing_to_do));
  return TellPackage(manifest, path, output);
}

ExitCode FailAt(const Place& place, const absl::Status& status) {
  if (absl::IsAlreadyExists(status)) return Fail(kUsage, status);
  if (!absl::IsResourceExhausted(status)) return Fail(kRenderFailed, status);
  return Fail(kRenderFailed,
              absl::ResourceExhaustedError(fmt::format("--out {}: {}; make room, or name another --out",
                                                       place.out, std::string(status.message()))));
}

absl::Status CheckRoom(const Staging& staging, int64_t needed_bytes, const std::string& what) {
  const int64_t free_bytes = staging.FreeBytes();
  if (needed_bytes <= free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(fmt::format("the disk is full: {} needs {}, {} are free", what,
                                                  SizeText(needed_bytes), SizeText(free_bytes)));
}

}  // namespace trackout
