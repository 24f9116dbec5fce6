#include "core/spec/routing.h"

#include <algorithm>
#include <functional>
#include <queue>

#include "core/spec/insert_parameters.h"
#include "core/spec/words.h"

namespace trackout {
namespace {

constexpr std::string_view kTrackPrefix = "track:";

int Find(const std::unordered_map<std::string_view, int>& strips, std::string_view name) {
  const auto found = strips.find(name);
  return found == strips.end() ? kNoStrip : found->second;
}

bool IsAutomated(const google::protobuf::RepeatedPtrField<AutomationLane>& lanes,
                 std::string_view parameter) {
  return std::any_of(lanes.begin(), lanes.end(),
                     [&](const AutomationLane& lane) { return lane.parameter() == parameter; });
}

}  // namespace

Routing::Routing(const Song& song) : song_(song) {
  const int count = song.tracks_size() + song.buses_size() + song.returns_size();
  for (int strip = 0; strip < count; ++strip) {
    (IsTrack(strip) ? tracks_ : buses_).emplace(name(strip), strip);
    has_solo_ = has_solo_ || (IsTrack(strip) ? track(strip).solo() : bus(strip).solo());
  }
  FindFeeds();
  FindSidechains();
  CutCycles();
  FindOrder();
  FindHeard();
}

const Bus& Routing::bus(int strip) const {
  const int index = strip - song_.tracks_size();
  return IsReturn(strip) ? song_.returns(index - song_.buses_size()) : song_.buses(index);
}

const std::string& Routing::name(int strip) const {
  return IsTrack(strip) ? track(strip).name() : bus(strip).name();
}

const google::protobuf::RepeatedPtrField<Insert>& Routing::inserts(int strip) const {
  if (strip == kMaster) return song_.master().inserts();
  return IsTrack(strip) ? track(strip).inserts() : bus(strip).inserts();
}

int Routing::FindTrack(std::string_view name) const {
  return Find(tracks_, name);
}

int Routing::FindBus(std::string_view name) const {
  return name.empty() ? kMaster : Find(buses_, name);
}

int Routing::FindStrip(std::string_view name) const {
  if (name.starts_with(kTrackPrefix)) return FindTrack(name.substr(kTrackPrefix.size()));
  const int bus = Find(buses_, name);
  return bus != kNoStrip ? bus : FindTrack(name);
}

void Routing::FindFeeds() {
  const int count = song_.tracks_size() + song_.buses_size() + song_.returns_size();
  for (int strip = 0; strip < count; ++strip) {
    feeds_.push_back(std::max(FindBus(IsTrack(strip) ? track(strip).bus() : bus(strip).bus()), kMaster));
    std::vector<SendTo>& sends = sends_.emplace_back();
    for (const SendRequest& request : IsTrack(strip) ? track(strip).sends() : bus(strip).sends()) {
      const int to = FindBus(request.to());
      sends.push_back({to >= 0 && IsReturn(to) ? to : kNoStrip, &request});
    }
  }
}

std::vector<int> Routing::TargetsOf(int strip) const {
  std::vector<int> targets;
  if (feeds_[strip] != kMaster) targets.push_back(feeds_[strip]);
  for (const SendTo& send : sends_[strip]) {
    if (send.to != kNoStrip) targets.push_back(send.to);
  }
  return targets;
}

void Routing::FindSidechains() {
  listeners_.resize(feeds_.size());
  for (int strip = kMaster; strip < strip_count(); ++strip) {
    std::vector<int>& sidechains = sidechains_.emplace_back();
    for (const Insert& insert : inserts(strip)) {
      const bool listens = HasDetector(insert) && !insert.sidechain().empty();
      const int origin = listens ? FindStrip(insert.sidechain()) : kNoStrip;
      sidechains.push_back(origin == strip ? kNoStrip : origin);
      if (sidechains.back() != kNoStrip && strip != kMaster) listeners_[origin].push_back(strip);
    }
  }
}

void Routing::ForgetSidechains(int strip) {
  for (int& origin : sidechains_[strip + 1]) {
    if (origin != kNoStrip) std::erase(listeners_[origin], strip);
    origin = kNoStrip;
  }
}

std::vector<int> Routing::UsersOf(int strip) const {
  std::vector<int> users = TargetsOf(strip);
  users.insert(users.end(), listeners_[strip].begin(), listeners_[strip].end());
  return users;
}

// Takes away, again and again, what nothing feeds and what feeds nothing. What stays lies on a cycle, or
// between two.
std::vector<bool> Routing::AroundCycles() const {
  std::vector<std::vector<int>> targets, origins(feeds_.size());
  for (int strip = 0; strip < strip_count(); ++strip) {
    for (const int target : targets.emplace_back(UsersOf(strip))) origins[target].push_back(strip);
  }
  std::vector<bool> stays(feeds_.size(), true);
  const auto peel = [&](const auto& inputs, const auto& outputs) {
    std::vector<size_t> open(feeds_.size(), 0);
    std::vector<int> free;
    for (int strip = 0; strip < strip_count(); ++strip) {
      for (const int input : inputs[strip]) open[strip] += stays[input] ? 1 : 0;
      if (stays[strip] && open[strip] == 0) free.push_back(strip);
    }
    while (!free.empty()) {
      const int strip = free.back();
      free.pop_back();
      stays[strip] = false;
      for (const int output : outputs[strip]) {
        if (stays[output] && --open[output] == 0) free.push_back(output);
      }
    }
  };
  peel(origins, targets);
  peel(targets, origins);
  return stays;
}

// Every strip that stays has a target that stays: a walk along them comes round.
void Routing::CutCycles() {
  const std::vector<bool> stays = AroundCycles();
  const auto first = std::find(stays.begin(), stays.end(), true);
  if (first == stays.end()) return;
  std::vector<int> step_of(feeds_.size(), -1);
  int strip = static_cast<int>(first - stays.begin());
  while (step_of[strip] < 0) {
    step_of[strip] = static_cast<int>(cycle_.size());
    cycle_.push_back(strip);
    const std::vector<int> targets = UsersOf(strip);
    strip = *std::find_if(targets.begin(), targets.end(), [&](int target) { return stays[target]; });
  }
  cycle_.erase(cycle_.begin(), cycle_.begin() + step_of[strip]);
  for (int cut = 0; cut < strip_count(); ++cut) {
    if (!stays[cut]) continue;
    feeds_[cut] = kMaster;
    sends_[cut].clear();
    ForgetSidechains(cut);
  }
}

void Routing::FindOrder() {
  std::vector<int> open(strip_count(), 0);
  for (int strip = 0; strip < strip_count(); ++strip) {
    for (const int target : UsersOf(strip)) ++open[target];
  }
  std::priority_queue<int, std::vector<int>, std::greater<>> free;
  for (int strip = 0; strip < strip_count(); ++strip) {
    if (open[strip] == 0) free.push(strip);
  }
  while (!free.empty()) {
    const int strip = free.top();
    free.pop();
    order_.push_back(strip);
    for (const int target : UsersOf(strip)) {
      if (--open[target] == 0) free.push(target);
    }
  }
}

// Nothing flows out of what is muted, and nothing into what is printed.
std::vector<bool> Routing::AllowedBySolo() const {
  if (!has_solo_) return std::vector<bool>(strip_count(), true);
  std::vector<bool> is_soloed, feeds_soloed, is_fed;
  for (int strip = 0; strip < strip_count(); ++strip) {
    is_soloed.push_back(IsTrack(strip) ? track(strip).solo() : bus(strip).solo());
  }
  feeds_soloed = is_fed = is_soloed;
  for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
    for (const int target : TargetsOf(*at)) {
      if (feeds_soloed[target] && !IsMuted(*at) && !HasPrint(target)) feeds_soloed[*at] = true;
    }
  }
  for (const int strip : order_) {
    for (const int target : TargetsOf(strip)) {
      if (is_fed[strip] && !IsMuted(strip) && !HasPrint(target)) is_fed[target] = true;
    }
  }
  for (size_t strip = 0; strip < is_fed.size(); ++strip) {
    if (feeds_soloed[strip]) is_fed[strip] = true;
  }
  return is_fed;
}

void Routing::FindHeard() {
  is_heard_ = AllowedBySolo();
  for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
    const std::vector<int> targets = TargetsOf(*at);
    const bool reaches = feeds_[*at] == kMaster ||
                         std::any_of(targets.begin(), targets.end(),
                                     [&](int target) { return is_heard_[target] && !HasPrint(target); });
    is_heard_[*at] = is_heard_[*at] && !IsMuted(*at) && reaches;
  }
}

bool Routing::IsSource(int strip) const {
  return IsTrack(strip) || HasPrint(strip);
}

bool Routing::RunsThrough(int strip, int bus) const {
  for (int next = feeds_[strip]; next != kMaster && !HasPrint(next); next = feeds_[next]) {
    if (next == bus) return true;
  }
  return false;
}

int Routing::TopBus(int strip) const {
  int top = IsTrack(strip) ? kMaster : strip;
  for (int next = feeds_[strip]; next != kMaster; next = feeds_[next]) top = next;
  return top;
}

Role Routing::RoleOf(int strip) const {
  for (int next = strip; next != kMaster; next = feeds_[next]) {
    const Role role = IsTrack(next) ? track(next).role() : bus(next).role();
    if (role != ROLE_UNSPECIFIED) return role;
  }
  return ROLE_OTHER;
}

bool Routing::IsMuted(int strip) const {
  if (IsTrack(strip)) return track(strip).mute() && !IsAutomated(track(strip).automation(), "mute");
  return bus(strip).mute() && !IsAutomated(bus(strip).automation(), "mute");
}

Selection Select(const Routing& routing, std::string_view name) {
  Selection selection;
  const bool is_track = name.starts_with(kTrackPrefix);
  selection.strip = is_track ? routing.FindTrack(name.substr(kTrackPrefix.size())) : routing.FindBus(name);
  if (selection.strip >= 0) {
    selection.kind = Selection::Kind::kStrip;
  } else if (const auto* role = FindWord(Role_descriptor(), name); role != nullptr) {
    selection.kind = Selection::Kind::kRole;
    selection.role = static_cast<Role>(role->number());
  }
  return selection;
}

bool Includes(const Selection& selection, const Routing& routing, int source) {
  switch (selection.kind) {
    case Selection::Kind::kStrip:
      return source == selection.strip || routing.RunsThrough(source, selection.strip);
    case Selection::Kind::kRole:
      return routing.RoleOf(source) == selection.role;
    default:
      return false;
  }
}

}  // namespace trackout
