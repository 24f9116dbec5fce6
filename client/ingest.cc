#include "client/ingest.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/audio/audio_file.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// What may help where a file is not found: the nearest name in its folder, or that it is a dangling link.
std::string NearbyName(const std::filesystem::path& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), error)) {
    if (entry.path().filename() == path.filename()) return ": a link that leads nowhere";
    names.push_back(entry.path().filename().string());
    if (names.size() > 5000) break;
  }
  std::sort(names.begin(), names.end());
  return DidYouMean(path.filename().string(), names);
}

// One file: what it is, or why it cannot be used.
struct Look {
  std::string path;  // that opens
  absl::StatusOr<Source> source = absl::UnknownError("not looked at");
  FileState state;  // before it was looked at
};

void LookAt(Look& look, Digests digests, const std::atomic<bool>& stop) {
  look.source = InspectSource(look.path, stop);
  if (!look.source.ok()) {
    if (absl::IsNotFound(look.source.status())) {
      look.source = absl::NotFoundError(std::string(look.source.status().message()) + NearbyName(look.path));
    }
    return;
  }
  if (digests == Digests::kNone) return;
  absl::StatusOr<Digest> digest = DigestOfFile(look.path, stop);
  if (!digest.ok()) {
    look.source = digest.status();
  } else {
    *look.source->mutable_digest() = *std::move(digest);
  }
}

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Only where the memory does not know the file.
void LookOrRecall(Look& look, Digests digests, const std::atomic<bool>& stop, SourceMemory* memory) {
  if (memory != nullptr) {
    if (std::optional<Source> known = memory->Recall(look.path, look.state)) {
      look.source = *std::move(known);
      return;
    }
  }
  const int64_t now_ns = NowNs();
  LookAt(look, digests, stop);
  const bool is_whole = look.source.ok() && digests == Digests::kAll;
  if (memory != nullptr && is_whole && StateOf(look.path) == look.state)
    memory->Remember(look.path, look.state, *look.source, now_ns);
}

void LookAtAll(std::vector<Look*>& looks, Digests digests, int workers, const std::atomic<bool>& stop,
               SongProgress& progress, SourceMemory* memory) {
  for (Look* look : looks) {
    look->state = StateOf(look->path).value_or(FileState{});
    progress.steps_total += look->state.size_bytes;
  }
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < looks.size() && !stop; i = next++) {
      LookOrRecall(*looks[i], digests, stop, memory);
      progress.steps_done += looks[i]->state.size_bytes;
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < std::min<int>(workers, static_cast<int>(looks.size())); ++i) threads.emplace_back(work);
  work();
}

}  // namespace

Ingested IngestSources(const Spec& spec, Digests digests, int workers, const std::atomic<bool>& stop,
                       SongProgress& progress, SourceMemory* memory) {
  const std::filesystem::path folder = std::filesystem::path(spec.path).parent_path();
  const std::vector<SourceUse> uses = SourceUses(spec.album);
  std::map<std::string, Look> looks;  // by the path in the album
  std::vector<Look*> order;
  for (const SourceUse& use : uses) {
    const auto [look, is_new] = looks.emplace(use.path, Look{});
    if (!is_new) continue;
    look->second.path = (folder / use.path).string();
    order.push_back(&look->second);
  }
  LookAtAll(order, digests, workers, stop, progress, memory);
  Ingested ingested;
  for (const SourceUse& use : uses) {
    const Look& look = looks.at(use.path);
    if (!look.source.ok()) {
      Finding& finding = ingested.findings.emplace_back();
      finding.set_place(use.place);
      finding.set_message(
          fmt::format("{}: {}: {}", use.who, use.path, std::string(look.source.status().message())));
      continue;
    }
    if (!ingested.sources.emplace(use.path, *look.source).second) continue;
    ingested.sources.at(use.path).set_path(use.path);
    ingested.files.push_back(
        {look.path, look.source->digest(), look.state.size_bytes, look.state.changed_ns});
    for (const std::string& doubt : look.source->doubts()) {
      Finding& finding = ingested.findings.emplace_back();
      finding.set_severity(Finding::warning);
      finding.set_place(use.place);
      finding.set_message(fmt::format("{}: {}: {}", use.who, use.path, doubt));
    }
  }
  return ingested;
}

void AdoptSources(const Ingested& ingested, FileStore& store) {
  for (const SourceFile& file : ingested.files) store.Adopt(file.digest, file.path);
}

absl::Status CheckUnchanged(const Ingested& ingested, Meanwhile meanwhile) {
  for (const SourceFile& file : ingested.files) {
    const std::optional<FileState> state = StateOf(file.path);
    if (state && state->size_bytes == file.size_bytes && state->changed_ns == file.changed_ns) continue;
    return absl::DataLossError(
        fmt::format("{}: was changed while it was {} again", file.path,
                    meanwhile == Meanwhile::kRendered ? "rendered; render" : "uploaded; submit"));
  }
  return absl::OkStatus();
}

}  // namespace trackout
