#include "core/spec/check/stems_check.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

// A set of stems looks like single microphones where it has many stems and most have one track.
constexpr int kManyStems = 12;

class StemsCheck {
 public:
  StemsCheck(CheckedSong& checked, const Deliverable& entry, const std::string& place)
      : checked_(checked), routing_(checked.routing()), stems_(entry.stems()), place_(place) {
    format_ = stems_.has_format() ? stems_.format() : entry.format();
  }

  void Run() {
    CheckFormat();
    if (stems_.own_groups().empty()) {
      if (stems_.partial()) {
        checked_.Error(place_,
                       "`partial` leaves Other out of own groups; write `groups` as a list of them, or "
                       "remove it");
      }
      if (stems_.groups() == STEM_GROUPS_BUSES) CheckSingles();
    } else {
      CheckGroups();
    }
  }

 private:
  void CheckFormat() {
    if (format_.dither() == Format::DITHER_TPDF) {
      checked_.Error(place_, format_.bits() == Format::BITS_32F
                                 ? "stems in float need no dither; remove it"
                                 : "a set of stems closes on its mix, and is made without dither; remove it");
    }
    if (format_.bits() == Format::BITS_16) {
      checked_.Warning(place_,
                       "a set of stems at 16 bits adds up only to the step of 16 bits, and beside a dithered "
                       "mix within one "
                       "step; 24 bits are better, or `dither: none` for the mix");
    }
  }

  void CheckSingles() {
    std::map<int, int> sources_of;  // by the bus that feeds the master
    for (int strip = 0; strip < routing_.strip_count(); ++strip) {
      if (!routing_.IsTrack(strip) && !routing_.IsReturn(strip) && routing_.feed(strip) == kMaster) {
        sources_of.try_emplace(strip);
      }
      if (routing_.IsTrack(strip) && routing_.TopBus(strip) != kMaster) ++sources_of[routing_.TopBus(strip)];
    }
    const auto single = std::count_if(sources_of.begin(), sources_of.end(),
                                      [](const auto& bus_and_count) { return bus_and_count.second == 1; });
    const int stems = static_cast<int>(sources_of.size());
    if (stems < kManyStems || single * 4 <= stems * 3) return;
    checked_.Warning(place_,
                     "most of these stems are one track each; if single tracks are wanted, ask for "
                     "`tracks`");
  }

  void CheckGroups() {
    std::set<std::string> names;
    std::map<int, int> group_of_strip;
    for (int g = 0; g < stems_.own_groups_size(); ++g) {
      const StemGroup& group = stems_.own_groups(g);
      if (!names.insert(Folded(group.name())).second) {
        checked_.Error(GroupPlace(g) + ".name",
                       fmt::format("duplicate group {}; names are unique, rename one", Quoted(group.name())));
      }
      if (group.of().empty()) {
        checked_.Error(GroupPlace(g), fmt::format("group {} is of nothing; name tracks, buses or returns",
                                                  Quoted(group.name())));
      }
      CheckMembers(group, g);
    }
    CheckSources();
    if (stems_.returns() != RETURNS_SEPARATE) return;
    for (int strip = routing_.track_count(); strip < routing_.strip_count(); ++strip) {
      if (!routing_.IsReturn(strip) || claimed_.contains(strip)) continue;
      if (!names.contains(Folded(routing_.name(strip)))) continue;
      checked_.Error(place_,
                     fmt::format("the group and the separate stem of {} have one name; rename the group, "
                                 "or put the return into it",
                                 checked_.WhoIs(strip)));
    }
  }

  void CheckMembers(const StemGroup& group, int index) {
    for (int i = 0; i < group.of_size(); ++i) {
      const std::string place = fmt::format("{}.of[{}]", GroupPlace(index), i);
      const int strip = routing_.FindStrip(group.of(i));
      if (strip == kNoStrip) {
        std::vector<std::string> known = checked_.NamesOfBusesAndReturns();
        known.insert(known.end(), checked_.track_names().begin(), checked_.track_names().end());
        checked_.Error(place, fmt::format("group {}: {} is no bus, return or track{}", Quoted(group.name()),
                                          Quoted(group.of(i)), DidYouMean(group.of(i), known)));
        continue;
      }
      const auto [claim, is_new] = claimed_.emplace(strip, index);
      if (!is_new && claim->second != index) TellTwice(strip, claim->second, index, place);
      if (!is_new) continue;
      places_[strip] = place;
    }
  }

  // A source belongs to the group that names it, or a bus on its way. Walks down from the master, so that
  // each strip is looked at once.
  void CheckSources() {
    std::vector<int> group_of(static_cast<size_t>(routing_.strip_count()), -1);  // of what a strip gives
    std::set<std::pair<int, int>> told;
    for (auto at = routing_.order().rbegin(); at != routing_.order().rend(); ++at) {
      const int strip = *at;
      const auto claim = claimed_.find(strip);
      const int feed = routing_.feed(strip);
      const bool is_apart = routing_.IsReturn(strip) || feed == kMaster || IsPrinted(feed);
      const int behind = is_apart ? -1 : group_of[feed];
      group_of[strip] = claim != claimed_.end() ? claim->second : behind;
      if (claim == claimed_.end() || behind < 0 || behind == claim->second) continue;
      if (told.emplace(std::min(behind, claim->second), std::max(behind, claim->second)).second) {
        TellTwice(strip, behind, claim->second, places_[strip]);
      }
    }
  }

  bool IsPrinted(int bus) const { return routing_.IsSource(bus); }

  void TellTwice(int strip, int first, int second, const std::string& place) {
    checked_.Error(place,
                   fmt::format("{} is in the groups {} and {}, by itself or through a bus; a source is in "
                               "one, take it out of the other",
                               checked_.WhoIs(strip), Quoted(stems_.own_groups(first).name()),
                               Quoted(stems_.own_groups(second).name())));
  }

  std::string GroupPlace(int group) const { return fmt::format("{}.stems.groups[{}]", place_, group); }

  CheckedSong& checked_;
  const Routing& routing_;
  const StemsRequest& stems_;
  const std::string& place_;
  Format format_;
  std::map<int, int> claimed_;         // the group that names a strip
  std::map<int, std::string> places_;  // where
};

}  // namespace

void CheckStems(CheckedSong& checked, const Deliverable& entry, const std::string& place) {
  StemsCheck(checked, entry, place).Run();
}

}  // namespace trackout
