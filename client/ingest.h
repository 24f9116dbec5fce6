// Looks at every source that an album uses: is it there, is it sound, what is its digest. Several at a
// time; all that is wrong is told at once.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/progress.h"
#include "client/source_memory.h"
#include "coordinator/planner/timeline/timeline.h"
#include "core/blobs/file_store.h"
#include "core/spec/spec_reader.h"

namespace trackout {

// A source's file as it was when it was looked at, to tell whether it has changed since.
struct SourceFile {
  std::string path;  // that opens
  Digest digest;
  int64_t size_bytes = 0;
  int64_t changed_ns = 0;
};

struct Ingested {
  Sources sources;
  std::vector<SourceFile> files;
  std::vector<Finding> findings;  // with places
};

// Whether digests are wanted: a check of an album needs none.
enum class Digests { kNone, kAll };

// Paths of the album are relative to the spec's folder. Stops early, with what it has, when `stop` is set.
// `progress` counts bytes. What `memory` knows is not looked at again; what is new is remembered in it, not
// yet kept.
Ingested IngestSources(const Spec& spec, Digests digests, int workers, const std::atomic<bool>& stop,
                       SongProgress& progress, SourceMemory* memory = nullptr);

// Lets the store read the sources where they lie.
void AdoptSources(const Ingested& ingested, FileStore& store);

// DataLoss where a source was changed since. The message ends in what was done with it meanwhile.
enum class Meanwhile { kRendered, kUploaded };
absl::Status CheckUnchanged(const Ingested& ingested, Meanwhile meanwhile);

}  // namespace trackout
