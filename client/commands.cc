#include "client/commands.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

#include "client/collect.h"
#include "client/ingest.h"
#include "client/progress.h"
#include "client/staging.h"
#include "client/standing.h"
#include "client/tables.h"
#include "client/text_file.h"
#include "client/verify.h"
#include "coordinator/package/album_text.h"
#include "coordinator/package/manifest.h"
#include "coordinator/package/paths.h"
#include "coordinator/planner/planner.h"
#include "core/audio/wav.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/spec/spec_reader.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

int Cores() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Results must arrive: a full disk behind stdout is an error.
ExitCode Answer(const std::string& text, ExitCode code) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("trackout: cannot write to stdout\n", stderr);
  return code == kDone ? kRenderFailed : code;
}

// The rest goes to stderr; where that is closed, nobody wanted to know.
void Say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

// The first of them; more than a screen of errors helps nobody.
std::string FindingsText(const std::vector<Finding>& findings) {
  const size_t count = std::min<size_t>(findings.size(), kMostFindings);
  std::string text;
  for (size_t i = 0; i < count; ++i) text += Printable(Describe(findings[i])) + "\n";
  if (count < findings.size()) text += fmt::format("... and {} more\n", findings.size() - count);
  return text;
}

ExitCode Fail(ExitCode code, const absl::Status& status) {
  Say(fmt::format("trackout: {}\n", Printable(std::string(status.message()))));
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
  // Where the spec is wrong, the sources are looked at only to tell what is wrong with them too.
  if (HasErrors(prepared.findings)) digests = Digests::kNone;
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

// Disk that the render will need at its fullest.
int64_t NeededBytes(const RenderPlan& plan, Bundling bundling) {
  constexpr int64_t kPrintFrameBytes = 2 * sizeof(double);
  int64_t bytes = int64_t{1} << 20;  // documents
  std::set<std::pair<std::string, int>> delivered;
  for (const PlannedFile& file : plan.files()) {
    bytes += file.file().size_bytes();
    delivered.emplace(file.made_by().job_key(), file.made_by().output());
  }
  for (const PlannedJob& planned : plan.jobs()) {
    const RenderJob& job = planned.job();
    if (bundling == Bundling::kJob && job.has_print()) bytes += job.frames() * kPrintFrameBytes;
    for (int i = 0; i < job.finish().mix_files_size(); ++i) {  // those that only a proof reads
      if (delivered.contains({planned.key(), i})) continue;
      bytes += WavSizeBytes(job.finish().mix_files(i).format(), 2, job.frames());
    }
  }
  return bytes;
}

ExitCode CodeOfRenderError(const absl::Status& status) {
  return absl::IsDataLoss(status) ? kAlbumWrong : kRenderFailed;  // worker/render/bundle.h
}

absl::StatusOr<Manifest> RenderInto(const Prepared& prepared, const RenderOptions& options, Staging& staging,
                                    const std::string& album_text, std::atomic<bool>& stop) {
  BlobStore store(staging.blobs());
  AdoptSources(prepared.ingested, store);
  std::deque<SongProgress> songs;
  PrepareProgress(prepared.plan, options.bundling, songs);
  absl::StatusOr<JobResults> results = [&] {
    const ProgressDisplay display(songs, ProgressStyleOfStderr());
    return RenderPlanHere(prepared.plan, store, {options.workers, options.bundling, options.block_frames},
                          stop, songs);
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
  const std::string failure = DescribeFailure(manifest);
  if (!failure.empty()) Say(fmt::format("trackout: {}\n", failure));
  return Answer(output == Output::kJson ? ToJson(manifest) : PackageTable(manifest) + Printable(place) + "\n",
                failure.empty() ? kDone : kProofFailed);
}

// A whole package of the same album is there already: nothing is rendered again.
ExitCode TellStanding(const std::string& place, Output output) {
  Manifest manifest;
  const absl::Status read =
      FromJson(ReadTextFile(std::filesystem::path(place) / "data" / "manifest.json"), manifest);
  if (!read.ok()) return Fail(kRenderFailed, read);
  Say(fmt::format("{} is there already, whole and of this album; nothing to render\n", Printable(place)));
  return TellPackage(manifest, place, output);
}

absl::Status CheckRoom(const Prepared& prepared, const RenderOptions& render, const Staging& staging) {
  const int64_t needed = NeededBytes(prepared.plan, render.bundling);
  const int64_t free = staging.FreeBytes();
  if (needed <= free) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("the disk is full: the render needs {}, {} are free", SizeText(needed), SizeText(free)));
}

ExitCode FailRender(const RenderOptions& render, const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return Fail(CodeOfRenderError(status), status);
  return Fail(kRenderFailed,
              absl::ResourceExhaustedError(fmt::format("--out {}: {}; make room, or name another --out",
                                                       render.out, std::string(status.message()))));
}

// Whether the package may take the place, with what stands there.
absl::Status CheckPlace(Standing standing, const std::string& place, const Prepared& prepared,
                        Existing existing) {
  const std::string refusal = Refusal(standing, place, existing);
  if (!refusal.empty()) return absl::AlreadyExistsError(refusal);
  if (standing == Standing::kNothing || !HoldsInput(place, prepared.spec, prepared.ingested))
    return absl::OkStatus();
  return absl::AlreadyExistsError(fmt::format(
      "{} holds the spec or a source of this album and is not replaced; name another --out", place));
}

ExitCode RenderPrepared(const Prepared& prepared, Output output, const RenderOptions& render,
                        Staging& staging, std::atomic<bool>& stop) {
  const std::string name = PackageFolder(prepared.plan.manifest());
  const std::string place = (std::filesystem::path(render.out) / name).string();
  const std::string album_text = PackagedAlbumText(prepared.spec.text, prepared.plan);
  const std::set<std::string> paths = PackagePaths(prepared.plan);
  const absl::StatusOr<Standing> standing = StandingAt(place, album_text, paths, Cores(), stop);
  if (!standing.ok()) return Fail(kRenderFailed, standing.status());
  if (*standing == Standing::kWhole && render.existing == Existing::kKeep) return TellStanding(place, output);
  absl::Status taken = CheckPlace(*standing, place, prepared, render.existing);
  if (!taken.ok()) return Fail(kUsage, taken);
  if (absl::Status room = CheckRoom(prepared, render, staging); !room.ok()) return FailRender(render, room);
  absl::StatusOr<Manifest> manifest = RenderInto(prepared, render, staging, album_text, stop);
  if (!manifest.ok()) return FailRender(render, manifest.status());
  if (*standing != Standing::kNothing) {  // a render takes long: what gives way now is looked at once more
    const absl::StatusOr<Standing> before_move = StandingAt(place, album_text, paths, Cores(), stop);
    if (!before_move.ok()) return Fail(kRenderFailed, before_move.status());
    taken = CheckPlace(*before_move, place, prepared, render.existing);
    if (!taken.ok()) return Fail(kUsage, taken);
  }
  const absl::Status moved = staging.MoveIntoPlace(name, *standing != Standing::kNothing);
  if (moved.ok()) return TellPackage(*manifest, place, output);
  if (!absl::IsAlreadyExists(moved)) return FailRender(render, moved);
  // Somebody put something there meanwhile; where it is this album's package, all is well.
  const absl::StatusOr<Standing> now = StandingAt(place, album_text, paths, Cores(), stop);
  return now.ok() && *now == Standing::kWhole ? TellStanding(place, output) : Fail(kUsage, moved);
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
  const std::string summary =
      fmt::format("{}: {}, {}\n", Printable(options.album), Counted(report.errors(), "error"),
                  Counted(report.warnings(), "warning"));
  return Answer(options.output == Output::kJson ? ToJson(report) : FindingsText(prepared->findings) + summary,
                report.errors() > 0 ? kAlbumWrong : kDone);
}

ExitCode PlanCommand(const AlbumOptions& options, const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = Prepare(options, Digests::kAll, stop);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  Say(FindingsText(prepared->findings));
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  const Manifest manifest = PlannedManifest(prepared->plan);
  return Answer(options.output == Output::kJson ? ToJson(manifest) : PlanTable(manifest), kDone);
}

ExitCode RenderCommand(const AlbumOptions& options, const RenderOptions& render, std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = ReadAlbum(options);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  std::unique_ptr<Staging> staging;
  if (!HasErrors(prepared->findings)) {
    // The folder first: nobody wants to hear after an hour of reading that it cannot be written to.
    absl::StatusOr<std::unique_ptr<Staging>> made = Staging::Create(render.out, stop);
    if (!made.ok())
      return Fail(absl::IsFailedPrecondition(made.status()) ? kUsage : kRenderFailed, made.status());
    staging = *std::move(made);
  }
  if (absl::Status planned = LookAndPlan(Digests::kAll, stop, *prepared); !planned.ok()) {
    return Fail(kAlbumWrong, planned);
  }
  Say(FindingsText(prepared->findings));
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  return RenderPrepared(*prepared, options.output, render, *staging, stop);
}

ExitCode VerifyCommand(const std::string& package, Output output, const std::atomic<bool>& stop) {
  const absl::StatusOr<VerifyReport> report = VerifyPackage(package, Cores(), stop);
  if (!report.ok()) return Fail(kAlbumWrong, report.status());
  std::string text;
  for (const VerifyReport::Problem& problem : report->problems()) {
    text += fmt::format("{}: {}\n", Printable(problem.path()), Printable(problem.message()));
  }
  for (const Proof& proof : report->proofs()) text += ProofLine(proof);
  text += fmt::format("{}: {}, {}: {}\n", Printable(package), Counted(report->files(), "file"),
                      Counted(report->problems_size(), "problem"), report->verdict());
  return Answer(output == Output::kJson ? ToJson(*report) : text,
                report->verdict() == "passed" ? kDone : kProofFailed);
}

}  // namespace trackout
