// trackout check, trackout plan: what is known of an album before anything is rendered.
#include "client/commands.h"
#include "client/commands/prepared.h"
#include "client/commands/speech.h"
#include "client/tables.h"
#include "coordinator/package/manifest.h"
#include "core/json.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

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
  return GiveResult(
      options.output == Output::kJson ? ToJson(report) : FindingsText(prepared->findings) + summary,
      report.errors() > 0 ? kAlbumWrong : kDone);
}

ExitCode PlanCommand(const AlbumOptions& options, const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = Prepare(options, Digests::kAll, stop);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  Say(FindingsText(prepared->findings));
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  const Manifest manifest = PlannedManifest(prepared->plan);
  return GiveResult(options.output == Output::kJson ? ToJson(manifest) : PlanTable(manifest), kDone);
}

}  // namespace trackout
