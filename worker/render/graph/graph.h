// The signal graph of a bundle: playlists, prints from elsewhere, sums of what strips make of them, and
// chains of processors. Equal content is one node, so that a track which three prints hear is read once, and
// a bus that two prints share is summed once.
//
// A strip is no node: it is the way from a node into a sum, with its delay. A node that a delay is read
// behind runs late, and one that is read ahead (a negative delay) runs early: with T the frames by which a
// node is ahead of the pass, T(u) = max over its readers v of T(v) - delay, and 0 for what is written.
// Readers of different times find the past in the node's Signal. No clip sounds before the song's frame 0,
// but sums do: a delay of -100 into a bus with one of +100 loses nothing. The latency of a chain is such a
// negative delay: it reads what comes in that much ahead, so that its own signal stands at the frames of the
// song.
//
// A chain makes the controls of its processors of the signal that it is given, the whole one. A follower is
// another signal, a part of that one, which goes through the same processors with the chain's controls; it
// runs in step with its chain. Chains have state, so a pass with one begins where the first sound may be.
//
// All frames are those of the song.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/crew.h"
#include "worker/render/graph/chain.h"
#include "worker/render/graph/edge.h"
#include "worker/render/graph/playlist_node.h"
#include "worker/render/graph/signal.h"
#include "worker/render/print_blob.h"

namespace trackout {

// A node, read `delay` frames late.
struct Lead {
  int node = 0;
  int64_t delay = 0;
};

// Built first (Add..., Use), then prepared, then run block by block. Not thread-safe; a block's parts are.
class Graph {
 public:
  struct Input {
    Lead lead;
    Edge edge;
  };

  // A block's parts have `part_frames`.
  Graph(FileStore& store, int sample_rate, int block_frames, int part_frames);

  FileStore& store() const { return store_; }
  int sample_rate() const { return sample_rate_; }

  int AddPlaylist(const Playlist& playlist);
  // `start_frame`: where the print begins.
  int AddPrint(std::unique_ptr<PrintReader> print, int64_t start_frame);
  // In the order of the sum. What is added is there already, so there are no cycles. The sum of one signal as
  // it is is that signal's node.
  int AddSum(int channels, std::vector<Input> inputs);
  // The signal through the stages, which listen to it or to their side-chains. Without stages it is a sum of
  // one.
  int AddChain(const Lead& lead, std::vector<ChainStage> stages);
  // Another signal of as many channels through the stages of a chain, with its controls; or through as many
  // stages of its own, each as late as the chain's, and with a control of the same width or none. A node that
  // is no chain (it has no stages) has no followers: what is added is the signal.
  int AddFollower(int chain, const Lead& lead, std::vector<ChainStage> stages);
  int AddFollower(int chain, const Lead& lead) { return AddFollower(chain, lead, {}); }

  // A processor, made once for all that are equal.
  using MadeProcessor = absl::StatusOr<std::shared_ptr<const dsp::Processor>>;
  MadeProcessor SharedProcessor(const std::string& encoding, const std::function<MadeProcessor()>& make);
  int channels(int node) const { return nodes_[static_cast<size_t>(node)].channels; }

  // What is written, or heard outside of the graph, from this frame on.
  void Use(const Lead& lead, int64_t from_frame);

  // InvalidArgument: delays so far apart that no memory holds what lies between; followers that read each
  // other in another order than the chains that they follow.
  absl::Status Prepare();

  // Where the pass begins: at or before the first frame that is used, so that everything which that one hears
  // has been made.
  int64_t FirstFrame() const { return first_frame_; }

  // Reads what the block plays. The first block begins at FirstFrame, each other where the last one ended.
  absl::Status Load(int64_t first, int frames, Crew* crew);

  // Whether every node is read where it has just been made, and none has state. Then a part can be made
  // through all nodes at once, by one hand, as long as it is in the cache; else RenderLevels makes the block.
  bool IsInStep() const { return is_in_step_; }
  void RenderPart(int part, Scratch& scratch);
  void RenderLevels(Crew* crew, std::vector<Scratch>& scratch);

  // What is used, at frames [frame, frame + count) of the block that is being made.
  ConstPlanes at(const Lead& lead, int64_t frame, size_t count) const;
  ConstPlanes at(int node, int64_t frame, size_t count) const { return at(Lead{node, 0}, frame, count); }

  // Where a part lies in the block.
  size_t PartBegin(int part) const;
  size_t PartFrames(int part) const;
  int parts() const;

 private:
  struct Node {
    int channels = 0;
    std::unique_ptr<PlaylistNode> playlist;
    std::unique_ptr<PrintReader> print;
    std::vector<Input> inputs;     // of a chain without edges: the signal, then the side-chains
    std::unique_ptr<Chain> chain;  // of a chain
    std::unique_ptr<ChainFollower> follower;
    int leader = -1;          // of a follower: its chain
    int64_t beginning = 0;    // of what plays: the frame before which it is silent
    int64_t sound_begin = 0;  // no sound before this frame
    // What Prepare finds out.
    int64_t ahead = 0;        // T
    int64_t behind = 0;       // the same of the reader that is most behind
    int64_t lowest = 0;       // the first frame that is heard
    int64_t least_ahead = 0;  // where its followers are
    int level = 0;
    std::unique_ptr<Signal> signal;
  };
  struct UsedLead {
    Lead lead;
    int64_t from_frame;
  };

  Node& At(int node) { return nodes_[static_cast<size_t>(node)]; }
  const Node& At(int node) const { return nodes_[static_cast<size_t>(node)]; }
  int Add(Node node);
  int Intern(std::string key, const std::function<Node()>& make);
  void Read(const Lead& lead, int64_t ahead, int64_t lowest);
  void FindTimes();
  bool BringFollowersInStep();
  absl::Status MakeSignals();
  int64_t FirstFrameOfPass() const;
  void RenderNode(Node& node, size_t from, size_t count, Scratch& scratch);
  void RenderSum(const Node& node, int64_t frame, const Planes& out, Scratch& scratch);
  void RenderChain(Node& node, size_t from, size_t count);

  FileStore& store_;
  const int sample_rate_;
  const int block_frames_;
  const size_t part_frames_;

  std::vector<Node> nodes_;
  std::map<std::string, int> interned_;
  std::map<std::string, std::shared_ptr<const dsp::Processor>> processors_;
  std::vector<UsedLead> used_;
  // Nodes without state, by level (what plays is level 0), and the others.
  struct Level {
    std::vector<int> stateless;
    std::vector<int> stateful;
  };
  std::vector<Level> levels_;
  int64_t first_frame_ = 0;
  bool is_in_step_ = true;

  // The block.
  int64_t first_ = 0;
  size_t frames_ = 0;
};

}  // namespace trackout
