#include "client/commands/prepared.h"

#include <deque>
#include <utility>

#include "client/commands/speech.h"
#include "client/progress.h"
#include "coordinator/planner/planner.h"

namespace trackout {

absl::StatusOr<Prepared> ReadAlbum(const AlbumOptions& options) {
  absl::StatusOr<Spec> spec = ReadSpec(options.album, options.solo);
  if (!spec.ok()) return spec.status();
  Prepared prepared{*std::move(spec), {}, {}, {}};
  prepared.findings = prepared.spec.findings;
  return prepared;
}

absl::Status LookAndPlan(Digests digests, Remembering remembering, const std::atomic<bool>& stop,
                         Prepared& prepared) {
  // Where the spec is wrong, the sources are looked at only to tell what is wrong with them too.
  if (HasErrors(prepared.findings)) digests = Digests::kNone;
  std::deque<SongProgress> reading(1);
  reading.front().title = "reading sources";
  reading.front().steps = Steps::kBytes;
  {
    const bool draws = ProgressStyleOfStderr() == ProgressStyle::kBars;
    const ProgressDisplay display(reading, draws ? ProgressStyle::kBars : ProgressStyle::kQuiet);
    SourceMemory memory(remembering == Remembering::kYes ? SourceMemory::DefaultPath() : "");
    prepared.ingested = IngestSources(prepared.spec, digests, Cores(), stop, reading.front(), &memory);
    memory.Keep();
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
  if (absl::Status planned = LookAndPlan(digests, options.remembering, stop, *prepared); !planned.ok())
    return planned;
  return prepared;
}

SubmitRequest RequestOf(const Prepared& prepared, Bundling bundling) {
  SubmitRequest request;
  *request.mutable_album() = prepared.spec.album;
  request.set_spec_text(prepared.spec.text);
  for (const auto& [path, source] : prepared.ingested.sources) *request.add_sources() = source;
  request.set_bundling(bundling);
  return request;
}

}  // namespace trackout
