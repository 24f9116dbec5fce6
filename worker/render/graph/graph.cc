#include "worker/render/graph/graph.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/job_key.h"
#include "core/limits.h"

namespace trackout {
namespace {

constexpr int64_t kUnread = std::numeric_limits<int64_t>::min();

template <typename Number>
void Append(Number number, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

Graph::Graph(FileStore& store, int sample_rate, int64_t start_frame, int block_frames, int part_frames)
    : store_(store),
      sample_rate_(sample_rate),
      start_frame_(start_frame),
      block_frames_(block_frames),
      part_frames_(static_cast<size_t>(part_frames)) {}

int Graph::Add(Node node) {
  node.ahead = kUnread;
  nodes_.push_back(std::move(node));
  return static_cast<int>(nodes_.size()) - 1;
}

int Graph::AddPlaylist(const Playlist& playlist) {
  const auto [known, is_new] = interned_.try_emplace('p' + CanonicalEncoding(playlist), 0);
  if (is_new) {
    Node node;
    node.channels = playlist.channels();
    node.playlist = std::make_unique<PlaylistNode>(playlist, store_, sample_rate_);
    known->second = Add(std::move(node));
  }
  return known->second;
}

int Graph::AddPrint(std::unique_ptr<PrintReader> print) {
  Node node;
  node.channels = print->channels();
  node.print = std::move(print);
  return Add(std::move(node));
}

int Graph::AddSum(int channels, std::vector<Input> inputs) {
  std::string key = "s";
  Append(channels, key);
  for (const Input& input : inputs) {
    Append(input.lead.node, key);
    Append(input.lead.delay, key);
    const std::string edge = EncodingOf(input.edge);
    Append(edge.size(), key);
    key += edge;
  }
  const auto [known, is_new] = interned_.try_emplace(std::move(key), 0);
  if (is_new) {
    Node node;
    node.channels = channels;
    for (const Input& input : inputs)
      node.level = std::max(node.level, nodes_[static_cast<size_t>(input.lead.node)].level + 1);
    node.level = std::max(node.level, 1);
    node.inputs = std::move(inputs);
    known->second = Add(std::move(node));
  }
  return known->second;
}

void Graph::Use(const Lead& lead) {
  Read(lead, 0, 0);
}

void Graph::Read(const Lead& lead, int64_t ahead, int64_t lowest) {
  Node& node = nodes_[static_cast<size_t>(lead.node)];
  const bool is_first = node.ahead == kUnread;
  const int64_t at = ahead - lead.delay;
  node.ahead = is_first ? at : std::max(node.ahead, at);
  node.behind = is_first ? at : std::min(node.behind, at);
  node.lowest = is_first ? lowest - lead.delay : std::min(node.lowest, lowest - lead.delay);
}

// Readers have higher indices than what they read.
absl::Status Graph::Prepare() {
  for (size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    if (node.ahead == kUnread) continue;
    for (const Input& input : node.inputs) Read(input.lead, node.ahead, node.lowest);
  }
  int64_t history_samples = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (node.ahead == kUnread) continue;
    const int64_t history = node.ahead - node.behind;
    history_samples += 2 * history * node.channels;
    if (history_samples > kMostHistorySamples)
      return absl::InvalidArgumentError("the delays of what plays together are too far apart");
    preroll_ = std::max(preroll_, node.ahead - node.lowest);
    is_in_step_ = is_in_step_ && history == 0;
    node.signal = std::make_unique<Signal>(node.channels, block_frames_, history);
    const auto level = static_cast<size_t>(node.level);
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].push_back(static_cast<int>(i));
  }
  return absl::OkStatus();
}

absl::Status Graph::Load(int64_t first, int frames, Crew* crew) {
  first_ = first;
  frames_ = static_cast<size_t>(frames);
  for (const std::vector<int>& level : levels_) {
    for (const int node : level)
      nodes_[static_cast<size_t>(node)].signal->Begin(
          start_frame_ + first + nodes_[static_cast<size_t>(node)].ahead, frames);
  }
  if (levels_.empty()) return absl::OkStatus();
  const std::vector<int>& playing = levels_.front();
  std::vector<absl::Status> loaded(playing.size());
  ForEach(crew, static_cast<int>(playing.size()), [&](int i) {
    Node& node = nodes_[static_cast<size_t>(playing[static_cast<size_t>(i)])];
    const int64_t from = start_frame_ + first + node.ahead;
    const int64_t begin = std::max(from, BeginningOf(node));
    const auto count = static_cast<int>(std::clamp<int64_t>(from + frames - begin, 0, frames));
    loaded[static_cast<size_t>(i)] = node.playlist != nullptr
                                         ? node.playlist->Load(begin, count)
                                         : node.print->Load(begin - start_frame_, static_cast<size_t>(count));
  });
  for (const absl::Status& status : loaded) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Graph::RenderPart(int part, Scratch& scratch) {
  for (const std::vector<int>& level : levels_) {
    for (const int node : level)
      RenderNode(nodes_[static_cast<size_t>(node)], PartBegin(part), PartFrames(part), scratch);
  }
}

void Graph::RenderLevels(Crew* crew, std::vector<Scratch>& scratch) {
  for (const std::vector<int>& level : levels_) {
    ForEach(crew, parts(), [&](int part) {
      for (const int node : level) {
        RenderNode(nodes_[static_cast<size_t>(node)], PartBegin(part), PartFrames(part),
                   scratch[static_cast<size_t>(part)]);
      }
    });
  }
}

int64_t Graph::BeginningOf(const Node& node) const {
  return node.print != nullptr ? start_frame_ : 0;
}

void Graph::RenderNode(Node& node, size_t from, size_t count, Scratch& scratch) {
  int64_t frame = start_frame_ + first_ + node.ahead + static_cast<int64_t>(from);
  Planes out = node.signal->at(frame, count);
  // Sums have a past: what a delay has moved ahead of the song's beginning, another may bring back.
  const int64_t beginning = BeginningOf(node);
  if (node.inputs.empty() && frame < beginning) {
    const auto silent =
        static_cast<size_t>(std::min<int64_t>(beginning - frame, static_cast<int64_t>(count)));
    Clear(out.Part(0, silent));
    out = out.Part(silent, count - silent);
    frame += static_cast<int64_t>(silent);
  }
  if (out.frames() == 0) return;
  if (node.playlist != nullptr) {
    node.playlist->Render(frame, out, scratch.samples);
  } else if (node.print != nullptr) {
    node.print->Unpack(frame - start_frame_, out);
  } else {
    RenderSum(node, frame, out, scratch);
  }
}

void Graph::RenderSum(const Node& node, int64_t frame, const Planes& out, Scratch& scratch) {
  Clear(out);
  for (const Input& input : node.inputs) {
    const Signal& in = *nodes_[static_cast<size_t>(input.lead.node)].signal;
    AddThrough(input.edge, frame, in.at(frame - input.lead.delay, out.frames()), out, scratch);
  }
}

ConstPlanes Graph::at(const Lead& lead, int64_t first, size_t count) const {
  const Signal& signal = *nodes_[static_cast<size_t>(lead.node)].signal;
  return signal.at(start_frame_ + first - lead.delay, count);
}

size_t Graph::PartBegin(int part) const {
  return static_cast<size_t>(part) * part_frames_;
}

size_t Graph::PartFrames(int part) const {
  return std::min(part_frames_, frames_ - PartBegin(part));
}

int Graph::parts() const {
  return static_cast<int>((frames_ + part_frames_ - 1) / part_frames_);
}

}  // namespace trackout
