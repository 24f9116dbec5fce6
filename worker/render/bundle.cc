#include "worker/render/bundle.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/limits.h"
#include "worker/render/earlier.h"
#include "worker/render/edit_pass.h"
#include "worker/render/finish_node.h"
#include "worker/render/graph/print_graph.h"
#include "worker/render/job_check.h"
#include "worker/render/pass.h"

namespace trackout {
namespace {

// A part of a block: what it takes through the graph stays in the first caches.
constexpr int kPartFrames = 1024;

bool IsEdit(const RenderJob& job) {
  return job.has_finish() && job.finish().has_edit();
}

// One job of the bundle, with what it needs to run.
struct Work {
  const PlannedJob* job = nullptr;
  std::unique_ptr<PrintSink> sink;     // of a print that somebody else reads
  std::unique_ptr<OutputNode> output;  // of tracks, and of a finish
  std::unique_ptr<Spooled> spooled;    // of an edit: what of its prints is made here
  std::unique_ptr<EditPass> edit;
};

class Bundle {
 public:
  Bundle(const std::vector<const PlannedJob*>& jobs, const JobResults& earlier, FileStore& store,
         const RenderSettings& settings)
      : earlier_(earlier),
        store_(store),
        settings_(settings),
        part_frames_(std::min(kPartFrames, settings.block_frames)),
        graph_(store, jobs.front()->job().sample_rate(), jobs.front()->job().start_frame(),
               settings.block_frames, part_frames_) {
    for (const PlannedJob* job : jobs) works_.emplace_back().job = job;
  }

  absl::Status Prepare() {
    std::set<std::string> needed_here;
    for (const Work& work : works_) needed_here.insert(work.job->needs().begin(), work.job->needs().end());
    for (Work& work : works_) {
      const RenderJob& job = work.job->job();
      absl::Status prepared;
      switch (job.work_case()) {
        case RenderJob::kPrint:
          prepared = PreparePrint(work, !needed_here.contains(work.job->key()));
          break;
        case RenderJob::kTrackFiles:
          prepared = PrepareTracks(work);
          break;
        case RenderJob::kFinish:
          prepared = IsEdit(job) ? PrepareEdit(work) : PrepareFinish(work);
          break;
        default:
          prepared = absl::UnimplementedError("a job of a kind that this worker does not know");
      }
      if (!prepared.ok()) return prepared;
    }
    return graph_.Prepare();
  }

  absl::Status Run() {
    if (absl::Status done = RunPass(); !done.ok()) return done;
    for (Work& work : works_) {
      if (!IsEdit(work.job->job())) continue;
      if (absl::Status done = RunEdit(work); !done.ok()) return done;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<JobResult>> Finish() {
    std::vector<JobResult> results;
    for (Work& work : works_) {
      if (work.job->job().has_print() && work.sink == nullptr) continue;
      absl::StatusOr<std::vector<Rendered>> rendered = FinishWork(work);
      if (!rendered.ok()) return rendered.status();
      JobResult& result = results.emplace_back();
      result.set_job_key(work.job->key());
      for (Rendered& one : *rendered) *result.add_outputs() = std::move(one);
    }
    return results;
  }

 private:
  struct MadePrint {
    int node;
    int64_t frames;
  };

  absl::Status PreparePrint(Work& work, bool is_written) {
    const RenderJob& job = work.job->job();
    if (absl::Status checked = CheckPrint(job.print()); !checked.ok()) return checked;
    const absl::StatusOr<int> node = AddPrintTo(graph_, job.print(), job.sample_rate());
    if (!node.ok()) return node.status();
    graph_.Use({*node, 0});
    made_here_[work.job->key()] = {*node, job.frames()};
    if (!is_written) return absl::OkStatus();
    absl::StatusOr<std::unique_ptr<PrintSink>> sink = PrintSink::Create(store_);
    if (!sink.ok()) return sink.status();
    work.sink = *std::move(sink);
    return absl::OkStatus();
  }

  absl::Status PrepareTracks(Work& work) {
    const RenderJob& job = work.job->job();
    if (absl::Status checked = CheckTrackFiles(job.track_files()); !checked.ok()) return checked;
    std::vector<std::vector<TrackFilesNode::Input>> inputs;
    for (const TrackFile& file : job.track_files().tracks()) {
      std::vector<TrackFilesNode::Input>& added = inputs.emplace_back();
      for (const TrackSignal& signal : file.signals()) {
        const Lead lead{graph_.AddPlaylist(signal.playlist()), signal.delay_frames()};
        graph_.Use(lead);
        added.push_back({lead, signal.inverted() ? -1.0 : 1.0});
      }
    }
    absl::StatusOr<std::unique_ptr<TrackFilesNode>> node =
        TrackFilesNode::Create(job, std::move(inputs), store_, settings_.block_frames, part_frames_);
    if (!node.ok()) return node.status();
    work.output = *std::move(node);
    return absl::OkStatus();
  }

  // The print where it is made in this bundle, or null.
  const MadePrint* MadeHere(const JobOutput& print) const {
    const auto here = made_here_.find(print.job_key());
    return here != made_here_.end() && print.output() == 0 ? &here->second : nullptr;
  }

  absl::StatusOr<std::unique_ptr<PrintReader>> OpenPrint(const JobOutput& print, int channels,
                                                         int64_t frames) {
    const absl::StatusOr<Digest> digest = DigestOfOutput(earlier_, print);
    if (!digest.ok()) return digest.status();
    return PrintReader::Open(store_, *digest, channels, frames);
  }

  absl::StatusOr<int> NodeOfPrint(const JobOutput& print, int channels, int64_t frames) {
    if (const MadePrint* made = MadeHere(print)) {
      if (graph_.channels(made->node) == channels && made->frames == frames) return made->node;
      return absl::InvalidArgumentError("a print does not have the channels or the length of its finish");
    }
    absl::StatusOr<std::unique_ptr<PrintReader>> reader = OpenPrint(print, channels, frames);
    if (!reader.ok()) return reader.status();
    const int node = graph_.AddPrint(*std::move(reader));
    graph_.Use({node, 0});
    return node;
  }

  absl::Status PrepareFinish(Work& work) {
    const RenderJob& job = work.job->job();
    if (absl::Status checked = CheckFinish(job); !checked.ok()) return checked;
    std::vector<int> prints;
    for (const JobOutput& print : job.finish().prints()) {
      const absl::StatusOr<int> node = NodeOfPrint(print, job.finish().channels(), job.frames());
      if (!node.ok()) return node.status();
      prints.push_back(*node);
    }
    absl::StatusOr<std::unique_ptr<FinishNode>> node =
        FinishNode::Create(job, std::move(prints), store_, settings_.block_frames, part_frames_);
    if (!node.ok()) return node.status();
    work.output = *std::move(node);
    return absl::OkStatus();
  }

  // What is made here is spooled in the pass; the rest is opened when the edit runs.
  absl::Status PrepareEdit(Work& work) {
    const RenderJob& job = work.job->job();
    if (absl::Status checked = CheckFinish(job); !checked.ok()) return checked;
    auto spooled = std::make_unique<Spooled>();
    for (const JobOutput& print : job.finish().prints()) {
      const MadePrint* made = MadeHere(print);
      if (made == nullptr) continue;
      const int64_t frames = job.finish().print_frames();
      const absl::StatusOr<int> node = NodeOfPrint(print, job.finish().channels(), frames);
      if (!node.ok()) return node.status();
      spooled->prints.push_back(*node);
    }
    if (spooled->prints.empty()) return absl::OkStatus();
    spooled->stretches = StretchesOf(job.finish());
    const std::vector<int> channels(spooled->prints.size(), job.finish().channels());
    absl::StatusOr<std::unique_ptr<PrintSpool>> spool =
        PrintSpool::Create(store_, channels, job.finish().print_frames());
    if (!spool.ok()) return spool.status();
    spooled->spool = *std::move(spool);
    work.spooled = std::move(spooled);
    return absl::OkStatus();
  }

  absl::Status RunPass() {
    std::vector<OutputNode*> outputs;
    std::vector<Pass::Written> written;
    std::vector<Spooled*> spooled;
    int64_t frames = 0;
    for (Work& work : works_) {
      if (work.output != nullptr) outputs.push_back(work.output.get());
      if (work.sink != nullptr) written.push_back({made_here_.at(work.job->key()).node, work.sink.get()});
      if (work.spooled != nullptr) spooled.push_back(work.spooled.get());
      if (!IsEdit(work.job->job())) frames = work.job->job().frames();
    }
    Pass pass(graph_, std::move(outputs), std::move(written), std::move(spooled), settings_.block_frames,
              part_frames_);
    return pass.Run(frames, settings_);
  }

  absl::Status RunEdit(Work& work) {
    const RenderJob& job = work.job->job();
    std::vector<std::unique_ptr<PrintReader>> prints;
    size_t spooled = 0;
    for (const JobOutput& print : job.finish().prints()) {
      if (MadeHere(print) != nullptr) {
        prints.push_back(work.spooled->spool->Reader(spooled++));
        continue;
      }
      absl::StatusOr<std::unique_ptr<PrintReader>> reader =
          OpenPrint(print, job.finish().channels(), job.finish().print_frames());
      if (!reader.ok()) return reader.status();
      prints.push_back(*std::move(reader));
    }
    absl::StatusOr<std::unique_ptr<EditPass>> edit =
        EditPass::Create(job, std::move(prints), store_, settings_.block_frames, part_frames_);
    if (!edit.ok()) return edit.status();
    work.edit = *std::move(edit);
    return work.edit->Run(settings_);
  }

  static absl::StatusOr<std::vector<Rendered>> FinishWork(Work& work) {
    if (work.edit != nullptr) return work.edit->Finish();
    if (work.output != nullptr) return work.output->delivery().Finish();
    absl::StatusOr<Rendered> print = work.sink->Finish();
    if (!print.ok()) return print.status();
    return std::vector<Rendered>{*std::move(print)};
  }

  const JobResults& earlier_;
  FileStore& store_;
  const RenderSettings settings_;
  const int part_frames_;
  Graph graph_;
  std::map<std::string, MadePrint> made_here_;  // by job key
  std::vector<Work> works_;
};

// All of one rate and beginning, and, but for edits, of one length.
absl::Status CheckTogether(const std::vector<const PlannedJob*>& jobs) {
  const RenderJob* pass = nullptr;
  for (const PlannedJob* planned : jobs) {
    const RenderJob& job = planned->job();
    if (job.engine_version() != kEngineVersion)
      return absl::UnimplementedError("the job is for another version of the engine");
    if (absl::Status checked = CheckTimes(job); !checked.ok()) return checked;
    if (job.sample_rate() != jobs.front()->job().sample_rate() ||
        job.start_frame() != jobs.front()->job().start_frame())
      return absl::InvalidArgumentError("the jobs of a bundle have one rate and one beginning");
    if (IsEdit(job)) continue;
    if (pass != nullptr && pass->frames() != job.frames())
      return absl::InvalidArgumentError("the jobs of a bundle have one length");
    pass = &job;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<JobResult>> RenderBundle(const std::vector<const PlannedJob*>& jobs,
                                                    const JobResults& earlier, FileStore& store,
                                                    const RenderSettings& settings) {
  if (jobs.empty()) return std::vector<JobResult>();
  if (absl::Status checked = CheckTogether(jobs); !checked.ok()) return checked;
  Bundle bundle(jobs, earlier, store, settings);
  if (absl::Status prepared = bundle.Prepare(); !prepared.ok()) return prepared;
  if (absl::Status done = bundle.Run(); !done.ok()) return done;
  return bundle.Finish();
}

}  // namespace trackout
