#include "worker/render/graph/print_graph.h"

#include <optional>
#include <utility>

#include "worker/render/graph/processors.h"
#include "worker/render/job_check.h"

namespace trackout {
namespace {

// The way of a strip into a sum: the strip's number and the edge.
struct Way {
  int strip;
  Edge edge;
};
using Ways = std::vector<Way>;

// Behind inserts polarity has been seen to.
Strip BehindInserts(const Strip& strip) {
  Strip behind = strip;
  if (!strip.inserts().empty()) behind.set_inverted(false);
  return behind;
}

// The ways into every strip, and last those into the sum of all (-1): strip by strip in the order of the
// spec, the feed of each first, then its sends.
std::vector<Ways> WaysInto(const Strips& strips, int channels, int sample_rate) {
  const auto sum_of_all = static_cast<size_t>(strips.size());
  std::vector<Ways> ways(sum_of_all + 1);
  for (int i = 0; i < strips.size(); ++i) {
    const Strip strip = BehindInserts(strips[i]);
    const auto add = [&](size_t target, std::optional<Edge> edge) {
      if (edge) ways[target].push_back({i, *std::move(edge)});
    };
    if (strip.feeds() == -1) {
      add(sum_of_all, FeedOf(strip, channels, sample_rate));
    } else if (strip.feeds() >= 0) {
      add(static_cast<size_t>(strip.feeds()), FeedOf(strip, strips[strip.feeds()].channels(), sample_rate));
    }
    for (const Send& send : strip.sends())
      add(static_cast<size_t>(send.to()), SendOf(strip, send, strips[send.to()].channels(), sample_rate));
  }
  return ways;
}

// Which strips are heard in the sum of all. `order`: strips behind what feeds them.
std::vector<bool> HeardStrips(const std::vector<Ways>& ways, const std::vector<int>& order) {
  std::vector<bool> is_heard(ways.size());
  const auto mark = [&](size_t target) {
    for (const Way& way : ways[target]) is_heard[static_cast<size_t>(way.strip)] = true;
  };
  mark(order.size());
  for (size_t i = order.size(); i-- > 0;) {
    if (is_heard[static_cast<size_t>(order[i])]) mark(static_cast<size_t>(order[i]));
  }
  return is_heard;
}

// Where inserts stand, polarity and delay come before them.
Lead Inverted(Graph& graph, const Lead& lead, bool is_inverted) {
  if (!is_inverted) return lead;
  const int channels = graph.channels(lead.node);
  return {graph.AddSum(channels, {{lead, GainOf(channels, -1)}}), 0};
}

// Strips as nodes behind their inserts.
class StripNodes {
 public:
  // `whole`: the nodes that inserts listen to; those of the strips themselves where null.
  StripNodes(Graph& graph, const Strips& strips, int channels, const std::vector<int>* whole)
      : graph_(graph),
        strips_(strips),
        ways_(WaysInto(strips, channels, graph.sample_rate())),
        leads_(static_cast<size_t>(strips.size())),
        nodes_(static_cast<size_t>(strips.size()), -1),
        is_whole_(whole == nullptr),
        whole_(is_whole_ ? nodes_ : *whole) {}

  const std::vector<Ways>& ways() const { return ways_; }
  const std::vector<int>& nodes() const { return nodes_; }

  absl::Status Add(int index) {
    const auto at = static_cast<size_t>(index);
    const Strip& strip = strips_[index];
    const int node =
        strip.has_playlist() ? graph_.AddPlaylist(strip.playlist()) : AddSum(at, strip.channels());
    leads_[at] = {node, strip.delay_frames()};
    nodes_[at] = node;
    if (strip.inserts().empty() && !is_whole_) return absl::OkStatus();
    const Lead lead = Inverted(graph_, leads_[at], strip.inverted());
    if (strip.inserts().empty()) {
      nodes_[at] = graph_.AddChain(lead, {});  // for side-chains alone
      return absl::OkStatus();
    }
    absl::StatusOr<std::vector<ChainStage>> stages =
        StagesOf(graph_, strip.inserts(), strip.channels(), whole_);
    if (!stages.ok()) return stages.status();
    nodes_[at] = strip.has_whole() ? graph_.AddFollower(whole_[static_cast<size_t>(strip.whole())], lead,
                                                        *std::move(stages))
                                   : graph_.AddChain(lead, *std::move(stages));
    leads_[at] = {nodes_[at], 0};
    return absl::OkStatus();
  }

  int AddSum(size_t target, int channels) {
    std::vector<Graph::Input> inputs;
    for (const Way& way : ways_[target]) inputs.push_back({leads_[static_cast<size_t>(way.strip)], way.edge});
    return graph_.AddSum(channels, std::move(inputs));
  }

 private:
  Graph& graph_;
  const Strips& strips_;
  const std::vector<Ways> ways_;
  std::vector<Lead> leads_;  // of what leaves a strip before its fader
  std::vector<int> nodes_;   // behind the inserts; of a strip without any, of `whole` alone
  const bool is_whole_;
  const std::vector<int>& whole_;
};

}  // namespace

absl::StatusOr<std::vector<int>> AddWholeTo(Graph& graph, const Strips& whole) {
  const absl::StatusOr<std::vector<int>> order = OrderOfStrips(whole, SidechainsWithin::kYes);
  if (!order.ok()) return order.status();
  StripNodes strips(graph, whole, 1, nullptr);
  for (const int i : *order) {
    if (absl::Status added = strips.Add(i); !added.ok()) return added;
  }
  return strips.nodes();
}

absl::StatusOr<int> AddPrintTo(Graph& graph, const Print& print) {
  const absl::StatusOr<std::vector<int>> whole = AddWholeTo(graph, print.whole());
  if (!whole.ok()) return whole.status();
  if (print.has_tap()) return (*whole)[static_cast<size_t>(print.tap())];
  const absl::StatusOr<std::vector<int>> order = OrderOfStrips(print.strips(), SidechainsWithin::kNo);
  if (!order.ok()) return order.status();
  StripNodes strips(graph, print.strips(), print.channels(), &*whole);
  const std::vector<bool> is_heard = HeardStrips(strips.ways(), *order);
  for (const int i : *order) {
    if (!is_heard[static_cast<size_t>(i)]) continue;
    if (absl::Status added = strips.Add(i); !added.ok()) return added;
  }
  return strips.AddSum(order->size(), print.channels());
}

absl::StatusOr<TrackNode> AddTrackTo(Graph& graph, const TrackSignal& track, const std::vector<int>& whole) {
  const Lead lead{graph.AddPlaylist(track.playlist()), track.delay_frames()};
  if (track.inserts().empty()) return TrackNode{lead, track.inverted() ? -1.0 : 1.0};
  absl::StatusOr<std::vector<ChainStage>> stages =
      StagesOf(graph, track.inserts(), track.playlist().channels(), whole);
  if (!stages.ok()) return stages.status();
  return TrackNode{{graph.AddChain(Inverted(graph, lead, track.inverted()), *std::move(stages)), 0}};
}

}  // namespace trackout
