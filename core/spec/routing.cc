#include "core/spec/routing.h"

#include <algorithm>

#include "core/spec/words.h"

namespace trackout {

int FindBus(const Song& song, std::string_view name) {
  if (name.empty()) return kMaster;
  for (int i = 0; i < song.buses_size(); ++i) {
    if (song.buses(i).name() == name) return i;
  }
  return kNoBus;
}

int FindTrack(const Song& song, std::string_view name) {
  for (int i = 0; i < song.tracks_size(); ++i) {
    if (song.tracks(i).name() == name) return i;
  }
  return -1;
}

int FeedOf(const Song& song, const Track& track) {
  return std::max(FindBus(song, track.bus()), kMaster);
}
int FeedOf(const Song& song, const Bus& bus) {
  return std::max(FindBus(song, bus.bus()), kMaster);
}

std::vector<int> FindCycle(const Song& song) {
  for (int start = 0; start < song.buses_size(); ++start) {
    std::vector<int> way;
    for (int bus = start; bus != kMaster; bus = FeedOf(song, song.buses(bus))) {
      const auto seen = std::find(way.begin(), way.end(), bus);
      if (seen != way.end()) return {seen, way.end()};
      way.push_back(bus);
    }
  }
  return {};
}

int TopBusOf(const Song& song, const Track& track) {
  int top = kMaster;
  for (int bus = FeedOf(song, track); bus != kMaster; bus = FeedOf(song, song.buses(bus))) top = bus;
  return top;
}

bool RunsThrough(const Song& song, const Track& track, int wanted) {
  for (int bus = FeedOf(song, track); bus != kMaster; bus = FeedOf(song, song.buses(bus))) {
    if (bus == wanted) return true;
  }
  return false;
}

Role RoleOf(const Song& song, const Track& track) {
  if (track.role() != ROLE_UNSPECIFIED) return track.role();
  for (int bus = FeedOf(song, track); bus != kMaster; bus = FeedOf(song, song.buses(bus))) {
    if (song.buses(bus).role() != ROLE_UNSPECIFIED) return song.buses(bus).role();
  }
  return ROLE_OTHER;
}

bool HasSolo(const Song& song) {
  const auto is_soloed = [](const auto& strip) { return strip.solo(); };
  return std::any_of(song.tracks().begin(), song.tracks().end(), is_soloed) ||
         std::any_of(song.buses().begin(), song.buses().end(), is_soloed);
}

bool IsHeard(const Song& song, const Track& track) {
  bool is_muted = track.mute();
  bool is_soloed = track.solo();
  for (int bus = FeedOf(song, track); bus != kMaster; bus = FeedOf(song, song.buses(bus))) {
    is_muted = is_muted || song.buses(bus).mute();
    is_soloed = is_soloed || song.buses(bus).solo();
  }
  return !is_muted && (is_soloed || !HasSolo(song));
}

Selection Select(const Song& song, std::string_view name) {
  constexpr std::string_view kTrackPrefix = "track:";
  Selection selection;
  if (name.starts_with(kTrackPrefix)) {
    selection.index = FindTrack(song, name.substr(kTrackPrefix.size()));
    if (selection.index >= 0) selection.kind = Selection::Kind::kTrack;
  } else if (const int bus = FindBus(song, name); bus >= 0) {
    selection.kind = Selection::Kind::kBus;
    selection.index = bus;
  } else if (const auto* role = FindWord(Role_descriptor(), name); role != nullptr) {
    selection.kind = Selection::Kind::kRole;
    selection.role = static_cast<Role>(role->number());
  }
  return selection;
}

bool Includes(const Selection& selection, const Song& song, const Track& track) {
  switch (selection.kind) {
    case Selection::Kind::kBus:
      return RunsThrough(song, track, selection.index);
    case Selection::Kind::kRole:
      return RoleOf(song, track) == selection.role;
    case Selection::Kind::kTrack:
      return &track == &song.tracks(selection.index);
    default:
      return false;
  }
}

}  // namespace trackout
