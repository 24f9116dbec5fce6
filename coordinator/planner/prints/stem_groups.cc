#include "coordinator/planner/prints/stem_groups.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "coordinator/planner/prints/prints.h"
#include "core/spec/words.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// lead_vocal -> Lead Vocal
std::string TitleOf(Role role) {
  std::string title = WordOf(Role_descriptor()->FindValueByNumber(role));
  bool begins = true;
  for (char& c : title) {
    if (begins) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    begins = c == '_';
    if (begins) c = ' ';
  }
  return title;
}

class Grouping {
 public:
  Grouping(const Routing& routing, const StemsRequest& request) : routing_(routing) {
    FindReturns(request);
    for (int strip = 0; strip < routing.strip_count(); ++strip) {
      if (routing.IsSource(strip) && !claimed_.contains(strip)) sources_.push_back(strip);
    }
    if (!request.own_groups().empty()) {
      ByOwnGroups(request);
    } else if (request.groups() == STEM_GROUPS_TRACKS) {
      for (const int source : sources_) groups_.push_back({routing.name(source), {source}});
    } else if (request.groups() == STEM_GROUPS_ROLES) {
      ByRoles();
    } else {
      ByBuses();
    }
    for (const int strip : separate_) groups_.push_back({routing.name(strip), {}, {strip}, true});
  }

  std::vector<Group> Take() { return std::move(groups_); }

 private:
  // Returns whose paths stand in a group by themselves.
  void FindReturns(const StemsRequest& request) {
    for (const StemGroup& own : request.own_groups()) {
      for (const std::string& name : own.of()) {
        const int strip = routing_.FindStrip(name);
        if (strip >= 0 && routing_.IsReturn(strip)) claimed_.insert(strip);
      }
    }
    if (request.returns() != RETURNS_SEPARATE) return;
    for (int strip = 0; strip < routing_.strip_count(); ++strip) {
      if (routing_.IsReturn(strip) && claimed_.insert(strip).second) separate_.push_back(strip);
    }
  }

  void ByBuses() {
    std::vector<std::string> names;
    for (const int feeder : FeedersOf(routing_)) {
      if (feeder == kMaster) continue;
      groups_.push_back({routing_.name(feeder)});
      for (const int source : sources_) {
        if (FeederOf(routing_, source) == feeder) groups_.back().sources.push_back(source);
      }
    }
    for (const Bus& bus : routing_.song().buses()) names.push_back(bus.name());
    AddOther(std::move(names));
  }

  void ByRoles() {
    for (const int source : sources_) {
      const std::string title = TitleOf(routing_.RoleOf(source));
      auto group =
          std::find_if(groups_.begin(), groups_.end(), [&](const Group& one) { return one.name == title; });
      if (group == groups_.end()) group = groups_.insert(groups_.end(), {title});
      group->sources.push_back(source);
    }
  }

  void ByOwnGroups(const StemsRequest& request) {
    std::vector<std::string> names;
    for (const StemGroup& own : request.own_groups()) {
      Group& group = groups_.emplace_back(Group{own.name()});
      names.push_back(own.name());
      std::set<int> strips;
      for (const std::string& name : own.of()) strips.insert(routing_.FindStrip(name));
      for (const int source : sources_) {
        if (std::any_of(strips.begin(), strips.end(), [&](int strip) { return IsPartOf(source, strip); }))
          group.sources.push_back(source);
      }
      for (const int strip : strips) {
        if (strip >= 0 && routing_.IsReturn(strip)) group.returns.push_back(strip);
      }
    }
    if (!request.partial()) AddOther(std::move(names));
  }

  bool IsPartOf(int source, int strip) const {
    return strip == source || (strip >= 0 && !routing_.IsTrack(strip) && routing_.RunsThrough(source, strip));
  }

  // The sources of no group, where there are any.
  void AddOther(std::vector<std::string> names) {
    for (const int strip : separate_) names.push_back(routing_.name(strip));
    std::set<int> grouped;
    for (const Group& group : groups_) grouped.insert(group.sources.begin(), group.sources.end());
    Group other{FreeName("Other", names)};
    for (const int source : sources_) {
      if (!grouped.contains(source)) other.sources.push_back(source);
    }
    if (!other.sources.empty()) groups_.push_back(std::move(other));
  }

  const Routing& routing_;
  std::set<int> claimed_;
  std::vector<int> separate_;
  std::vector<int> sources_;
  std::vector<Group> groups_;
};

}  // namespace

std::string FreeName(const std::string& name, const std::vector<std::string>& taken) {
  std::set<std::string> names;
  for (const std::string& other : taken) names.insert(Folded(other));
  std::string free = name;
  for (int i = 2; names.contains(Folded(free)); ++i) free = fmt::format("{}_{}", name, i);
  return free;
}

std::vector<Group> GroupsOf(const Routing& routing, const StemsRequest& request) {
  return Grouping(routing, request).Take();
}

}  // namespace trackout
