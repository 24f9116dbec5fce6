#include "worker/render/finish_node.h"

#include <utility>

namespace trackout {

absl::StatusOr<std::unique_ptr<FinishNode>> FinishNode::Create(const RenderJob& job, std::vector<int> prints,
                                                               FileStore& store, int block_frames,
                                                               int part_frames) {
  absl::StatusOr<std::unique_ptr<Delivery>> delivery = DeliveryOf(job, store, part_frames);
  if (!delivery.ok()) return delivery.status();
  Mixer mixer(job.finish());
  std::vector<Block> mixes;
  for (size_t mix = 0; mix < mixer.mix_count(); ++mix)
    mixes.emplace_back(job.finish().channels(), static_cast<size_t>(block_frames));
  return std::unique_ptr<FinishNode>(
      new FinishNode(job, std::move(mixer), std::move(prints), std::move(mixes), *std::move(delivery)));
}

FinishNode::FinishNode(const RenderJob& job, Mixer mixer, std::vector<int> prints, std::vector<Block> mixes,
                       std::unique_ptr<Delivery> delivery)
    : OutputNode(job, std::move(mixes), std::move(delivery)),
      mixer_(std::move(mixer)),
      prints_(std::move(prints)),
      start_frame_(job.start_frame()) {}

void FinishNode::RenderPart(const Graph& graph, int64_t first, size_t from, size_t count,
                            Delivery::Buffers& buffers) {
  std::vector<ConstPlanes> prints;
  for (const int print : prints_) prints.push_back(graph.at({print, 0}, first, count));
  // Only what is converted is read as a whole block.
  const bool is_read_later = delivery_->converter_count() > 0;
  std::vector<ConstPlanes> signals;
  for (size_t mix = 0; mix < signals_.size(); ++mix) {
    if (const int print = mixer_.PrintAsItIs(mix); print >= 0 && fade_frames_ <= 0 && !is_read_later) {
      signals.push_back(prints[static_cast<size_t>(print)]);
      continue;
    }
    const Planes out = signals_[mix].planes(from, count);
    mixer_.Render(mix, prints, start_frame_ + first, out);
    FadeAway(first, out);
    signals.push_back(out);
  }
  delivery_->RenderPart(from, signals, buffers);
}

absl::StatusOr<std::unique_ptr<TrackFilesNode>> TrackFilesNode::Create(const RenderJob& job,
                                                                       std::vector<std::vector<Input>> inputs,
                                                                       FileStore& store, int block_frames,
                                                                       int part_frames) {
  std::vector<int> channels;
  std::vector<Block> tracks;
  for (size_t i = 0; i < inputs.size(); ++i) {
    channels.push_back(job.track_files().tracks(static_cast<int>(i)).channels());
    tracks.emplace_back(channels.back(), static_cast<size_t>(block_frames));
  }
  auto delivery = std::make_unique<Delivery>(job.sample_rate(), job.frames(), channels, part_frames);
  for (int i = 0; i < job.track_files().tracks_size(); ++i) {
    const TrackFile& file = job.track_files().tracks(i);
    const auto seed = file.has_tpdf_seed() ? std::optional<uint64_t>(file.tpdf_seed()) : std::nullopt;
    absl::Status added = delivery->AddFile(store, {i, file.format(), file.channels(), seed});
    if (!added.ok()) return added;
  }
  return std::unique_ptr<TrackFilesNode>(
      new TrackFilesNode(job, std::move(inputs), std::move(tracks), std::move(delivery)));
}

TrackFilesNode::TrackFilesNode(const RenderJob& job, std::vector<std::vector<Input>> inputs,
                               std::vector<Block> tracks, std::unique_ptr<Delivery> delivery)
    : OutputNode(job, std::move(tracks), std::move(delivery)), inputs_(std::move(inputs)) {}

void TrackFilesNode::RenderPart(const Graph& graph, int64_t first, size_t from, size_t count,
                                Delivery::Buffers& buffers) {
  std::vector<ConstPlanes> signals;
  for (size_t i = 0; i < signals_.size(); ++i) {
    const Planes out = signals_[i].planes(from, count);
    Clear(out);
    for (const Input& input : inputs_[i]) {
      const ConstPlanes in = graph.at(input.lead, first, count);
      dsp::Matrix matrix = FileMatrix(static_cast<int>(in.channels()), static_cast<int>(out.channels()));
      for (auto& row : matrix.gain) {
        for (double& gain : row) gain *= input.polarity;
      }
      dsp::AddMatrix(matrix, in, {}, out);
    }
    FadeAway(first, out);
    signals.push_back(out);
  }
  delivery_->RenderPart(from, signals, buffers);
}

}  // namespace trackout
