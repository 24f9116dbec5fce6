// The mixing pass alone, on one core: the sources of bench_make_song's song are read from the page cache,
// unpacked, mixed to prints, stems and mixes, quantised and packed into memory, block by block as a render
// does it. Nothing is hashed, measured, proven or written.
//
//   bench_mixing FOLDER [ROUNDS]       FOLDER holds the song (bench_make_song); default: 5
//
// Prints the medians as times of real time, of the wall and of the CPU time.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/prepared.h"
#include "core/audio/wav.h"
#include "core/limits.h"
#include "fmt/format.h"
#include "tests/bench/bench.h"
#include "worker/dsp/quantise.h"
#include "worker/render/finish_graph.h"
#include "worker/render/graph/print_graph.h"
#include "worker/render/pass.h"

namespace trackout {
namespace {

using bench::CpuSeconds;
using bench::Die;
using bench::OrDie;

using Clock = std::chrono::steady_clock;

constexpr int kPartFrames = 1024;

const std::atomic<bool> never = false;

// The song's one pass: its prints as a graph, its mixes, and its files as bytes in memory.
class MixingPass {
 public:
  MixingPass(const RenderPlan& plan, FileStore& store)
      : finish_(FinishOf(plan)), graph_(store, finish_.job().sample_rate(), kBlockFrames, kPartFrames) {
    std::map<std::string, int> node_of;
    for (const PlannedJob& job : plan.jobs()) {
      if (job.job().has_print()) node_of[job.key()] = OrDie(AddPrintTo(graph_, job.job().print()));
    }
    std::vector<int> prints;
    for (const JobOutput& print : finish_.job().finish().prints())
      prints.push_back(node_of.at(print.job_key()));
    mixes_ = OrDie(AddMixesTo(graph_, finish_.job().finish(), prints, nullptr));
    for (const int mix : mixes_) graph_.Use({mix, 0}, finish_.job().start_frame());
    if (absl::Status prepared = graph_.Prepare(); !prepared.ok()) Die(prepared.ToString());
  }

  void Run() {
    const int64_t begin = finish_.job().start_frame(), end = begin + finish_.job().frames();
    for (int64_t first = std::min(graph_.FirstFrame(), begin); first < end;) {
      const int64_t bound = first < begin ? begin : end;
      const int count = static_cast<int>(std::min<int64_t>(kBlockFrames, bound - first));
      if (absl::Status loaded = graph_.Load(first, count, nullptr); !loaded.ok()) Die(loaded.ToString());
      if (!graph_.IsInStep()) graph_.RenderLevels(nullptr, scratch_);
      for (int part = 0; part < graph_.parts(); ++part) {
        if (graph_.IsInStep()) graph_.RenderPart(part, scratch_[static_cast<size_t>(part)]);
        if (first >= begin)
          PackPart(first + static_cast<int64_t>(graph_.PartBegin(part)), graph_.PartFrames(part));
      }
      first += count;
    }
  }

 private:
  static const PlannedJob& FinishOf(const RenderPlan& plan) {
    for (const PlannedJob& job : plan.jobs()) {
      if (job.job().has_finish()) return job;
    }
    Die("the song has no finish");
  }

  void PackPart(int64_t first, size_t count) {
    for (const MixFile& file : finish_.job().finish().mix_files()) {
      for (size_t c = 0; c < 2; ++c) {
        dsp::Round(Mixed(file.mix(), first, count)[c], StepsPerUnit(file.format()),
                   steps_.planes(0, count)[c]);
      }
      Pack(count);
    }
    for (const StemSet& set : finish_.job().finish().stem_sets()) PackSet(set, first, count);
  }

  void PackSet(const StemSet& set, int64_t first, size_t count) {
    const Planes sum = sum_.planes(0, count), last = last_.planes(0, count), steps = steps_.planes(0, count);
    Clear(sum);
    Clear(last);
    for (int k = 0; k < set.stems_size(); ++k) {
      const bool closes = k + 1 == set.stems_size();
      Add(Mixed(set.stems(k), first, count), sum);
      for (size_t c = 0; c < 2; ++c) {
        dsp::Round(closes ? Mixed(set.mix(), first, count)[c] : sum[c], StepsPerUnit(set.format()), steps[c]);
        dsp::TakeStem(steps[c], last[c]);
      }
      Pack(count);
    }
  }

  ConstPlanes Mixed(int mix, int64_t first, size_t count) const {
    return graph_.at(mixes_[static_cast<size_t>(mix)], first, count);
  }

  void Pack(size_t count) {
    const Planes steps = steps_.planes(0, count);
    for (const std::span<double> plane : steps) dsp::Clip(0x1p23, plane);
    bytes_.resize(count * 6);
    dsp::Pack24(ConstPlanes(steps), bytes_);
  }

  const PlannedJob& finish_;
  Graph graph_;
  std::vector<int> mixes_;
  std::vector<Scratch> scratch_ =
      std::vector<Scratch>(static_cast<size_t>(PartCount(kBlockFrames, kPartFrames)), Scratch(kPartFrames));
  Block sum_{2, kPartFrames}, last_{2, kPartFrames}, steps_{2, kPartFrames};
  std::vector<std::byte> bytes_;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Run(const std::string& song, int rounds) {
  AlbumOptions album;
  album.album = song + "/album.yaml";
  const Prepared prepared = OrDie(Prepare(album, Digests::kAll, never));
  if (HasErrors(prepared.findings)) Die(Describe(prepared.findings.front()));
  const std::string folder = fmt::format("{}/bench_mixing.blobs", song);
  std::vector<double> wall, cpu;
  double sound_seconds = 0;
  for (int round = 0; round <= rounds; ++round) {  // the first one warms up
    const std::unique_ptr<FileStore> store = OrDie(FileStore::Open(folder, Durability::kCached));
    AdoptSources(prepared.ingested, *store);
    const double cpu_begin = CpuSeconds();
    const Clock::time_point begin = Clock::now();
    MixingPass(prepared.plan, *store).Run();
    const std::chrono::duration<double> lasted = Clock::now() - begin;
    const SongFacts& facts = prepared.plan.manifest().songs(0);
    sound_seconds = static_cast<double>(facts.frames()) / facts.sample_rate();
    if (round == 0) continue;
    wall.push_back(lasted.count());
    cpu.push_back(CpuSeconds() - cpu_begin);
  }
  std::filesystem::remove_all(folder);
  fmt::print(
      "mixing pass alone, one core, {:.0f} s of sound: {:.0f} ms, {:.0f}x real time; cpu {:.0f} ms, "
      "{:.0f}x\n",
      sound_seconds, Median(wall) * 1000, sound_seconds / Median(wall), Median(cpu) * 1000,
      sound_seconds / Median(cpu));
}

}  // namespace
}  // namespace trackout

int main(int count, char** words) {
  const int rounds = count > 2 ? std::atoi(words[2]) : 5;
  if (count < 2 || rounds < 1) {
    fmt::print(stderr, "usage: bench_mixing FOLDER [ROUNDS]\n");
    return 2;
  }
  trackout::Run(words[1], rounds);
}
