#include "coordinator/planner/prints/prints.h"

#include <algorithm>

#include "coordinator/planner/prints/whole_song.h"
#include "coordinator/planner/timeline/processors.h"

namespace trackout {
namespace {

// A strip on its way into a print. The signal of a return that is cut goes on through shadows of the buses
// that it feeds: they feed nobody but each other, and send.
struct Node {
  int strip;
  int feeds = kNoStrip;                                        // a node, kMaster, or kNoStrip
  std::vector<std::pair<int, const SendRequest*>> sends = {};  // to nodes
};

// The graph of a print before it is pruned. Node i is strip i; node strip_count + i its shadow.
class Patchbay {
 public:
  Patchbay(const Mixer& mixer, const std::vector<int>& sources, const Paths& paths)
      : routing_(mixer.routing),
        paths_(paths),
        count_(routing_.strip_count()),
        sounds_(static_cast<size_t>(count_), false) {
    for (const int source : sources) sounds_[source] = true;
    for (int i = 0; i < 2 * count_; ++i) nodes_.push_back({i % count_});
    if (paths.only == kNoStrip) {
      for (int i = 0; i < count_; ++i) Patch(i);
    } else {
      PatchOnly(paths.only);
    }
    Prune();
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  bool IsKept(int node) const { return has_sound_[node] && reaches_[node]; }

 private:
  bool IsAlive(int strip) const {
    return routing_.IsHeard(strip) && !routing_.IsMuted(strip) && !paths_.without.contains(strip) &&
           (!routing_.IsSource(strip) || sounds_[strip]);
  }
  // Whether a strip may give to it: a print stands in for what feeds it.
  bool Takes(int strip) const { return IsAlive(strip) && !routing_.IsSource(strip); }

  int FeedOf(int strip) const {
    const int feed = routing_.feed(strip);
    return feed == kMaster || Takes(feed) ? feed : kNoStrip;
  }

  void PatchSends(int node) {
    if (paths_.sends == Paths::Sends::kNone) return;
    for (const Routing::SendTo& send : routing_.sends(nodes_[node].strip)) {
      if (send.to != kNoStrip && Takes(send.to)) nodes_[node].sends.emplace_back(send.to, send.request);
    }
  }

  void Patch(int strip) {
    if (!IsAlive(strip)) return;
    nodes_[strip].feeds = FeedOf(strip);
    PatchSends(strip);
    if (!paths_.cut.contains(strip)) return;
    nodes_[strip].feeds = ShadowOf(nodes_[strip].feeds);
  }

  // The shadow of a bus, patched with those of the buses behind it.
  int ShadowOf(int bus) {
    if (bus < 0) return kNoStrip;
    const int shadow = count_ + bus;
    if (!nodes_[shadow].sends.empty() || nodes_[shadow].feeds != kNoStrip) return shadow;  // patched before
    PatchSends(shadow);
    nodes_[shadow].feeds = ShadowOf(FeedOf(bus));
    return shadow;
  }

  // A return, its way to the master without sends, and everything that reaches it, without other ways.
  void PatchOnly(int only) {
    if (!IsAlive(only)) return;
    std::vector<bool> gives(static_cast<size_t>(count_), false);  // reaches the return
    if (Takes(only)) {
      gives[only] = true;
      const std::vector<int>& order = routing_.order();
      for (auto strip = order.rbegin(); strip != order.rend(); ++strip) {
        if (*strip != only && IsAlive(*strip)) PatchTowards(*strip, gives);
      }
    }
    for (int strip = only; strip >= 0; strip = nodes_[strip].feeds) {
      nodes_[strip].sends.clear();
      nodes_[strip].feeds = FeedOf(strip);
    }
  }

  // Patches what the strip gives to strips that give to the return.
  void PatchTowards(int strip, std::vector<bool>& gives) {
    const int feed = FeedOf(strip);
    if (feed >= 0 && gives[feed]) nodes_[strip].feeds = feed;
    PatchSends(strip);
    std::erase_if(nodes_[strip].sends, [&](const auto& send) { return !gives[send.first]; });
    gives[strip] = nodes_[strip].feeds >= 0 || !nodes_[strip].sends.empty();
  }

  // Keeps what has sound and reaches the master.
  void Prune() {
    const auto size = nodes_.size();
    has_sound_.assign(size, false);
    reaches_.assign(size, false);
    // Strip by strip in the order of the signal, a shadow beside its strip.
    std::vector<int> order;
    for (const int strip : routing_.order()) {
      order.push_back(strip);
      order.push_back(count_ + strip);
    }
    for (const int node : order) {
      if (node < count_ && routing_.IsSource(node) && IsAlive(node)) has_sound_[node] = true;
      if (!has_sound_[node]) continue;
      if (nodes_[node].feeds >= 0) has_sound_[nodes_[node].feeds] = true;
      for (const auto& [to, request] : nodes_[node].sends) has_sound_[to] = true;
    }
    for (auto node = order.rbegin(); node != order.rend(); ++node) {
      const Node& from = nodes_[*node];
      reaches_[*node] = from.feeds == kMaster || (from.feeds >= 0 && reaches_[from.feeds]) ||
                        std::any_of(from.sends.begin(), from.sends.end(),
                                    [&](const auto& send) { return reaches_[send.first]; });
    }
  }

  const Routing& routing_;
  const Paths& paths_;
  const int count_;
  std::vector<bool> sounds_;  // sources
  std::vector<Node> nodes_;
  std::vector<bool> has_sound_, reaches_;
};

// A sum may lack some of what its gains listen to; a source is whole by itself, unless it is dry before them.
bool ListensToTheWhole(const Strip& strip) {
  bool is_whole = strip.has_playlist();
  for (const Processor& processor : strip.inserts()) {
    if (processor.dry()) is_whole = false;
    if (!is_whole && IsLevelDependent(processor.insert())) return true;
  }
  return false;
}

// Gives the print what its gains listen to. `strips`: of the song, one for each strip of the print.
void AddWhole(const Mixer& mixer, const std::vector<int>& strips, Print& print) {
  std::vector<int> needed;
  for (int i = 0; i < print.strips_size(); ++i) {
    if (ListensToTheWhole(print.strips(i))) needed.push_back(strips[i]);
    AddSidechains(print.strips(i).inserts(), needed);
  }
  if (needed.empty()) return;
  WholeSong whole = WholeSongOf(mixer, needed);
  for (int i = 0; i < print.strips_size(); ++i) {
    Strip& strip = *print.mutable_strips(i);
    if (ListensToTheWhole(strip)) strip.set_whole(whole.index_of[strips[i]]);
    PointSidechains(whole, *strip.mutable_inserts());
  }
  *print.mutable_whole() = std::move(whole.strips);
}

void LeaveOutTimeBased(Strip& strip) {
  for (Processor& processor : *strip.mutable_inserts()) {
    if (IsTimeBased(processor.insert())) processor.set_dry(true);
  }
}

}  // namespace

Print PrintOf(const Mixer& mixer, const std::vector<int>& sources, const Paths& paths) {
  const Patchbay patchbay(mixer, sources, paths);
  const int count = mixer.routing.strip_count();
  std::vector<int> kept;
  std::vector<int> index_of(patchbay.nodes().size(), kNoStrip);  // in the print, of a node
  for (int strip = 0; strip < count; ++strip) {
    for (const int node : {strip, count + strip}) {
      if (!patchbay.IsKept(node)) continue;
      index_of[node] = static_cast<int>(kept.size());
      kept.push_back(node);
    }
  }
  Print print;
  print.set_channels(mixer.channels());
  std::vector<int> strips;  // of the song
  for (const int index : kept) {
    const Node& node = patchbay.nodes()[index];
    Strip& strip = *print.add_strips();
    strip = StripOf(mixer, node.strip);
    strips.push_back(node.strip);
    if (paths.sends == Paths::Sends::kNone) LeaveOutTimeBased(strip);
    strip.set_feeds(node.feeds >= 0 ? index_of[node.feeds] : node.feeds);
    for (const auto& [to, request] : node.sends) {
      if (index_of[to] == kNoStrip) continue;
      Send& send = *strip.add_sends();
      send = SendOf(mixer, node.strip, *request);
      send.set_to(index_of[to]);
    }
  }
  AddWhole(mixer, strips, print);
  return print;
}

Print TapOf(const Mixer& mixer, int strip) {
  WholeSong whole = WholeSongOf(mixer, {strip});
  Print print;
  print.set_channels(ChannelsOf(mixer.routing, mixer.timeline, strip));
  print.set_tap(whole.index_of[strip]);
  *print.mutable_whole() = std::move(whole.strips);
  return print;
}

std::vector<int> HeardSources(const Routing& routing) {
  std::vector<int> sources;
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (routing.IsSource(strip) && routing.IsHeard(strip)) sources.push_back(strip);
  }
  return sources;
}

int FeederOf(const Routing& routing, int source) {
  const int top = routing.TopBus(source);
  return top >= 0 && routing.IsReturn(top) ? kMaster : top;
}

std::vector<int> FeedersOf(const Routing& routing) {
  std::vector<int> feeders;
  bool has_direct = false;
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (routing.IsSource(strip) && FeederOf(routing, strip) == kMaster) has_direct = true;
    const bool is_bus = !routing.IsTrack(strip) && !routing.IsReturn(strip);
    if (is_bus && routing.feed(strip) == kMaster) feeders.push_back(strip);
  }
  if (has_direct) feeders.insert(feeders.begin(), kMaster);
  return feeders;
}

}  // namespace trackout
