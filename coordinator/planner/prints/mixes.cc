#include "coordinator/planner/prints/mixes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/spec/mix_words.h"

namespace trackout {
namespace {

using Level = std::optional<double>;  // in dB; nullopt: left out

bool HasRole(const std::vector<Role>& roles, Role role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

Level LevelInWord(const MixWord& mix_word, const MixRequest& mix, Role role) {
  const bool is_meant = HasRole(mix_word.roles, role);
  switch (mix_word.kind) {
    case MixWord::Kind::kWhole:
      return 0.0;
    case MixWord::Kind::kWithout:
      return is_meant ? std::nullopt : Level(0.0);
    case MixWord::Kind::kOnly:
      return is_meant ? Level(0.0) : std::nullopt;
    case MixWord::Kind::kStep:
      if (!is_meant) return 0.0;
      return mix.has_step() ? std::copysign(mix.step(), mix_word.step_db) : mix_word.step_db;
  }
  return 0.0;
}

// The returns that a name means by themselves: one by its name, or those that bear a role which no source
// has.
std::vector<int> ReturnsOf(const Selection& selection, const Routing& routing) {
  std::vector<int> returns;
  if (selection.kind == Selection::Kind::kStrip) {
    if (routing.IsReturn(selection.strip)) returns.push_back(selection.strip);
    return returns;
  }
  if (selection.kind != Selection::Kind::kRole) return returns;
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (routing.IsSource(strip) && Includes(selection, routing, strip)) return {};
    if (routing.IsReturn(strip) && routing.bus(strip).role() == selection.role) returns.push_back(strip);
  }
  return returns;
}

// What a mix does to sources and returns.
class Balance {
 public:
  Balance(const Routing& routing, const MixRequest& mix)
      : routing_(routing), mix_(mix), word_(FindMixWord(mix.name())) {
    if (word_ != nullptr) return;
    for (const std::string& name : mix.without()) {
      for (const int strip : ReturnsOf(Select(routing, name), routing)) without_.insert(strip);
    }
    for (const NamedLevel& gain : mix.gains()) {
      for (const int strip : ReturnsOf(Select(routing, gain.name()), routing))
        returns_[strip] += gain.level();
    }
    for (const std::string& name : mix.buses()) {
      const int strip = routing.FindBus(name);
      if (strip >= 0 && routing.IsReturn(strip)) kept_returns_.insert(strip);
    }
  }

  Level LevelOf(int source) const {
    return word_ != nullptr ? LevelInWord(*word_, mix_, routing_.RoleOf(source)) : LevelInOwn(source);
  }
  // Whether the mix has the source itself, or only what named returns make of it.
  bool HasSource(int source) const {
    return word_ != nullptr || mix_.buses().empty() ||
           std::any_of(mix_.buses().begin(), mix_.buses().end(), [&](const std::string& name) {
             const int bus = routing_.FindBus(name);
             return bus == source || (bus >= 0 && routing_.RunsThrough(source, bus));
           });
  }

  const std::set<int>& without() const { return without_; }
  const std::map<int, double>& returns() const { return returns_; }    // that move, and by how much
  const std::set<int>& kept_returns() const { return kept_returns_; }  // named beside the buses

 private:
  Level LevelInOwn(int source) const {
    for (const std::string& name : mix_.without()) {
      if (Includes(Select(routing_, name), routing_, source)) return std::nullopt;
    }
    double level_db = 0;
    for (const NamedLevel& gain : mix_.gains()) {
      const Selection selection = Select(routing_, gain.name());
      if (!ReturnsOf(selection, routing_).empty()) continue;  // moved as a return
      if (Includes(selection, routing_, source)) level_db += gain.level();
    }
    return std::isinf(level_db) ? std::nullopt : Level(level_db);
  }

  const Routing& routing_;
  const MixRequest& mix_;
  const MixWord* const word_;
  std::set<int> without_;
  std::map<int, double> returns_;
  std::set<int> kept_returns_;
};

// Sources by their levels, in order of the first of each.
using Levels = std::vector<std::pair<double, std::vector<int>>>;

void AddTo(Levels& levels, double level_db, int source) {
  auto found =
      std::find_if(levels.begin(), levels.end(), [&](const auto& one) { return one.first == level_db; });
  if (found == levels.end()) found = levels.insert(levels.end(), {level_db, {}});
  found->second.push_back(source);
}

void AddTerms(const Mixer& mixer, const Levels& levels, const Paths& paths, double more_db,
              std::vector<PrintTerm>& terms) {
  for (const auto& [level_db, sources] : levels) {
    PrintTerm term{PrintOf(mixer, sources, paths), level_db + more_db};
    if (!term.print.strips().empty() && !std::isinf(term.gain_db)) terms.push_back(std::move(term));
  }
}

}  // namespace

bool HasMasterChain(const Mixer& mixer) {
  return !mixer.timeline.master_inserts.empty() || mixer.timeline.master_print;
}

MasterPath MasterPathOf(const Mixer& mixer, const MixRequest& mix) {
  if (!HasMasterChain(mixer) || mix.name() == "premaster") return {};
  if (mixer.timeline.master_print) return {mix.name() == "master" ? MASTER_FINISHED : MASTER_KEYED};
  if (mix.name() == "no_limiter") return {MASTER_OWN, true};
  const MixWord* mix_word = FindMixWord(mix.name());
  if (mix_word != nullptr && mix_word->kind == MixWord::Kind::kWhole) return {MASTER_KEYED};
  const bool moves_a_level = mix_word != nullptr && mix_word->kind == MixWord::Kind::kStep;
  const bool is_own = mix.key() == MIX_KEY_UNSPECIFIED ? moves_a_level : mix.key() == MIX_KEY_OWN;
  return {is_own ? MASTER_OWN : MASTER_KEYED};
}

MasterPath MasterPathOf(const Mixer& mixer, StemMaster master) {
  if (!HasMasterChain(mixer) || master == STEM_MASTER_NONE) return {};
  const bool is_alone = master == STEM_MASTER_ALONE && !mixer.timeline.master_print;
  return {is_alone ? MASTER_OWN : MASTER_KEYED};
}

std::vector<PrintTerm> TermsOf(const Mixer& mixer, const MixRequest& mix) {
  const Routing& routing = mixer.routing;
  const Balance balance(routing, mix);
  Paths paths;
  paths.without = balance.without();
  for (const auto& [strip, level_db] : balance.returns()) paths.cut.insert(strip);
  std::map<int, Levels> by_feeder;
  Levels all, others;  // others: of which the mix has only what its returns make of them
  for (const int source : HeardSources(routing)) {
    const Level level_db = balance.LevelOf(source);
    if (!level_db) continue;
    if (!balance.HasSource(source)) {
      AddTo(others, *level_db, source);
      continue;
    }
    AddTo(by_feeder[FeederOf(routing, source)], *level_db, source);
    AddTo(all, *level_db, source);
  }
  std::vector<PrintTerm> terms;
  for (const auto& [feeder, levels] : by_feeder) AddTerms(mixer, levels, paths, 0, terms);
  Paths of_return;
  of_return.without = balance.without();
  for (const auto& [strip, level_db] : balance.returns()) {
    of_return.only = strip;
    AddTerms(mixer, all, of_return, level_db, terms);
  }
  for (const int strip : balance.kept_returns()) {
    const auto moved = balance.returns().find(strip);
    of_return.only = strip;
    AddTerms(mixer, others, of_return, moved == balance.returns().end() ? 0 : moved->second, terms);
  }
  return terms;
}

std::vector<PrintTerm> TermsOfMaster(const Mixer& mixer) {
  MixRequest whole;
  whole.set_name("master");
  return TermsOf(mixer, whole);
}

}  // namespace trackout
