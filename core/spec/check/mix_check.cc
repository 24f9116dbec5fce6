#include "core/spec/check/mix_check.h"

#include <algorithm>

#include "core/spec/words.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

// One mix may be wanted in several forms.
bool SameMix(MixRequest a, MixRequest b) {
  for (MixRequest* mix : {&a, &b}) {
    mix->clear_format();
    mix->clear_edit();
    mix->clear_version();
  }
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace

void MixCheck::Check(const MixRequest& mix, const std::string& place) {
  const std::string who = "mix " + Quoted(mix.name());
  const MixWord* mix_word = FindMixWord(mix.name());
  const bool has_own = !mix.buses().empty() || !mix.without().empty() || !mix.gains().empty();
  if (mix_word == nullptr && !has_own) {
    std::vector<std::string> known;
    for (const MixWord& known_word : MixWords()) known.emplace_back(known_word.word);
    checked_.Error(place, fmt::format("no mix is called {}{}; an own one says buses, without or gains",
                                      Quoted(mix.name()), DidYouMean(mix.name(), known)));
    return;
  }
  if (mix_word != nullptr && has_own) {
    checked_.Error(place, fmt::format("{} has a fixed meaning; give a mix of your own another name", who));
    return;
  }
  const auto [first, is_new] = mixes_.emplace(mix.name(), &mix);
  if (!is_new && !SameMix(*first->second, mix)) {
    checked_.Error(place + ".name",
                   fmt::format("duplicate {}: two different mixes have one name; rename one", who));
  }
  if (checked_.has_cycle()) return;
  CheckNames(mix, place, who);
  if (mix_word != nullptr && mix_word->kind != MixWord::Kind::kWhole) CheckTouched(*mix_word, place);
}

void MixCheck::CheckNames(const MixRequest& mix, const std::string& place, const std::string& who) {
  for (int i = 0; i < mix.buses_size(); ++i) {
    if (checked_.routing().FindBus(mix.buses(i)) >= 0) continue;
    checked_.Error(fmt::format("{}.buses[{}]", place, i),
                   fmt::format("{}: no bus {}{}", who, Quoted(mix.buses(i)),
                               DidYouMean(mix.buses(i), checked_.NamesOfBusesAndReturns())));
  }
  for (int i = 0; i < mix.without_size(); ++i) {
    CheckSelection(mix.without(i), fmt::format("{}.without[{}]", place, i), who);
  }
  for (int i = 0; i < mix.gains_size(); ++i) {
    CheckSelection(mix.gains(i).name(), fmt::format("{}.gains[{}]", place, i), who);
  }
}

void MixCheck::CheckSelection(const std::string& name, const std::string& place, const std::string& who) {
  const Routing& routing = checked_.routing();
  const Selection selection = Select(routing, name);
  if (selection.kind == Selection::Kind::kNothing) {
    std::vector<std::string> known = checked_.NamesOfBusesAndReturns();
    for (const std::string& role : WordsOf(Role_descriptor())) known.push_back(role);
    for (const std::string& track : checked_.track_names()) known.push_back("track:" + track);
    const bool is_track = routing.FindTrack(name) != kNoStrip;
    checked_.Error(place, fmt::format("{}: {} is no bus and no role{}", who, Quoted(name),
                                      is_track ? fmt::format("; the track is {}", Quoted("track:" + name))
                                               : DidYouMean(name, known)));
    return;
  }
  // A return is moved with what is sent to it, by its name or by its role.
  if (selection.kind == Selection::Kind::kStrip && routing.IsReturn(selection.strip)) return;
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (routing.IsSource(strip) && Includes(selection, routing, strip)) return;
    const bool is_by_role = selection.kind == Selection::Kind::kRole && routing.IsReturn(strip);
    if (is_by_role && routing.bus(strip).role() == selection.role) return;
  }
  checked_.Warning(place, fmt::format("{}: {} touches no track", who, Quoted(name)));
}

void MixCheck::CheckTouched(const MixWord& mix_word, const std::string& place) {
  const Routing& routing = checked_.routing();
  for (int strip = 0; strip < routing.strip_count(); ++strip) {
    if (!routing.IsSource(strip)) continue;
    if (std::count(mix_word.roles.begin(), mix_word.roles.end(), routing.RoleOf(strip)) > 0) return;
  }
  std::vector<std::string> roles;
  for (const Role role : mix_word.roles) roles.push_back(WordOf(Role_descriptor()->FindValueByNumber(role)));
  checked_.Warning(place,
                   fmt::format("mix {}: no track has the role {}; it is {}", Quoted(mix_word.word),
                               fmt::join(roles, " or "),
                               mix_word.kind == MixWord::Kind::kOnly ? "silent" : "the same as the master"));
}

}  // namespace trackout
