#include "worker/render/derive_pass.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "fmt/format.h"
#include "worker/dsp/derivation/alignment.h"
#include "worker/dsp/derivation/derivation.h"
#include "worker/render/finish_graph.h"
#include "worker/render/pass.h"

namespace trackout {
namespace {

// From the song's 0, where a finished master begins, to where what is delivered ends.
Window WindowOf(const RenderJob& job) {
  const int64_t frames = job.finish().has_edit() ? job.finish().whole_frames() : job.frames();
  return {0, job.start_frame() + frames};
}

// A master that begins early is made of what the mix has behind that end. Prints that were stored end before
// the mix does: beyond them nothing is heard, wherever prints come from.
int64_t EndOfPremaster(const RenderJob& job, const Window& window) {
  const Finish& finish = job.finish();
  const int64_t end = finish.prints_frames() > 0 ? finish.prints_start_frame() + finish.prints_frames() : 0;
  return std::clamp(end, window.end, window.end + dsp::kMostOffsetSeconds * job.sample_rate());
}

dsp::ReadFrames ReaderOf(const std::shared_ptr<PrintReader>& reader, const std::atomic<bool>& stop,
                         absl::Status& failed) {
  return [reader, &stop, &failed](int64_t first, dsp::Channels planes) {
    if (stop) {
      failed = absl::CancelledError("stopped");
      return false;
    }
    const size_t frames = planes.empty() ? 0 : planes[0].size();
    if (absl::Status loaded = reader->Load(first, frames); !loaded.ok()) {
      failed = loaded;
      return false;
    }
    Planes all;
    for (const std::span<double> plane : planes) all.Add(plane);
    reader->Unpack(first, all);
    return true;
  };
}

absl::StatusOr<std::unique_ptr<PrintSpool>> SpoolPair(Graph& graph, const std::vector<int>& pair,
                                                      const Window& window, int channels,
                                                      const RenderSettings& settings, int part_frames) {
  absl::StatusOr<std::unique_ptr<PrintSpool>> spool =
      PrintSpool::Create(graph.store(), {channels, channels}, window.end);
  if (!spool.ok()) return spool;
  for (const int node : pair) graph.Use({node, 0}, window.begin);
  if (absl::Status prepared = graph.Prepare(); !prepared.ok()) return prepared;
  Stretch all;
  all.set_from_frame(window.begin);
  all.set_to_frame(window.end);
  Spooled spooled{pair, {all}, window.begin, *std::move(spool)};
  RenderSettings quiet{settings.block_frames, settings.stop, nullptr, settings.crew};
  Pass pass(graph, {}, {}, {&spooled}, settings.block_frames, part_frames);
  if (absl::Status done = pass.Run(quiet); !done.ok()) return done;
  return std::move(spooled.spool);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const dsp::Processor>> DeriveFilter(Graph& graph, const RenderJob& job,
                                                                   const std::vector<int>& prints,
                                                                   const RenderSettings& settings,
                                                                   int part_frames) {
  const Finish& finish = job.finish();
  const std::vector<int> pair{AddPremasterTo(graph, finish, prints),
                              graph.AddPlaylist(finish.master().print())};
  const Window window = WindowOf(job);
  const Window premaster{window.begin, EndOfPremaster(job, window)};
  absl::StatusOr<std::unique_ptr<PrintSpool>> spool =
      SpoolPair(graph, pair, premaster, finish.channels(), settings, part_frames);
  if (!spool.ok()) return spool.status();
  absl::Status failed;
  dsp::DerivationRequest request;
  request.premaster = ReaderOf((*spool)->Reader(0), settings.stop, failed);
  request.master = ReaderOf((*spool)->Reader(1), settings.stop, failed);
  request.channels = finish.channels();
  request.sample_rate = job.sample_rate();
  request.frames = window.end - window.begin;
  request.first_frame = window.begin;
  request.premaster_frames = premaster.end - premaster.begin;
  dsp::Derivation derivation;
  if (!dsp::Derive(request, derivation)) return failed;
  if (derivation.is_same_mix) return std::shared_ptr<const dsp::Processor>(std::move(derivation.filter));
  return absl::DataLossError(
      fmt::format("master: print is no master of this mix: {:.1f} dB of it are not explained by any filter "
                  "({:.1f} dB by one that "
                  "stands still); give the master of this very mix, or take `print` out",
                  derivation.residual_db, derivation.still_residual_db));
}

}  // namespace trackout
