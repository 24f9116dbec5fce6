#include "worker/render/bundle.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/audio/sum_proof.h"
#include "core/audio/wav.h"
#include "worker/dsp/quantise.h"
#include "worker/render/file_sink.h"
#include "worker/render/finish_node.h"
#include "worker/render/print_node.h"
#include "worker/render/track_reader.h"

namespace trackout {
namespace {

bool IsMonoOrStereo(int channels) {
  return channels == 1 || channels == 2;
}

// What another job made.
absl::StatusOr<Digest> DigestOfOutput(const JobResults& earlier, const JobOutput& wanted) {
  const auto made = earlier.find(wanted.job_key());
  if (made == earlier.end())
    return absl::FailedPreconditionError("what the job needs of another one is not there");
  if (wanted.output() < 0 || wanted.output() >= made->second.outputs_size()) {
    return absl::InvalidArgumentError("the job names an output that another one does not have");
  }
  return made->second.outputs(wanted.output()).digest();
}

// A raw track on its way to its file.
struct RawOutput {
  RawTrack track;
  TrackReader* reader;
  std::unique_ptr<FileSink> sink;
};

// One job of the bundle, with what it needs to run.
struct Work {
  const PlannedJob* job;
  std::unique_ptr<PrintNode> print;
  std::unique_ptr<PrintSink> print_sink;  // null where only this bundle's finish reads the print
  std::vector<RawOutput> raw_tracks;
  std::unique_ptr<FinishNode> finish;
};

class Pass {
 public:
  Pass(const JobResults& earlier, FileStore& store, const RenderSettings& settings)
      : earlier_(earlier), store_(store), settings_(settings) {}

  absl::Status Prepare(const std::vector<const PlannedJob*>& jobs) {
    std::set<std::string> needed_here;
    for (const PlannedJob* job : jobs) needed_here.insert(job->needs().begin(), job->needs().end());
    for (const PlannedJob* job : jobs) {
      Work& work = works_.emplace_back();
      work.job = job;
      absl::Status prepared;
      switch (job->job().work_case()) {
        case RenderJob::kPrint:
          prepared = PreparePrint(work, !needed_here.contains(job->key()));
          break;
        case RenderJob::kRawTracks:
          prepared = PrepareRawTracks(work);
          break;
        case RenderJob::kFinish:
          prepared = PrepareFinish(work);
          break;
        default:
          prepared = absl::UnimplementedError("a job of a kind that this worker does not know");
      }
      if (!prepared.ok()) return prepared;
    }
    return absl::OkStatus();
  }

  absl::Status Run(int64_t total_frames) {
    for (int64_t first = 0; first < total_frames; first += settings_.block_frames) {
      if (settings_.stop) return absl::CancelledError("stopped");
      const int frames = static_cast<int>(std::min<int64_t>(settings_.block_frames, total_frames - first));
      if (absl::Status done = RunBlock(first, frames); !done.ok()) return done;
      if (settings_.frames_done != nullptr) *settings_.frames_done += frames;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<JobResult>> Finish() {
    std::vector<JobResult> results;
    for (Work& work : works_) {
      absl::StatusOr<std::vector<Rendered>> rendered = FinishWork(work);
      if (!rendered.ok()) return rendered.status();
      if (rendered->empty()) continue;
      JobResult& result = results.emplace_back();
      result.set_job_key(work.job->key());
      for (Rendered& one : *rendered) *result.add_outputs() = std::move(one);
    }
    return results;
  }

 private:
  // One reader for equal tracks, so that each is read once.
  TrackReader* ReaderOf(int channels, const google::protobuf::RepeatedPtrField<Region>& regions) {
    RawTrack track;
    track.set_channels(channels);
    *track.mutable_regions() = regions;
    std::unique_ptr<TrackReader>& reader = readers_[CanonicalEncoding(track)];
    if (reader == nullptr) reader = std::make_unique<TrackReader>(track, store_, settings_.block_frames);
    return reader.get();
  }

  absl::Status PreparePrint(Work& work, bool is_written) {
    const Print& print = work.job->job().print();
    std::vector<TrackReader*> tracks;
    for (const Strip& strip : print.strips()) {
      if (!IsMonoOrStereo(strip.channels())) return absl::InvalidArgumentError("a strip is mono or stereo");
      tracks.push_back(ReaderOf(strip.channels(), strip.regions()));
    }
    absl::StatusOr<std::unique_ptr<PrintNode>> node =
        PrintNode::Create(print, tracks, settings_.block_frames);
    if (!node.ok()) return node.status();
    work.print = *std::move(node);
    made_here_[work.job->key()] = &work.print->block();
    if (!is_written) return absl::OkStatus();
    absl::StatusOr<std::unique_ptr<PrintSink>> sink = PrintSink::Create(store_);
    if (!sink.ok()) return sink.status();
    work.print_sink = *std::move(sink);
    return absl::OkStatus();
  }

  absl::Status PrepareRawTracks(Work& work) {
    const RenderJob& job = work.job->job();
    for (const RawTrack& track : job.raw_tracks().tracks()) {
      if (!IsMonoOrStereo(track.channels())) return absl::InvalidArgumentError("a track is mono or stereo");
      absl::StatusOr<std::unique_ptr<FileSink>> sink =
          FileSink::Create(store_, track.format(), track.channels(), job.sample_rate(), job.frames());
      if (!sink.ok()) return sink.status();
      work.raw_tracks.push_back({track, ReaderOf(track.channels(), track.regions()), *std::move(sink)});
    }
    return absl::OkStatus();
  }

  absl::Status PrepareFinish(Work& work) {
    std::vector<const StereoBlock*> prints;
    for (const JobOutput& print : work.job->job().finish().prints()) {
      if (const auto here = made_here_.find(print.job_key());
          here != made_here_.end() && print.output() == 0) {
        prints.push_back(here->second);
        continue;
      }
      absl::StatusOr<Digest> digest = DigestOfOutput(earlier_, print);
      if (!digest.ok()) return digest.status();
      absl::StatusOr<std::unique_ptr<PrintSource>> source =
          PrintSource::Open(store_, *digest, settings_.block_frames);
      if (!source.ok()) return source.status();
      prints.push_back(&(*source)->block());
      print_sources_.push_back(*std::move(source));
    }
    absl::StatusOr<std::unique_ptr<FinishNode>> node =
        FinishNode::Create(work.job->job(), std::move(prints), store_, settings_.block_frames);
    if (!node.ok()) return node.status();
    work.finish = *std::move(node);
    return absl::OkStatus();
  }

  // A bundle's jobs stand in the order of the plan: prints before the finish that reads them.
  absl::Status RunBlock(int64_t first, int frames) {
    const auto count = static_cast<size_t>(frames);
    for (const auto& [encoding, reader] : readers_) {
      if (absl::Status read = reader->Read(first, frames); !read.ok()) return read;
    }
    for (const std::unique_ptr<PrintSource>& source : print_sources_) {
      if (absl::Status read = source->Read(count); !read.ok()) return read;
    }
    for (Work& work : works_) {
      absl::Status done;
      if (work.print != nullptr) {
        work.print->Process(count);
        if (work.print_sink != nullptr) done = work.print_sink->Write(work.print->block(), count);
      } else if (work.finish != nullptr) {
        done = work.finish->Process(first, count);
      }
      if (!done.ok()) return done;
      for (RawOutput& raw : work.raw_tracks) {
        if (absl::Status written = WriteRaw(raw, first, count); !written.ok()) return written;
      }
    }
    return absl::OkStatus();
  }

  absl::Status WriteRaw(RawOutput& raw, int64_t first, size_t frames) {
    std::array<std::span<double>, 2> planes;
    const auto channels = static_cast<size_t>(raw.track.channels());
    const Format& format = raw.track.format();
    for (size_t c = 0; c < channels; ++c) {
      scratch_[c].resize(frames);
      planes[c] = scratch_[c];
      const std::span<const double> from = raw.reader->plane(static_cast<int>(c));
      if (IsFloat(format)) {
        std::copy(from.begin(), from.end(), planes[c].begin());
      } else if (raw.track.has_tpdf_seed()) {
        dsp::RoundWithTpdf(from, StepsPerUnit(format), raw.track.tpdf_seed(), static_cast<int>(c), first,
                           planes[c]);
      } else {
        dsp::Round(from, StepsPerUnit(format), planes[c]);
      }
    }
    return raw.sink->Write(std::span(planes).first(channels));
  }

  static absl::StatusOr<std::vector<Rendered>> FinishWork(Work& work) {
    if (work.finish != nullptr) return work.finish->Finish();
    std::vector<Rendered> rendered;
    if (work.print_sink != nullptr) {
      absl::StatusOr<Rendered> print = work.print_sink->Finish();
      if (!print.ok()) return print.status();
      rendered.push_back(*std::move(print));
    }
    for (RawOutput& raw : work.raw_tracks) {
      absl::StatusOr<Rendered> one = raw.sink->Finish();
      if (!one.ok()) return one.status();
      rendered.push_back(*std::move(one));
    }
    return rendered;
  }

  const JobResults& earlier_;
  FileStore& store_;
  const RenderSettings settings_;
  std::map<std::string, std::unique_ptr<TrackReader>> readers_;
  std::map<std::string, const StereoBlock*> made_here_;  // prints, by job key
  std::vector<std::unique_ptr<PrintSource>> print_sources_;
  std::vector<Work> works_;
  std::array<std::vector<double>, 2> scratch_;
};

}  // namespace

absl::StatusOr<std::vector<JobResult>> RenderBundle(const std::vector<const PlannedJob*>& jobs,
                                                    const JobResults& earlier, FileStore& store,
                                                    const RenderSettings& settings) {
  for (const PlannedJob* job : jobs) {
    if (job->job().engine_version() != kEngineVersion) {
      return absl::UnimplementedError("the job is for another version of the engine");
    }
    if (job->job().frames() != jobs.front()->job().frames()) {
      return absl::InvalidArgumentError("the jobs of a bundle have one length");
    }
  }
  Pass pass(earlier, store, settings);
  if (absl::Status prepared = pass.Prepare(jobs); !prepared.ok()) return prepared;
  if (absl::Status done = pass.Run(jobs.front()->job().frames()); !done.ok()) return done;
  return pass.Finish();
}

absl::StatusOr<JobResult> RenderProof(const PlannedJob& job, const JobResults& earlier, FileStore& store,
                                      const RenderSettings& settings) {
  const SumProof& proof = job.job().sum_proof();
  std::vector<std::string> paths;
  std::vector<JobOutput> outputs{proof.mix()};
  outputs.insert(outputs.end(), proof.stems().begin(), proof.stems().end());
  for (const JobOutput& output : outputs) {
    absl::StatusOr<Digest> digest = DigestOfOutput(earlier, output);
    if (!digest.ok()) return digest.status();
    absl::StatusOr<std::string> path = store.PathOf(*digest);
    if (!path.ok()) return path.status();
    paths.push_back(*std::move(path));
  }
  absl::StatusOr<Residual> residual =
      MeasureSum(paths.front(), {paths.begin() + 1, paths.end()},
                 proof.mix_is_dithered() ? MixDither::kTpdf : MixDither::kNone, settings.stop);
  if (absl::IsCancelled(residual.status())) return residual.status();
  if (!residual.ok()) {  // a file of our own is at fault, not a source
    return absl::InternalError(std::string(residual.status().message()));
  }
  if (settings.frames_done != nullptr) *settings.frames_done += job.job().frames();
  JobResult result;
  result.set_job_key(job.key());
  *result.mutable_residual() = *std::move(residual);
  return result;
}

}  // namespace trackout
