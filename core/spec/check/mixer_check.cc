#include "core/spec/check/mixer_check.h"

#include <algorithm>
#include <map>

#include "core/limits.h"
#include "core/spec/check/automation_check.h"
#include "core/spec/check/insert_check.h"
#include "core/spec/insert_parameters.h"
#include "core/spec/spec_values.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

class MixerCheck {
 public:
  MixerCheck(CheckedSong& checked, Solo solo) : checked_(checked), routing_(checked.routing()), solo_(solo) {}

  void Run() {
    CheckNames();
    for (int strip = 0; strip < routing_.strip_count(); ++strip) CheckFeed(strip);
    if (checked_.has_cycle()) TellCycle();
    for (int strip = 0; strip < routing_.strip_count(); ++strip) CheckStrip(strip);
    CheckInserts(checked_, kMaster);
    CheckAutomation(checked_, kMaster);
    if (!checked_.has_cycle() && !checked_.HasErrors()) CheckWhatIsFed();
    if (solo_ == Solo::kRefuse) CheckSolo();
  }

 private:
  // A key that tracks and buses share.
  template <typename Get>
  decltype(auto) Of(int strip, Get get) const {
    return routing_.IsTrack(strip) ? get(routing_.track(strip)) : get(routing_.bus(strip));
  }
  const google::protobuf::RepeatedPtrField<SendRequest>& SendsOf(int strip) const {
    return routing_.IsTrack(strip) ? routing_.track(strip).sends() : routing_.bus(strip).sends();
  }
  const std::string& FeedName(int strip) const {
    return routing_.IsTrack(strip) ? routing_.track(strip).bus() : routing_.bus(strip).bus();
  }

  void CheckNames() {
    for (int strip = 0; strip < routing_.strip_count(); ++strip) {
      const std::string& name = routing_.name(strip);
      const std::string place = checked_.PlaceOf(strip) + ".name";
      const int first = routing_.IsTrack(strip) ? routing_.FindTrack(name) : routing_.FindBus(name);
      if (!name.empty() && first != strip) {
        const bool is_mixed = routing_.IsReturn(strip) && !routing_.IsReturn(first);
        checked_.Error(place, fmt::format("duplicate {}; names are unique{}, rename one",
                                          checked_.WhoIs(strip), is_mixed ? " among buses and returns" : ""));
      }
      if (!routing_.IsTrack(strip) && name.starts_with("track:")) {
        checked_.Error(
            place, fmt::format("{}: `track:` before a name means a track; rename it", checked_.WhoIs(strip)));
      }
    }
  }

  void CheckFeed(int strip) {
    const std::string& name = FeedName(strip);
    const std::string place = checked_.PlaceOf(strip) + ".bus";
    const int bus = routing_.FindBus(name);
    if (bus == kNoStrip) {
      const std::string remedy = Folded(name) == "master"
                                     ? "; what names no bus feeds the master, leave the key out"
                                     : DidYouMean(name, checked_.bus_names());
      checked_.Error(place, fmt::format("{}: no bus {}{}", checked_.WhoIs(strip), Quoted(name), remedy));
    } else if (bus != kMaster && routing_.IsReturn(bus)) {
      checked_.Error(place, fmt::format("{}: {} is a return, which is fed by sends only; write a send to it, "
                                        "and a bus here",
                                        checked_.WhoIs(strip), Quoted(name)));
    }
    for (int i = 0; i < SendsOf(strip).size(); ++i) CheckSend(strip, i);
  }

  void CheckSend(int strip, int index) {
    const std::string& to = SendsOf(strip)[index].to();
    const int bus = routing_.FindBus(to);
    if (to.empty() || (bus >= 0 && routing_.IsReturn(bus))) return;
    const std::string place = fmt::format("{}.sends[{}].to", checked_.PlaceOf(strip), index);
    if (bus >= 0) {
      checked_.Error(place,
                     fmt::format("{}: {} is a bus, and sends go to returns; list it under `returns`, or "
                                 "feed it with `bus`",
                                 checked_.WhoIs(strip), Quoted(to)));
    } else {
      checked_.Error(place, fmt::format("{}: no return {}{}", checked_.WhoIs(strip), Quoted(to),
                                        DidYouMean(to, checked_.return_names())));
    }
  }

  void TellCycle() {
    const std::vector<int>& cycle = routing_.cycle();
    std::vector<std::string> way;
    bool has_send = false, has_sidechain = false;
    for (size_t i = 0; i < cycle.size(); ++i) {
      const std::string step = StepPlace(cycle[i], cycle[(i + 1) % cycle.size()]);
      way.push_back(Quoted((routing_.IsTrack(cycle[i]) ? "track:" : "") + routing_.name(cycle[i])));
      has_send = has_send || step.ends_with(".to");
      has_sidechain = has_sidechain || step.ends_with(".sidechain");
    }
    way.push_back(way.front());
    const char* what = !has_sidechain ? (has_send ? "buses and sends" : "buses")
                       : has_send     ? "buses, sends and side-chains"
                                      : "buses and side-chains";
    const char* remedy = has_sidechain ? "take a side-chain away, or let one of them feed the master"
                         : has_send    ? "take a send away, or let one of them feed the master"
                                       : "let one of them feed the master";
    checked_.Error(StepPlace(cycle[0], cycle[1 % cycle.size()]),
                   fmt::format("{} form a cycle: {}; {}", what, fmt::join(way, " -> "), remedy));
  }

  // The key by which the signal goes from one strip to the next.
  std::string StepPlace(int strip, int next) const {
    const std::string place = checked_.PlaceOf(strip);
    if (routing_.FindBus(FeedName(strip)) == next) return place + ".bus";
    for (int i = 0; i < SendsOf(strip).size(); ++i) {
      if (routing_.FindBus(SendsOf(strip)[i].to()) == next) return fmt::format("{}.sends[{}].to", place, i);
    }
    int insert = 0;
    const auto listens = [&](const Insert& listener) {
      return HasDetector(listener) && routing_.FindStrip(listener.sidechain()) == strip;
    };
    while (!listens(routing_.inserts(next)[insert])) ++insert;
    return fmt::format("{}.inserts[{}].sidechain", checked_.PlaceOf(next), insert);
  }

  void CheckStrip(int strip) {
    const std::string place = checked_.PlaceOf(strip);
    const std::string who = checked_.WhoIs(strip);
    CheckColor(Of(strip, [](const auto& s) { return s.color(); }), place + ".color", who);
    CheckPan(strip, place + ".pan", who);
    CheckDelay(strip, place + ".delay", who);
    CheckPrint(strip, place + ".print", who);
    CheckInserts(checked_, strip);
    CheckAutomation(checked_, strip);
    if (routing_.IsTrack(strip)) {
      CheckFiles(routing_.track(strip), place, who);
    } else {
      CheckLayout(routing_.bus(strip), place, who);
    }
  }

  void CheckColor(const std::string& color, const std::string& place, const std::string& who) {
    if (color.empty() || IsColor(color)) return;
    checked_.Error(place, fmt::format("{}: color {} is neither a name (red, blue, ...) nor #rrggbb{}", who,
                                      Quoted(color), DidYouMean(color, ColorNames())));
  }

  void CheckPan(int strip, const std::string& place, const std::string& who) {
    const auto pan = Of(strip, [](const auto& s) { return s.pan(); });
    if (pan.size() > 2) {
      checked_.Error(
          place, fmt::format("{}: pan has {} values; it is one number, or [left, right]", who, pan.size()));
    }
    const bool is_panned = std::any_of(pan.begin(), pan.end(), [](double value) { return value != 0; });
    if (!is_panned || checked_.has_cycle()) return;
    const int feed = routing_.feed(strip);
    const ChannelLayout layout =
        feed == kMaster ? checked_.song().master().channels() : routing_.bus(feed).channels();
    if (layout != CHANNELS_MONO) return;
    checked_.Warning(place, fmt::format("{} is panned, but {} is mono and ignores that", who,
                                        feed == kMaster ? "the master" : "the " + checked_.WhoIs(feed)));
  }

  void CheckDelay(int strip, const std::string& place, const std::string& who) {
    const Time delay = Of(strip, [](const auto& s) { return s.delay(); });
    if (delay.has_musical()) {
      checked_.Error(place, fmt::format("{}: a delay is a length; write seconds or samples", who));
      return;
    }
    const int64_t longest = routing_.IsTrack(strip) ? kLongestTrackDelayNs : kLongestBusDelayNs;
    const int rate = checked_.song().sample_rate() > 0 ? checked_.song().sample_rate() : kHighestRate;
    const double seconds = delay.has_samples() ? static_cast<double>(delay.samples()) / rate
                                               : static_cast<double>(delay.nanoseconds()) / 1e9;
    const double longest_seconds = static_cast<double>(longest) / 1e9;
    if (seconds <= longest_seconds && seconds >= -longest_seconds) return;
    checked_.Error(place, fmt::format("{}: a delay of {} s is out of range (-{} to {} s){}", who, seconds,
                                      longest_seconds, longest_seconds,
                                      routing_.IsTrack(strip) ? "; move its clips" : ""));
  }

  // A print was made behind polarity and delay.
  void CheckPrint(int strip, const std::string& place, const std::string& who) {
    if (Of(strip, [](const auto& s) { return s.print(); }).empty()) return;
    const Time delay = Of(strip, [](const auto& s) { return s.delay(); });
    const bool is_inverted = Of(strip, [](const auto& s) { return s.polarity(); }) == POLARITY_INVERTED;
    const bool is_delayed = delay.samples() != 0 || delay.nanoseconds() != 0;
    if (!is_inverted && !is_delayed) return;
    const char* what = !is_delayed ? "polarity" : is_inverted ? "polarity and delay" : "delay";
    checked_.Warning(place,
                     fmt::format("{}: its print has the {} in it already, and plays as it is", who, what));
  }

  void CheckFiles(const Track& track, const std::string& place, const std::string& who) {
    if (track.file().empty() && track.clips().empty()) {
      checked_.Error(place, fmt::format("{} has neither a file nor clips; give it one", who));
    } else if (!track.file().empty() && !track.clips().empty()) {
      checked_.Error(place + ".file", fmt::format("{} has both a file and clips; keep one", who));
    }
  }

  // What only a stereo signal has.
  void CheckLayout(const Bus& bus, const std::string& place, const std::string& who) {
    if (bus.channels() == CHANNELS_UNSPECIFIED || bus.channels() == CHANNELS_STEREO) return;
    const char* what = bus.channels() == CHANNELS_MONO ? "mono" : "surround";
    if (bus.pan_size() == 2) {
      checked_.Error(place + ".pan",
                     fmt::format("{} is {}; a pan for each side ([left, right]) is for stereo", who, what));
    }
    if (bus.has_width()) {
      checked_.Error(place + ".width", fmt::format("{} is {}; width is for stereo, remove it", who, what));
    }
  }

  void CheckWhatIsFed() {
    std::vector<bool> is_fed(static_cast<size_t>(routing_.strip_count()), false);
    for (const int strip : routing_.order()) {
      if (routing_.IsSource(strip)) is_fed[strip] = true;
      if (!is_fed[strip]) {
        checked_.Warning(checked_.PlaceOf(strip),
                         fmt::format("nothing {} the {}; it is silent",
                                     routing_.IsReturn(strip) ? "sends to" : "feeds", checked_.WhoIs(strip)));
        continue;
      }
      if (routing_.feed(strip) != kMaster) is_fed[routing_.feed(strip)] = true;
      for (const Routing::SendTo& send : routing_.sends(strip)) {
        if (send.to != kNoStrip) is_fed[send.to] = true;
      }
    }
  }

  void CheckSolo() {
    for (int strip = 0; strip < routing_.strip_count(); ++strip) {
      if (!Of(strip, [](const auto& s) { return s.solo(); })) continue;
      checked_.Error(checked_.PlaceOf(strip) + ".solo",
                     fmt::format("{} is soloed, a left-over of work; remove the solo, or say --allow-solo",
                                 checked_.WhoIs(strip)));
    }
  }

  CheckedSong& checked_;
  const Routing& routing_;
  const Solo solo_;
};

}  // namespace

void CheckMixer(CheckedSong& checked, Solo solo) {
  MixerCheck(checked, solo).Run();
}

}  // namespace trackout
