#include "worker/render/bundle.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/limits.h"
#include "worker/render/derive_pass.h"
#include "worker/render/earlier.h"
#include "worker/render/edit_pass.h"
#include "worker/render/finish_graph.h"
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
  std::unique_ptr<Spooled> spooled;    // of an edit: the mixes that it is cut from
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
        graph_(store, jobs.front()->job().sample_rate(), settings.block_frames, part_frames_) {
    for (const PlannedJob* job : jobs) {
      works_.emplace_back().job = job;
      if (job->job().has_print()) made_here_[job->key()] = &job->job();
    }
  }

  absl::Status Prepare() {
    std::set<std::string> needed_here;
    for (const Work& work : works_) needed_here.insert(work.job->needs().begin(), work.job->needs().end());
    for (Work& work : works_) {
      const RenderJob& job = work.job->job();
      absl::Status prepared;
      switch (job.work_case()) {
        case RenderJob::kPrint:
          prepared = needed_here.contains(work.job->key()) ? absl::OkStatus() : PreparePrint(work);
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

  absl::StatusOr<std::vector<JobResult>> TakeResults() {
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
  // A print that nobody of the bundle reads is written.
  absl::Status PreparePrint(Work& work) {
    const absl::StatusOr<int> node = AddPrint(graph_, work.job->job());
    if (!node.ok()) return node.status();
    absl::StatusOr<std::unique_ptr<PrintSink>> sink = PrintSink::Create(store_);
    if (!sink.ok()) return sink.status();
    work.sink = *std::move(sink);
    const Window window = WindowOf(work.job->job());
    graph_.Use({*node, 0}, window.begin);
    written_.push_back({*node, window, work.sink.get()});
    return absl::OkStatus();
  }

  static Window WindowOf(const RenderJob& job) {
    return {job.start_frame(), job.start_frame() + job.frames()};
  }

  static absl::StatusOr<int> AddPrint(Graph& graph, const RenderJob& job) {
    if (absl::Status checked = CheckPrint(job.print()); !checked.ok()) return checked;
    return AddPrintTo(graph, job.print());
  }

  absl::Status PrepareTracks(Work& work) {
    const RenderJob& job = work.job->job();
    if (absl::Status checked = CheckTrackFiles(job.track_files()); !checked.ok()) return checked;
    const absl::StatusOr<std::vector<int>> whole = AddWholeTo(graph_, job.track_files().whole());
    if (!whole.ok()) return whole.status();
    std::vector<std::vector<TrackNode>> files;
    for (const TrackFile& file : job.track_files().tracks()) {
      std::vector<TrackNode>& tracks = files.emplace_back();
      for (const TrackSignal& signal : file.signals()) {
        const absl::StatusOr<TrackNode> track = AddTrackTo(graph_, signal, *whole);
        if (!track.ok()) return track.status();
        graph_.Use(track->lead, job.start_frame());
        tracks.push_back(*track);
      }
    }
    absl::StatusOr<std::unique_ptr<TrackFilesNode>> node =
        TrackFilesNode::Create(job, std::move(files), store_, settings_.block_frames, part_frames_);
    if (!node.ok()) return node.status();
    work.output = *std::move(node);
    return absl::OkStatus();
  }

  // A print where it is made in this bundle, or from its blob.
  absl::StatusOr<int> NodeOfPrint(Graph& graph, const JobOutput& print, const Window& window) {
    const auto here = made_here_.find(print.job_key());
    if (here != made_here_.end() && print.output() == 0) {
      const Window made = WindowOf(*here->second);
      if (made.begin != window.begin || made.end != window.end)
        return absl::InvalidArgumentError("a print does not have the length of its finish");
      return AddPrint(graph, *here->second);
    }
    const absl::StatusOr<Digest> digest = DigestOfOutput(earlier_, print);
    if (!digest.ok()) return digest.status();
    absl::StatusOr<std::unique_ptr<PrintReader>> reader =
        PrintReader::Open(store_, *digest, window.end - window.begin);
    if (!reader.ok()) return reader.status();
    return graph.AddPrint(*std::move(reader), window.begin);
  }

  // In the order of the finish's prints. Those that are only side-chains have channels of their own.
  absl::StatusOr<std::vector<int>> NodesOfPrints(Graph& graph, const RenderJob& job) {
    const Finish& finish = job.finish();
    std::vector<int> nodes;
    for (const JobOutput& print : finish.prints()) {
      const absl::StatusOr<int> node = NodeOfPrint(graph, print, WindowOfPrints(job));
      if (!node.ok()) return node.status();
      nodes.push_back(*node);
    }
    std::vector<Mix> mixes{finish.mixes().begin(), finish.mixes().end()};
    mixes.push_back(finish.whole_mix());
    for (const Mix& mix : mixes) {
      for (const MixTerm& term : mix.terms()) {
        if (graph.channels(nodes[static_cast<size_t>(term.print())]) != finish.channels())
          return absl::InvalidArgumentError("a print does not have the channels of its finish");
      }
    }
    return nodes;
  }

  static Window WindowOfPrints(const RenderJob& job) {
    const Finish& finish = job.finish();
    if (finish.prints_frames() > 0)
      return {finish.prints_start_frame(), finish.prints_start_frame() + finish.prints_frames()};
    return {job.start_frame(),
            job.start_frame() + (finish.has_edit() ? finish.whole_frames() : job.frames())};
  }

  // The nodes of the mixes of a finish, which are used from the job's beginning on.
  absl::StatusOr<std::vector<int>> MixesOf(const RenderJob& job) {
    if (absl::Status checked = CheckFinish(job); !checked.ok()) return checked;
    const absl::StatusOr<std::vector<int>> prints = NodesOfPrints(graph_, job);
    if (!prints.ok()) return prints;
    std::shared_ptr<const dsp::Processor> derived;
    if (IsDerived(job.finish())) {
      absl::StatusOr<std::shared_ptr<const dsp::Processor>> made = Derived(job);
      if (!made.ok()) return made.status();
      derived = *std::move(made);
    }
    const absl::StatusOr<std::vector<int>> mixes = AddMixesTo(graph_, job.finish(), *prints, derived);
    if (!mixes.ok()) return mixes;
    for (const int mix : *mixes) graph_.Use({mix, 0}, job.start_frame());
    return mixes;
  }

  // The filter of a finished master, found in a pass of its own, once for the song and its edits.
  absl::StatusOr<std::shared_ptr<const dsp::Processor>> Derived(const RenderJob& job) {
    const std::string pair = EncodingOfPair(job.finish());
    if (derived_.contains(pair)) return derived_[pair];
    Graph graph(store_, job.sample_rate(), settings_.block_frames, part_frames_);
    const absl::StatusOr<std::vector<int>> prints = NodesOfPrints(graph, job);
    if (!prints.ok()) return prints.status();
    absl::StatusOr<std::shared_ptr<const dsp::Processor>> derived =
        DeriveFilter(graph, job, *prints, settings_, part_frames_);
    if (derived.ok()) derived_[pair] = *derived;
    return derived;
  }

  // What a finished master is held against, and the master.
  static std::string EncodingOfPair(const Finish& finish) {
    Finish pair;
    for (const MixTerm& term : finish.whole_mix().terms()) *pair.add_prints() = finish.prints(term.print());
    *pair.mutable_whole_mix() = finish.whole_mix();
    for (int i = 0; i < pair.whole_mix().terms_size(); ++i)
      pair.mutable_whole_mix()->mutable_terms(i)->set_print(i);
    pair.set_master_fader_db(finish.master_fader_db());
    *pair.mutable_master_fader() = finish.master_fader();
    *pair.mutable_master() = finish.master();
    return CanonicalEncoding(pair);
  }

  absl::Status PrepareFinish(Work& work) {
    absl::StatusOr<std::vector<int>> mixes = MixesOf(work.job->job());
    if (!mixes.ok()) return mixes.status();
    absl::StatusOr<std::unique_ptr<FinishNode>> node =
        FinishNode::Create(work.job->job(), *std::move(mixes), store_, settings_.block_frames, part_frames_);
    if (!node.ok()) return node.status();
    work.output = *std::move(node);
    return absl::OkStatus();
  }

  // The mixes are spooled in the pass, and cut when it is done.
  absl::Status PrepareEdit(Work& work) {
    const RenderJob& job = work.job->job();
    absl::StatusOr<std::vector<int>> mixes = MixesOf(job);
    if (!mixes.ok()) return mixes.status();
    const std::vector<int> channels(mixes->size(), job.finish().channels());
    absl::StatusOr<std::unique_ptr<PrintSpool>> spool =
        PrintSpool::Create(store_, channels, job.finish().whole_frames());
    if (!spool.ok()) return spool.status();
    work.spooled = std::make_unique<Spooled>(
        Spooled{*std::move(mixes), StretchesOf(job), job.start_frame(), *std::move(spool)});
    return absl::OkStatus();
  }

  absl::Status RunPass() {
    std::vector<OutputNode*> outputs;
    std::vector<Spooled*> spooled;
    for (Work& work : works_) {
      if (work.output != nullptr) outputs.push_back(work.output.get());
      if (work.spooled != nullptr) spooled.push_back(work.spooled.get());
    }
    Pass pass(graph_, std::move(outputs), written_, std::move(spooled), settings_.block_frames, part_frames_);
    return pass.Run(settings_);
  }

  absl::Status RunEdit(Work& work) {
    std::vector<std::unique_ptr<PrintReader>> mixes;
    for (size_t i = 0; i < work.spooled->nodes.size(); ++i) mixes.push_back(work.spooled->spool->Reader(i));
    absl::StatusOr<std::unique_ptr<EditPass>> edit =
        EditPass::Create(work.job->job(), std::move(mixes), store_, settings_.block_frames, part_frames_);
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
  std::map<std::string, const RenderJob*> made_here_;  // prints, by job key
  std::vector<Work> works_;
  std::vector<Pass::Written> written_;
  std::map<std::string, std::shared_ptr<const dsp::Processor>> derived_;  // by EncodingOfPair
};

// All of one rate; what is delivered of one beginning and, but for edits, of one length; prints too.
absl::Status CheckTogether(const std::vector<const PlannedJob*>& jobs) {
  std::map<bool, const RenderJob*> first;  // by whether it is a print
  for (const PlannedJob* planned : jobs) {
    const RenderJob& job = planned->job();
    if (job.engine_version() != kEngineVersion)
      return absl::UnimplementedError("the job is for another version of the engine");
    if (absl::Status checked = CheckTimes(job); !checked.ok()) return checked;
    if (job.sample_rate() != jobs.front()->job().sample_rate())
      return absl::InvalidArgumentError("the jobs of a bundle have one rate");
    if (IsEdit(job)) continue;
    const RenderJob* const like = first.emplace(job.has_print(), &job).first->second;
    if (like->frames() != job.frames() || like->start_frame() != job.start_frame())
      return absl::InvalidArgumentError("the jobs of a bundle have one beginning and one length");
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
  return bundle.TakeResults();
}

}  // namespace trackout
