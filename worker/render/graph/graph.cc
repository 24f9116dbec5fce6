#include "worker/render/graph/graph.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/job_key.h"
#include "core/limits.h"

namespace trackout {
namespace {

constexpr int64_t kUnread = std::numeric_limits<int64_t>::min();
constexpr int64_t kNever = std::numeric_limits<int64_t>::max() / 4;

template <typename Number>
void Append(Number number, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void Append(const std::string& part, std::string& bytes) {
  Append(part.size(), bytes);
  bytes += part;
}

int64_t BeginningOf(const Playlist& playlist) {
  int64_t beginning = kNever;
  for (const Region& region : playlist.regions()) beginning = std::min(beginning, region.start_frame());
  return beginning;
}

}  // namespace

Graph::Graph(FileStore& store, int sample_rate, int block_frames, int part_frames)
    : store_(store),
      sample_rate_(sample_rate),
      block_frames_(block_frames),
      part_frames_(static_cast<size_t>(part_frames)) {}

int Graph::Add(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<int>(nodes_.size()) - 1;
}

int Graph::Intern(std::string key, const std::function<Node()>& make) {
  const auto [known, is_new] = interned_.try_emplace(std::move(key), 0);
  if (is_new) known->second = Add(make());
  return known->second;
}

int Graph::AddPlaylist(const Playlist& playlist) {
  return Intern('p' + CanonicalEncoding(playlist), [&] {
    Node node;
    node.channels = playlist.channels();
    node.playlist = std::make_unique<PlaylistNode>(playlist, store_, sample_rate_);
    node.sound_begin = BeginningOf(playlist);
    return node;
  });
}

int Graph::AddPrint(std::unique_ptr<PrintReader> print, int64_t start_frame) {
  Node node;
  node.channels = print->channels();
  node.print = std::move(print);
  node.beginning = node.sound_begin = start_frame;
  return Add(std::move(node));
}

int Graph::AddSum(int channels, std::vector<Input> inputs) {
  if (inputs.size() == 1 && inputs[0].lead.delay == 0 && At(inputs[0].lead.node).channels == channels &&
      IsWire(inputs[0].edge))
    return inputs[0].lead.node;
  std::string key = "s";
  Append(channels, key);
  for (const Input& input : inputs) {
    Append(input.lead.node, key);
    Append(input.lead.delay, key);
    Append(EncodingOf(input.edge), key);
  }
  return Intern(std::move(key), [&] {
    Node node;
    node.channels = channels;
    node.level = 1;
    node.sound_begin = kNever;
    for (const Input& input : inputs) {
      const Node& in = At(input.lead.node);
      node.level = std::max(node.level, in.level + 1);
      node.sound_begin = std::min(node.sound_begin, in.sound_begin + input.lead.delay);
    }
    node.inputs = std::move(inputs);
    return node;
  });
}

int Graph::AddChain(const Lead& lead, std::vector<ChainStage> stages) {
  const int channels = At(lead.node).channels;
  if (stages.empty()) return AddSum(channels, {{lead, WireOf(channels)}});
  std::string key = "c";
  Append(lead.node, key);
  Append(lead.delay, key);
  for (const ChainStage& stage : stages) {
    Append(stage.sidechain, key);
    Append(stage.encoding, key);
  }
  return Intern(std::move(key), [&] {
    Node node;
    node.channels = channels;
    node.chain = std::make_unique<Chain>(std::move(stages), block_frames_);
    node.inputs.push_back({{lead.node, lead.delay - node.chain->latency()}, {}});
    for (size_t i = 0; i < node.chain->stages().size(); ++i) {
      const int sidechain = node.chain->stages()[i].sidechain;
      if (sidechain != kNoSidechain) node.inputs.push_back({{sidechain, -node.chain->AheadOf(i)}, {}});
    }
    for (const Input& input : node.inputs) node.level = std::max(node.level, At(input.lead.node).level + 1);
    node.sound_begin = At(lead.node).sound_begin + node.inputs[0].lead.delay;
    return node;
  });
}

int Graph::AddFollower(int chain, const Lead& lead, std::vector<ChainStage> stages) {
  const Node& leader = At(chain);
  if (leader.chain == nullptr) return AddSum(leader.channels, {{lead, WireOf(leader.channels)}});
  const std::vector<ChainStage>& of_leader = leader.chain->stages();
  const auto is_same = [](const ChainStage& a, const ChainStage& b) { return a.encoding == b.encoding; };
  if (stages.empty() || std::ranges::equal(stages, of_leader, is_same)) stages = of_leader;
  const bool is_other = !std::ranges::equal(stages, of_leader, is_same);
  const Lead ahead{lead.node, lead.delay - leader.chain->latency()};
  // What is the whole signal itself needs no second way.
  if (!is_other && ahead.node == leader.inputs[0].lead.node && ahead.delay == leader.inputs[0].lead.delay)
    return chain;
  std::string key = "f";
  Append(chain, key);
  Append(ahead.node, key);
  Append(ahead.delay, key);
  for (const ChainStage& stage : stages) Append(stage.encoding, key);
  return Intern(std::move(key), [&] {
    Node node;
    node.channels = leader.channels;
    node.leader = chain;
    node.follower = std::make_unique<ChainFollower>(*leader.chain, std::move(stages));
    node.inputs.push_back({ahead, {}});
    node.level = std::max(leader.level, At(lead.node).level) + 1;
    node.sound_begin = At(lead.node).sound_begin + ahead.delay;
    return node;
  });
}

Graph::MadeProcessor Graph::SharedProcessor(const std::string& encoding,
                                            const std::function<MadeProcessor()>& make) {
  if (const auto known = processors_.find(encoding); known != processors_.end()) return known->second;
  MadeProcessor made = make();
  if (made.ok()) processors_[encoding] = *made;
  return made;
}

void Graph::Use(const Lead& lead, int64_t from_frame) {
  used_.push_back({lead, from_frame});
}

void Graph::Read(const Lead& lead, int64_t ahead, int64_t lowest) {
  Node& node = At(lead.node);
  const bool is_first = node.ahead == kUnread;
  const int64_t at = ahead - lead.delay;
  node.ahead = is_first ? at : std::max(node.ahead, at);
  node.behind = is_first ? at : std::min(node.behind, at);
  node.lowest = is_first ? lowest - lead.delay : std::min(node.lowest, lowest - lead.delay);
}

// Readers have higher indices than what they read.
void Graph::FindTimes() {
  for (Node& node : nodes_) node.ahead = kUnread;
  for (const UsedLead& used : used_) Read(used.lead, 0, used.from_frame);
  for (size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    if (node.ahead == kUnread) continue;
    node.ahead = std::max(node.ahead, node.least_ahead);
    for (const Input& input : node.inputs) Read(input.lead, node.ahead, node.lowest);
    if (node.leader >= 0) Read({node.leader, 0}, node.ahead, node.lowest);
  }
}

// A follower uses the controls of the block that its chain makes, so both are ahead alike. False: some were
// not, and times are to be found again.
bool Graph::BringFollowersInStep() {
  bool are_in_step = true;
  for (Node& node : nodes_) {
    if (node.ahead == kUnread || node.leader < 0) continue;
    const int64_t wanted = At(node.leader).ahead;
    if (node.ahead == wanted) continue;
    node.least_ahead = wanted;
    are_in_step = false;
  }
  return are_in_step;
}

absl::Status Graph::Prepare() {
  // A round settles at least one follower more, but where followers read each other in another order than
  // their chains do: then each round moves all of them ahead, for ever.
  int64_t rounds = 2;
  for (Node& node : nodes_) {
    node.least_ahead = kUnread;
    if (node.leader >= 0) ++rounds;
  }
  FindTimes();
  while (!BringFollowersInStep()) {
    if (--rounds == 0)
      return absl::InvalidArgumentError("strips stand in another order than what their gains listen to");
    FindTimes();
  }
  if (absl::Status made = MakeSignals(); !made.ok()) return made;
  first_frame_ = FirstFrameOfPass();
  return absl::OkStatus();
}

absl::Status Graph::MakeSignals() {
  int64_t history_samples = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (node.ahead == kUnread) continue;
    const int64_t history = node.ahead - node.behind;
    history_samples += 2 * history * node.channels;
    if (history_samples > kMostHistorySamples)
      return absl::InvalidArgumentError("the delays of what plays together are too far apart");
    const bool has_state = node.chain != nullptr || node.follower != nullptr;
    is_in_step_ = is_in_step_ && history == 0 && !has_state;
    node.signal = std::make_unique<Signal>(node.channels, block_frames_, history);
    const auto level = static_cast<size_t>(node.level);
    if (levels_.size() <= level) levels_.resize(level + 1);
    (has_state ? levels_[level].stateful : levels_[level].stateless).push_back(static_cast<int>(i));
  }
  return absl::OkStatus();
}

// What is heard must have been made; and what runs into a chain from its first sound on.
int64_t Graph::FirstFrameOfPass() const {
  int64_t first = kNever;
  for (const UsedLead& used : used_) first = std::min(first, used.from_frame);
  if (first == kNever) return 0;
  std::vector<bool> feeds_chain(nodes_.size(), false);
  for (size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    if (node.ahead == kUnread) continue;
    first = std::min(first, node.lowest - node.ahead);
    if (node.chain != nullptr || node.follower != nullptr) feeds_chain[i] = true;
    if (!feeds_chain[i]) continue;
    first = std::min(first, node.sound_begin - node.ahead);
    for (const Input& input : node.inputs) feeds_chain[static_cast<size_t>(input.lead.node)] = true;
  }
  return first;
}

absl::Status Graph::Load(int64_t first, int frames, Crew* crew) {
  first_ = first;
  frames_ = static_cast<size_t>(frames);
  for (Node& node : nodes_) {
    if (node.signal != nullptr) node.signal->Begin(first + node.ahead, frames);
  }
  if (levels_.empty()) return absl::OkStatus();
  const std::vector<int>& playing = levels_.front().stateless;
  std::vector<absl::Status> loaded(playing.size());
  ForEach(crew, static_cast<int>(playing.size()), [&](int i) {
    Node& node = At(playing[static_cast<size_t>(i)]);
    const int64_t from = first + node.ahead;
    const int64_t begin = std::max(from, node.beginning);
    const auto count = static_cast<int>(std::clamp<int64_t>(from + frames - begin, 0, frames));
    loaded[static_cast<size_t>(i)] =
        node.playlist != nullptr ? node.playlist->Load(begin, count)
                                 : node.print->Load(begin - node.beginning, static_cast<size_t>(count));
  });
  for (const absl::Status& status : loaded) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Graph::RenderPart(int part, Scratch& scratch) {
  for (const Level& level : levels_) {
    for (const int node : level.stateless) RenderNode(At(node), PartBegin(part), PartFrames(part), scratch);
  }
}

// Of a level: each node that has state through the whole block, part by part; of the others each part.
void Graph::RenderLevels(Crew* crew, std::vector<Scratch>& scratch) {
  for (const Level& level : levels_) {
    const auto stateful = static_cast<int>(level.stateful.size());
    ForEach(crew, stateful + (level.stateless.empty() ? 0 : parts()), [&](int i) {
      if (i < stateful) {
        Node& node = At(level.stateful[static_cast<size_t>(i)]);
        for (int part = 0; part < parts(); ++part) RenderChain(node, PartBegin(part), PartFrames(part));
        return;
      }
      const int part = i - stateful;
      for (const int node : level.stateless)
        RenderNode(At(node), PartBegin(part), PartFrames(part), scratch[static_cast<size_t>(part)]);
    });
  }
}

void Graph::RenderNode(Node& node, size_t from, size_t count, Scratch& scratch) {
  int64_t frame = first_ + node.ahead + static_cast<int64_t>(from);
  Planes out = node.signal->at(frame, count);
  // Sums have a past: what a delay has moved ahead of the song's beginning, another may bring back.
  if (node.inputs.empty() && frame < node.beginning) {
    const auto silent =
        static_cast<size_t>(std::min<int64_t>(node.beginning - frame, static_cast<int64_t>(count)));
    Clear(out.Part(0, silent));
    out = out.Part(silent, count - silent);
    frame += static_cast<int64_t>(silent);
  }
  if (out.frames() == 0) return;
  if (node.playlist != nullptr) {
    node.playlist->Render(frame, out, scratch.samples);
  } else if (node.print != nullptr) {
    node.print->Unpack(frame - node.beginning, out);
  } else {
    RenderSum(node, frame, out, scratch);
  }
}

void Graph::RenderSum(const Node& node, int64_t frame, const Planes& out, Scratch& scratch) {
  Clear(out);
  for (const Input& input : node.inputs)
    AddThrough(input.edge, frame, at(input.lead, frame, out.frames()), out, scratch);
}

void Graph::RenderChain(Node& node, size_t from, size_t count) {
  const int64_t frame = first_ + node.ahead + static_cast<int64_t>(from);
  const Planes out = node.signal->at(frame, count);
  Copy(at(node.inputs[0].lead, frame, count), out);
  if (node.follower != nullptr) return node.follower->Render(frame, from, out);
  std::vector<ConstPlanes> sidechains;
  size_t input = 1;
  for (const ChainStage& stage : node.chain->stages()) {
    sidechains.emplace_back();
    if (stage.sidechain != kNoSidechain) sidechains.back() = at(node.inputs[input++].lead, frame, count);
  }
  node.chain->Render(frame, from, sidechains, out);
}

ConstPlanes Graph::at(const Lead& lead, int64_t frame, size_t count) const {
  const Signal& signal = *At(lead.node).signal;
  return signal.at(frame - lead.delay, count);
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
