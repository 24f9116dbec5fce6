#include "worker/render/graph/print_graph.h"

#include <optional>
#include <utility>
#include <vector>

#include "worker/render/job_check.h"

namespace trackout {
namespace {

// The way of a strip into a sum: the strip's number and the edge.
struct Way {
  int strip;
  Edge edge;
};

// The ways into every strip, and last those into the print itself: strip by strip in the order of the spec,
// the feed of each first, then its sends.
std::vector<std::vector<Way>> WaysInto(const Print& print, int sample_rate) {
  const auto print_itself = static_cast<size_t>(print.strips_size());
  std::vector<std::vector<Way>> ways(print_itself + 1);
  for (int i = 0; i < print.strips_size(); ++i) {
    const Strip& strip = print.strips(i);
    const auto add = [&](size_t target, std::optional<Edge> edge) {
      if (edge) ways[target].push_back({i, *std::move(edge)});
    };
    if (strip.feeds() == -1) {
      add(print_itself, FeedOf(strip, print.channels(), sample_rate));
    } else if (strip.feeds() >= 0) {
      add(static_cast<size_t>(strip.feeds()),
          FeedOf(strip, print.strips(strip.feeds()).channels(), sample_rate));
    }
    for (const Send& send : strip.sends())
      add(static_cast<size_t>(send.to()),
          SendOf(strip, send, print.strips(send.to()).channels(), sample_rate));
  }
  return ways;
}

// Which strips are heard in the print. `order`: strips behind what feeds them.
std::vector<bool> Heard(const std::vector<std::vector<Way>>& ways, const std::vector<int>& order) {
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

}  // namespace

absl::StatusOr<int> AddPrintTo(Graph& graph, const Print& print, int sample_rate) {
  const absl::StatusOr<std::vector<int>> order = OrderOfStrips(print);
  if (!order.ok()) return order.status();
  std::vector<std::vector<Way>> ways = WaysInto(print, sample_rate);
  const std::vector<bool> is_heard = Heard(ways, *order);
  std::vector<int> nodes(order->size(), -1);
  const auto add_sum = [&](size_t target, int channels) {
    std::vector<Graph::Input> inputs;
    for (Way& way : ways[target]) {
      const Lead lead{nodes[static_cast<size_t>(way.strip)], print.strips(way.strip).delay_frames()};
      inputs.push_back({lead, std::move(way.edge)});
    }
    return graph.AddSum(channels, std::move(inputs));
  };
  for (const int i : *order) {
    const auto at = static_cast<size_t>(i);
    if (!is_heard[at]) continue;
    const Strip& strip = print.strips(i);
    nodes[at] = strip.has_playlist() ? graph.AddPlaylist(strip.playlist()) : add_sum(at, strip.channels());
  }
  return add_sum(order->size(), print.channels());
}

}  // namespace trackout
