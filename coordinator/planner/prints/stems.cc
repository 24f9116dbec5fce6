#include "coordinator/planner/prints/stems.h"

#include <algorithm>
#include <set>

#include "coordinator/planner/prints/stem_groups.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

// Makes the stems of one request.
class StemMaker {
 public:
  StemMaker(const Mixer& mixer, const StemsRequest& request)
      : mixer_(mixer), groups_(GroupsOf(mixer.routing, request)), heard_(HeardSources(mixer.routing)) {
    for (const Group& group : groups_) cut_.insert(group.returns.begin(), group.returns.end());
  }

  const std::vector<Group>& groups() const { return groups_; }

  std::vector<PrintTerm> Wet(const Group& group) const {
    std::vector<PrintTerm> terms;
    Paths paths;
    paths.cut = cut_;
    Add(group.sources, paths, terms);
    for (const int strip : group.returns) {
      Paths of_return;
      of_return.only = strip;
      Add(heard_, of_return, terms);
    }
    return terms;
  }

  std::vector<PrintTerm> Dry(const Group& group) const {
    std::vector<PrintTerm> terms;
    Paths paths;
    paths.sends = Paths::Sends::kNone;
    paths.cut = cut_;
    Add(group.sources, paths, terms);
    return terms;
  }

  std::vector<PrintTerm> Effects(const Group& group) const {
    std::vector<PrintTerm> terms = Wet(group);
    for (PrintTerm& term : Dry(group)) {
      term.inverted = true;
      terms.push_back(std::move(term));
    }
    return terms;
  }

 private:
  void Add(const std::vector<int>& sources, const Paths& paths, std::vector<PrintTerm>& terms) const {
    Print print = PrintOf(mixer_, sources, paths);
    if (!print.strips().empty()) terms.push_back({std::move(print)});
  }

  const Mixer& mixer_;
  const std::vector<Group> groups_;
  const std::vector<int> heard_;
  std::set<int> cut_;  // returns that stand in a group by themselves
};

void AddWet(const StemMaker& maker, StemGroupSet& set) {
  for (const Group& group : maker.groups()) set.stems.push_back({group.name, "wet", maker.Wet(group)});
}

// A return by itself has nothing dry.
void AddDry(const StemMaker& maker, StemGroupSet& set) {
  for (const Group& group : maker.groups()) {
    if (!group.is_separate_return) set.stems.push_back({group.name, "dry", maker.Dry(group)});
  }
}

void AddEffects(const StemMaker& maker, StemGroupSet& set) {
  for (const Group& group : maker.groups()) {
    set.stems.push_back({group.name, "effects", maker.Effects(group)});
  }
}

std::string MasterWord(const MasterPath& stems) {
  if (stems.use == MASTER_NONE) return "";
  return stems.use == MASTER_OWN ? "alone" : "keyed";
}

// What the derived filter leaves over, where the set adds up to the finished master.
void AddResidual(const Mixer& mixer, StemGroupSet& set) {
  if (!mixer.timeline.master_print || set.master.use != MASTER_KEYED || !set.adds_up_to.empty()) return;
  std::vector<std::string> names;
  for (const Stem& stem : set.stems) names.push_back(stem.name);
  set.stems.push_back({FreeName("Residual", names), set.stems.back().variant, {}, {MASTER_RESIDUAL}});
  set.master.use = MASTER_FINISHED;
}

void SendThroughMaster(const Mixer& mixer, const MasterPath& path, StemGroupSet& set) {
  for (Stem& stem : set.stems) stem.master = path;
  set.master_word = MasterWord(path);
  set.is_open = path.use == MASTER_OWN;
  set.master.use = path.use == MASTER_NONE ? MASTER_NONE : MASTER_KEYED;
  AddResidual(mixer, set);
}

std::string WordsOf(const StemsRequest& request, const std::string& processing, const MasterPath& master) {
  std::vector<std::string> words;
  if (!processing.empty()) words.push_back(processing);
  if (request.partial()) words.emplace_back("partial");
  if (!request.own_groups().empty()) {
    words.emplace_back("groups");
  } else if (request.groups() == STEM_GROUPS_TRACKS) {
    words.emplace_back("tracks");
  } else if (request.groups() == STEM_GROUPS_ROLES) {
    words.emplace_back("roles");
  }
  if (request.returns() == RETURNS_SEPARATE) words.emplace_back("returns");
  if (master.use != MASTER_NONE) words.push_back(MasterWord(master));
  return fmt::format("{}", fmt::join(words, " "));
}

bool Asks(const StemsRequest& request, Processing processing) {
  return std::find(request.processing().begin(), request.processing().end(), processing) !=
         request.processing().end();
}

bool IsPanned(const google::protobuf::RepeatedField<double>& pan,
              const google::protobuf::RepeatedPtrField<AutomationLane>& lanes) {
  return std::any_of(pan.begin(), pan.end(), [](double one) { return one != 0; }) ||
         std::any_of(lanes.begin(), lanes.end(),
                     [](const AutomationLane& lane) { return lane.parameter() == "pan"; });
}

// Why a source is surely not centred; empty where it may be.
std::string WhyNotCentred(const Mixer& mixer, int source) {
  const Routing& routing = mixer.routing;
  const bool is_track = routing.IsTrack(source);
  const char* noun = is_track ? "track" : "print of the bus";
  const std::string who = fmt::format("the {} {}", noun, Quoted(routing.name(source)));
  if (ChannelsOf(routing, mixer.timeline, source) > 1) return who + " is stereo";
  const bool is_panned = is_track ? IsPanned(routing.track(source).pan(), routing.track(source).automation())
                                  : IsPanned(routing.bus(source).pan(), routing.bus(source).automation());
  return is_panned ? who + " is panned" : "";
}

}  // namespace

std::vector<StemGroupSet> StemSetsOf(const Mixer& mixer, const StemsRequest& request) {
  const StemMaker maker(mixer, request);
  const MasterPath master = MasterPathOf(mixer, request.master());
  std::vector<StemGroupSet> sets;
  const auto add_set = [&](const std::string& processing, const std::string& adds_up_to) -> StemGroupSet& {
    return sets.emplace_back(
        StemGroupSet{{}, request.partial() ? "partial" : adds_up_to, WordsOf(request, processing, master)});
  };
  const bool has_dry = Asks(request, PROCESSING_DRY);
  const bool has_effects = Asks(request, PROCESSING_EFFECTS);
  if (Asks(request, PROCESSING_WET) || (!has_dry && !has_effects)) AddWet(maker, add_set("", ""));
  if (has_dry && has_effects) {
    StemGroupSet& set = add_set("dry effects", "");
    AddDry(maker, set);
    AddEffects(maker, set);
  } else if (has_dry) {
    AddDry(maker, add_set("dry", "dry"));
  } else if (has_effects) {
    AddEffects(maker, add_set("effects", "effects"));
  }
  std::erase_if(sets, [](const StemGroupSet& set) { return set.stems.empty(); });
  for (StemGroupSet& set : sets) SendThroughMaster(mixer, master, set);
  return sets;
}

std::vector<std::string> DoubtsOfMonoStems(const Mixer& mixer, const StemsRequest& request) {
  std::vector<std::string> doubts;
  if (mixer.channels() == 1) return doubts;
  for (const Group& group : GroupsOf(mixer.routing, request)) {
    for (const int source : group.sources) {
      const std::string why = WhyNotCentred(mixer, source);
      if (why.empty() || !mixer.routing.IsHeard(source)) continue;
      doubts.push_back(fmt::format("the mono stem {} is not centred: {}; its mono file is (L + R) / 2",
                                   Quoted(group.name), why));
      break;
    }
  }
  return doubts;
}

}  // namespace trackout
