#include "worker/render/finish_node.h"

#include <utility>

#include "worker/render/finish_graph.h"

namespace trackout {

absl::StatusOr<std::unique_ptr<FinishNode>> FinishNode::Create(const RenderJob& job, std::vector<int> mixes,
                                                               FileStore& store, int block_frames,
                                                               int part_frames) {
  absl::StatusOr<std::unique_ptr<Delivery>> delivery = DeliveryOf(job, store, part_frames);
  if (!delivery.ok()) return delivery.status();
  std::vector<Block> faded;
  if (job.final_fade_frames() > 0)
    faded.assign(mixes.size(), Block(job.finish().channels(), static_cast<size_t>(block_frames)));
  return std::unique_ptr<FinishNode>(
      new FinishNode(job, std::move(mixes), std::move(faded), *std::move(delivery)));
}

FinishNode::FinishNode(const RenderJob& job, std::vector<int> mixes, std::vector<Block> faded,
                       std::unique_ptr<Delivery> delivery)
    : OutputNode(job, std::move(delivery)), mixes_(std::move(mixes)), faded_(std::move(faded)) {}

void FinishNode::RenderPart(const Graph& graph, int64_t frame, size_t from, size_t count,
                            Delivery::Buffers& buffers) {
  std::vector<ConstPlanes> signals;
  for (size_t mix = 0; mix < mixes_.size(); ++mix) {
    signals.push_back(graph.at(mixes_[mix], frame, count));
    if (!FadesAway()) continue;
    const Planes faded = faded_[mix].planes(from, count);
    Copy(signals.back(), faded);
    FadeAway(frame, faded);
    signals.back() = faded;
  }
  delivery_->RenderPart(from, signals, buffers);
}

std::vector<ConstPlanes> FinishNode::Signals(const Graph& graph, int64_t frame, size_t frames) {
  std::vector<ConstPlanes> signals;
  for (size_t mix = 0; mix < mixes_.size(); ++mix) {
    signals.push_back(FadesAway() ? ConstPlanes(faded_[mix].planes(0, frames))
                                  : graph.at(mixes_[mix], frame, frames));
  }
  return signals;
}

absl::StatusOr<std::unique_ptr<TrackFilesNode>> TrackFilesNode::Create(
    const RenderJob& job, std::vector<std::vector<TrackNode>> tracks, FileStore& store, int block_frames,
    int part_frames) {
  std::vector<int> channels;
  std::vector<Block> signals;
  for (size_t i = 0; i < tracks.size(); ++i) {
    channels.push_back(job.track_files().tracks(static_cast<int>(i)).channels());
    signals.emplace_back(channels.back(), static_cast<size_t>(block_frames));
  }
  auto delivery = std::make_unique<Delivery>(job.sample_rate(), job.frames(), channels, part_frames);
  for (int i = 0; i < job.track_files().tracks_size(); ++i) {
    const TrackFile& file = job.track_files().tracks(i);
    const auto seed = file.has_tpdf_seed() ? std::optional<uint64_t>(file.tpdf_seed()) : std::nullopt;
    absl::Status added = delivery->AddFile(store, {i, file.format(), file.channels(), seed});
    if (!added.ok()) return added;
  }
  return std::unique_ptr<TrackFilesNode>(
      new TrackFilesNode(job, std::move(tracks), std::move(signals), std::move(delivery)));
}

TrackFilesNode::TrackFilesNode(const RenderJob& job, std::vector<std::vector<TrackNode>> tracks,
                               std::vector<Block> signals, std::unique_ptr<Delivery> delivery)
    : OutputNode(job, std::move(delivery)), tracks_(std::move(tracks)), signals_(std::move(signals)) {}

void TrackFilesNode::RenderPart(const Graph& graph, int64_t frame, size_t from, size_t count,
                                Delivery::Buffers& buffers) {
  std::vector<ConstPlanes> signals;
  for (size_t i = 0; i < signals_.size(); ++i) {
    const Planes out = signals_[i].planes(from, count);
    Clear(out);
    for (const TrackNode& track : tracks_[i]) {
      const ConstPlanes in = graph.at(track.lead, frame, count);
      dsp::Matrix matrix = FileMatrix(static_cast<int>(in.channels()), static_cast<int>(out.channels()));
      for (auto& row : matrix.gain) {
        for (double& gain : row) gain *= track.polarity;
      }
      dsp::AddMatrix(matrix, in, {}, out);
    }
    FadeAway(frame, out);
    signals.push_back(out);
  }
  delivery_->RenderPart(from, signals, buffers);
}

std::vector<ConstPlanes> TrackFilesNode::Signals(const Graph&, int64_t, size_t frames) {
  std::vector<ConstPlanes> signals;
  for (Block& signal : signals_) signals.push_back(signal.planes(0, frames));
  return signals;
}

}  // namespace trackout
