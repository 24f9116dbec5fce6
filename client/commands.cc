#include "client/commands.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "client/collect.h"
#include "client/ingest.h"
#include "client/progress.h"
#include "client/staging.h"
#include "client/tables.h"
#include "client/verify.h"
#include "coordinator/package/album_text.h"
#include "coordinator/package/manifest.h"
#include "coordinator/package/paths.h"
#include "coordinator/planner/planner.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/spec_reader.h"
#include "fmt/format.h"

namespace trackout {
namespace {

int Cores() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// The first of them; more than a screen of errors helps nobody.
void PrintFindings(std::FILE* to, const std::vector<Finding>& findings) {
  const size_t count = std::min<size_t>(findings.size(), kMostFindings);
  for (size_t i = 0; i < count; ++i) fmt::print(to, "{}\n", Describe(findings[i]));
  if (count < findings.size()) fmt::print(to, "... and {} more\n", findings.size() - count);
}

std::string Counted(int count, const char* noun_text) {
  return fmt::format("{} {}{}", count, noun_text, count == 1 ? "" : "s");
}

ExitCode Fail(ExitCode code, const absl::Status& status) {
  fmt::print(stderr, "trackout: {}\n", std::string(status.message()));
  return code;
}

// An album that was read, looked at and planned.
struct Prepared {
  Spec spec;
  Ingested ingested;
  RenderPlan plan;
  std::vector<Finding> findings;  // of all three, located; the plan is whole where none is an error
};

// What the album itself says; the sources come next.
absl::StatusOr<Prepared> ReadAlbum(const AlbumOptions& options) {
  absl::StatusOr<Spec> spec = ReadSpec(options.album, options.solo);
  if (!spec.ok()) return spec.status();
  Prepared prepared{*std::move(spec), {}, {}, {}};
  prepared.findings = prepared.spec.findings;
  return prepared;
}

absl::Status LookAndPlan(Digests digests, const std::atomic<bool>& stop, Prepared& prepared) {
  // A check tells of the sources too where the spec is wrong; for more than that the spec must be right.
  if (HasErrors(prepared.findings) && digests == Digests::kAll) return absl::OkStatus();
  std::deque<SongProgress> reading(1);
  reading.front().title = "reading sources";
  {
    const bool draws = ProgressStyleOfStderr() == ProgressStyle::kBars;
    const ProgressDisplay display(reading, draws ? ProgressStyle::kBars : ProgressStyle::kQuiet);
    prepared.ingested = IngestSources(prepared.spec, digests, Cores(), stop, reading.front());
  }
  if (stop) return absl::CancelledError("stopped");
  std::vector<Finding>& findings = prepared.findings;
  findings.insert(findings.end(), prepared.ingested.findings.begin(), prepared.ingested.findings.end());
  if (!HasErrors(findings)) {
    prepared.plan = PlanAlbum(prepared.spec.album, prepared.ingested.sources, findings);
  }
  Locate(prepared.spec, findings);
  return absl::OkStatus();
}

absl::StatusOr<Prepared> Prepare(const AlbumOptions& options, Digests digests,
                                 const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = ReadAlbum(options);
  if (!prepared.ok()) return prepared;
  if (absl::Status planned = LookAndPlan(digests, stop, *prepared); !planned.ok()) return planned;
  return prepared;
}

// The package of this album that stands at `place`.
enum class Standing { kNothing, kWhole, kDamaged, kAnother };

Standing StandingAt(const std::string& place, const std::string& album_text) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(place, error))) return Standing::kNothing;
  std::ifstream file(place + "/data/album.yaml", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str() != album_text) return Standing::kAnother;
  const absl::StatusOr<VerifyReport> report = VerifyPackage(place, Cores());
  return report.ok() && report->verdict() == "passed" ? Standing::kWhole : Standing::kDamaged;
}

// Disk that the render will need at its fullest.
int64_t NeededBytes(const RenderPlan& plan, Bundling bundling) {
  constexpr int64_t kPrintFrameBytes = 2 * sizeof(double);
  int64_t bytes = int64_t{1} << 20;  // documents
  for (const PlannedFile& file : plan.files()) bytes += file.file().size_bytes();
  if (bundling == Bundling::kSong) return bytes;
  for (const PlannedJob& job : plan.jobs()) {
    if (job.job().has_print()) bytes += job.job().frames() * kPrintFrameBytes;
  }
  return bytes;
}

ExitCode CodeOfRenderError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return kAlbumWrong;
    default:
      return kRenderFailed;
  }
}

absl::StatusOr<Manifest> RenderInto(const Prepared& prepared, const RenderOptions& options, Staging& staging,
                                    const std::string& album_text, const std::atomic<bool>& stop) {
  BlobStore store(staging.blobs());
  AdoptSources(prepared.ingested, store);
  std::deque<SongProgress> songs;
  PrepareProgress(prepared.plan, options.bundling, songs);
  absl::StatusOr<JobResults> results = [&] {
    const ProgressDisplay display(songs, ProgressStyleOfStderr());
    return RenderPlanHere(prepared.plan, store,
                          {options.workers, options.bundling, options.block_frames, &stop}, songs);
  }();
  if (!results.ok()) return results.status();
  if (absl::Status unchanged = CheckUnchanged(prepared.ingested); !unchanged.ok()) return unchanged;
  Manifest manifest = FinishedManifest(prepared.plan, *results);
  absl::Status assembled =
      AssemblePackage(prepared.spec.album, manifest, album_text, store, staging.package());
  if (!assembled.ok()) return assembled;
  return manifest;
}

ExitCode TellPackage(const Manifest& manifest, const std::string& place, Output output) {
  if (output == Output::kJson) {
    fmt::print("{}", ToJson(manifest));
  } else {
    fmt::print("{}{}\n", PackageTable(manifest), place);
  }
  const std::string failure = DescribeFailure(manifest);
  if (failure.empty()) return kDone;
  fmt::print(stderr, "trackout: {}\n", failure);
  return kProofFailed;
}

// A whole package of the same album is there already: nothing is rendered again.
ExitCode TellStanding(const std::string& place, Output output) {
  std::ifstream file(place + "/data/manifest.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  Manifest manifest;
  if (absl::Status read = FromJson(text.str(), manifest); !read.ok()) return Fail(kRenderFailed, read);
  fmt::print(stderr, "{} is there already, whole and of this album; nothing to render\n", place);
  return TellPackage(manifest, place, output);
}

ExitCode RenderPrepared(const Prepared& prepared, Output output, const RenderOptions& render,
                        Staging& staging, const std::atomic<bool>& stop) {
  const std::string name = PackageFolder(prepared.plan.manifest());
  const std::string place = (std::filesystem::path(render.out) / name).string();
  const std::string album_text = PackagedAlbumText(prepared.spec.text, prepared.plan);
  const Standing standing = StandingAt(place, album_text);
  if (render.existing == Existing::kKeep && standing == Standing::kWhole) return TellStanding(place, output);
  if (render.existing == Existing::kKeep && standing == Standing::kAnother) {
    return Fail(
        kUsage,
        absl::AlreadyExistsError(fmt::format(
            "{} is there already and holds something else; name another --out, or say --replace", place)));
  }
  const int64_t needed = NeededBytes(prepared.plan, render.bundling);
  const int64_t free = staging.FreeBytes();
  if (needed > free) {
    return Fail(kRenderFailed, absl::ResourceExhaustedError(fmt::format(
                                   "--out {}: the disk is full: the render needs {}, {} are free; make room, "
                                   "or name another --out",
                                   render.out, SizeText(needed), SizeText(free))));
  }
  absl::StatusOr<Manifest> manifest = RenderInto(prepared, render, staging, album_text, stop);
  if (!manifest.ok()) {
    return Fail(
        CodeOfRenderError(manifest.status()),
        absl::IsResourceExhausted(manifest.status())
            ? absl::ResourceExhaustedError(fmt::format("--out {}: {}; make room, or name another --out",
                                                       render.out, std::string(manifest.status().message())))
            : manifest.status());
  }
  const bool may_replace = render.existing == Existing::kReplace || standing == Standing::kDamaged;
  if (absl::Status moved = staging.MoveIntoPlace(name, may_replace); !moved.ok()) {
    return Fail(absl::IsAlreadyExists(moved) ? kUsage : kRenderFailed, moved);
  }
  return TellPackage(*manifest, place, output);
}

}  // namespace

ExitCode CheckCommand(const AlbumOptions& options, const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = Prepare(options, Digests::kNone, stop);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  CheckReport report;
  for (const Finding& finding : prepared->findings) {
    *report.add_findings() = finding;
    const bool is_error = finding.severity() == Finding::error;
    report.set_errors(report.errors() + (is_error ? 1 : 0));
    report.set_warnings(report.warnings() + (is_error ? 0 : 1));
  }
  if (options.output == Output::kJson) {
    fmt::print("{}", ToJson(report));
  } else {
    PrintFindings(stdout, prepared->findings);
    fmt::print("{}: {}, {}\n", options.album, Counted(report.errors(), "error"),
               Counted(report.warnings(), "warning"));
  }
  return report.errors() > 0 ? kAlbumWrong : kDone;
}

ExitCode PlanCommand(const AlbumOptions& options, const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = Prepare(options, Digests::kAll, stop);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  PrintFindings(stderr, prepared->findings);
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  const Manifest manifest = PlannedManifest(prepared->plan);
  fmt::print("{}", options.output == Output::kJson ? ToJson(manifest) : PlanTable(manifest));
  return kDone;
}

ExitCode RenderCommand(const AlbumOptions& options, const RenderOptions& render,
                       const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = ReadAlbum(options);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  if (HasErrors(prepared->findings)) {
    PrintFindings(stderr, prepared->findings);
    return kAlbumWrong;
  }
  // The folder first: nobody wants to hear after an hour of reading that it cannot be written to.
  absl::StatusOr<std::unique_ptr<Staging>> staging = Staging::Create(render.out);
  if (!staging.ok()) {
    return Fail(absl::IsResourceExhausted(staging.status()) ? kRenderFailed : kUsage, staging.status());
  }
  if (absl::Status planned = LookAndPlan(Digests::kAll, stop, *prepared); !planned.ok()) {
    return Fail(kAlbumWrong, planned);
  }
  PrintFindings(stderr, prepared->findings);
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  return RenderPrepared(*prepared, options.output, render, **staging, stop);
}

ExitCode VerifyCommand(const std::string& package, Output output) {
  const absl::StatusOr<VerifyReport> report = VerifyPackage(package, Cores());
  if (!report.ok()) return Fail(kAlbumWrong, report.status());
  if (output == Output::kJson) {
    fmt::print("{}", ToJson(*report));
  } else {
    for (const VerifyReport::Problem& problem : report->problems()) {
      fmt::print("{}: {}\n", problem.path(), problem.message());
    }
    for (const Proof& proof : report->proofs()) fmt::print("{}", ProofLine(proof));
    fmt::print("{}: {}, {}: {}\n", package, Counted(report->files(), "file"),
               Counted(report->problems_size(), "problem"), report->verdict());
  }
  return report->verdict() == "passed" ? kDone : kProofFailed;
}

}  // namespace trackout
