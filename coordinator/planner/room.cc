#include "coordinator/planner/room.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/audio/rate_converter.h"
#include "core/audio/wav.h"
#include "core/digest.h"

namespace trackout {
namespace {

constexpr int64_t kPrintSampleBytes = sizeof(double);

int64_t MixFileBytes(const MixFile& file, const RenderJob& job) {
  const int rate = file.format().sample_rate();
  const int64_t frames = rate == 0 ? job.frames() : FramesAtRate(job.frames(), job.sample_rate(), rate);
  return WavSizeBytes(file.format(), file.channels(), frames);
}

int64_t PrintBytes(const RenderPlan& plan, Bundling bundling) {
  int64_t all = 0;
  std::map<int, int64_t> of_song;
  for (const PlannedJob& planned : plan.jobs()) {
    if (!planned.job().has_print()) continue;
    const int64_t bytes = planned.job().frames() * planned.job().print().channels() * kPrintSampleBytes;
    all += bytes;
    for (const int song : planned.songs()) of_song[song] += bytes;
  }
  if (bundling == BUNDLING_JOB) return all;
  int64_t most = 0;
  if (bundling == BUNDLING_FARM) {
    for (const auto& [song, bytes] : of_song) most = std::max(most, bytes);
  }
  return most;
}

}  // namespace

int64_t OutputBytes(const RenderPlan& plan, Bundling bundling) {
  int64_t bytes = PrintBytes(plan, bundling);
  std::set<std::pair<std::string, int>> counted;
  for (const PlannedFile& file : plan.files()) {
    const bool is_new = counted.emplace(file.made_by().job_key(), file.made_by().output()).second;
    if (is_new) bytes += file.file().size_bytes();
  }
  for (const PlannedJob& planned : plan.jobs()) {
    const Finish& finish = planned.job().finish();
    for (int i = 0; i < finish.mix_files_size(); ++i) {  // those that only a proof reads
      if (!counted.emplace(planned.key(), i).second) continue;
      bytes += MixFileBytes(finish.mix_files(i), planned.job());
    }
  }
  return bytes;
}

int64_t SourceBytes(const RenderPlan& plan) {
  int64_t bytes = 0;
  std::set<Digest, DigestLess> counted;
  for (const Source& source : plan.sources()) {
    if (counted.insert(source.digest()).second) bytes += source.digest().size_bytes();
  }
  return bytes;
}

}  // namespace trackout
