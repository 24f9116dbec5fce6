#include "coordinator/planner/prints/whole_song.h"

#include <utility>

namespace trackout {
namespace {

// Finds the strips by going from what is needed to what it is made of.
class Closure {
 public:
  Closure(const Mixer& mixer, const std::vector<int>& needed)
      : mixer_(mixer),
        routing_(mixer.routing),
        is_in_(static_cast<size_t>(routing_.strip_count()), false),
        inputs_(is_in_.size()) {
    FindInputs();
    open_ = needed;
    while (!open_.empty()) {
      const int strip = open_.back();
      open_.pop_back();
      if (!is_in_[strip]) Take(strip);
    }
  }

  WholeSong Written() const {
    WholeSong whole;
    whole.index_of.assign(is_in_.size(), kNoStrip);
    int count = 0;
    for (size_t strip = 0; strip < is_in_.size(); ++strip) {
      if (is_in_[strip]) whole.index_of[strip] = count++;
    }
    for (int strip = 0; strip < routing_.strip_count(); ++strip) {
      if (is_in_[strip]) Write(strip, whole);
    }
    return whole;
  }

 private:
  // Whether it gives to anybody.
  bool Gives(int strip) const {
    return routing_.HasSolo() ? routing_.IsHeard(strip) : !routing_.IsMuted(strip);
  }

  void FindInputs() {
    for (int strip = 0; strip < routing_.strip_count(); ++strip) {
      if (!Gives(strip)) continue;
      if (routing_.feed(strip) >= 0) inputs_[routing_.feed(strip)].push_back(strip);
      for (const Routing::SendTo& send : routing_.sends(strip)) {
        if (send.to >= 0) inputs_[send.to].push_back(strip);
      }
    }
  }

  void Take(int strip) {
    is_in_[strip] = true;
    if (!routing_.IsSource(strip)) open_.insert(open_.end(), inputs_[strip].begin(), inputs_[strip].end());
    for (const Processor& processor : mixer_.timeline.inserts[strip]) {
      if (processor.has_sidechain()) open_.push_back(processor.sidechain());
    }
  }

  void Write(int index, WholeSong& whole) const {
    Strip& strip = *whole.strips.Add();
    strip = StripOf(mixer_, index);
    PointSidechains(whole, *strip.mutable_inserts());
    const auto index_of = [&](int target) {
      return target >= 0 && !routing_.IsSource(target) ? whole.index_of[target] : kNoStrip;
    };
    strip.set_feeds(Gives(index) ? index_of(routing_.feed(index)) : kNoStrip);
    if (!Gives(index)) return;
    for (const Routing::SendTo& send : routing_.sends(index)) {
      const int to = index_of(send.to);
      if (to == kNoStrip) continue;
      Send& added = *strip.add_sends();
      added = SendOf(mixer_, index, *send.request);
      added.set_to(to);
    }
  }

  const Mixer& mixer_;
  const Routing& routing_;
  std::vector<bool> is_in_;               // by strip
  std::vector<std::vector<int>> inputs_;  // by strip: what feeds or sends to it
  std::vector<int> open_;
};

}  // namespace

WholeSong WholeSongOf(const Mixer& mixer, const std::vector<int>& needed) {
  if (needed.empty()) return {};
  return Closure(mixer, needed).Written();
}

void AddSidechains(const ProcessorList& inserts, std::vector<int>& needed) {
  for (const Processor& processor : inserts) {
    if (processor.has_sidechain()) needed.push_back(processor.sidechain());
  }
}

void PointSidechains(const WholeSong& whole, ProcessorList& inserts) {
  for (Processor& processor : inserts) {
    if (processor.has_sidechain()) processor.set_sidechain(whole.index_of[processor.sidechain()]);
  }
}

}  // namespace trackout
