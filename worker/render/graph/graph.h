// The signal graph of a bundle: playlists, prints from elsewhere, and sums of what strips make of them. Equal
// content is one node, so that a track which three prints hear is read once, and a bus that two prints share
// is summed once.
//
// A strip is no node: it is the way from a node into a sum, with its delay. A node that a delay is read
// behind runs late, and one that is read ahead (a negative delay) runs early: with T the frames by which a
// node is ahead of the pass, T(u) = max over its readers v of T(v) - delay, and 0 for what is written.
// Readers of different times find the past in the node's Signal. No clip sounds before the song's frame 0,
// but sums do: a delay of -100 into a bus with one of +100 loses nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/crew.h"
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

  // `start_frame`: of the song, where what is rendered begins. A block's parts have `part_frames`.
  Graph(FileStore& store, int sample_rate, int64_t start_frame, int block_frames, int part_frames);

  int AddPlaylist(const Playlist& playlist);
  int AddPrint(std::unique_ptr<PrintReader> print);
  // In the order of the sum. What is added is there already, so there are no cycles.
  int AddSum(int channels, std::vector<Input> inputs);
  int channels(int node) const { return nodes_[static_cast<size_t>(node)].channels; }

  // What is written, or heard outside of the graph.
  void Use(const Lead& lead);

  // InvalidArgument: delays so far apart that no memory holds what lies between.
  absl::Status Prepare();

  // How many frames the pass begins before the first that is written: so many that everything which that one
  // hears has been made. Strips are without state; with state it would be from the first that any of them
  // makes, which may lie before the song's frame 0.
  int64_t PrerollFrames() const { return preroll_; }

  // Reads what the block plays. `first` counts from start_frame, and is negative before it.
  absl::Status Load(int64_t first, int frames, Crew* crew);

  // Whether every node is read where it has just been made. Then a part can be made through all nodes at
  // once, by one hand, as long as it is in the cache; else RenderLevels makes the block.
  bool IsInStep() const { return is_in_step_; }
  void RenderPart(int part, Scratch& scratch);
  void RenderLevels(Crew* crew, std::vector<Scratch>& scratch);

  // Frames [first, first + count) counted from start_frame, of the block that is being made.
  ConstPlanes at(const Lead& lead, int64_t first, size_t count) const;

  // Where a part lies in the block.
  size_t PartBegin(int part) const;
  size_t PartFrames(int part) const;
  int parts() const;

 private:
  struct Node {
    int channels = 0;
    std::unique_ptr<PlaylistNode> playlist;
    std::unique_ptr<PrintReader> print;
    std::vector<Input> inputs;
    bool is_used = false;
    int64_t ahead = 0;   // T
    int64_t behind = 0;  // the same of the reader that is most behind
    int64_t lowest = 0;  // the first frame, from start_frame, that is heard
    int level = 0;
    std::unique_ptr<Signal> signal;
  };

  int Add(Node node);
  void Read(const Lead& lead, int64_t ahead, int64_t lowest);
  // The frame of the song before which what plays is silent.
  int64_t BeginningOf(const Node& node) const;
  void RenderNode(Node& node, size_t from, size_t count, Scratch& scratch);
  void RenderSum(const Node& node, int64_t frame, const Planes& out, Scratch& scratch);

  FileStore& store_;
  const int sample_rate_;
  const int64_t start_frame_;
  const int block_frames_;
  const size_t part_frames_;

  std::vector<Node> nodes_;
  std::map<std::string, int> interned_;
  std::vector<std::vector<int>> levels_;  // nodes; what plays is level 0
  int64_t preroll_ = 0;
  bool is_in_step_ = true;

  // The block.
  int64_t first_ = 0;
  size_t frames_ = 0;
};

}  // namespace trackout
