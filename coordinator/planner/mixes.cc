#include "coordinator/planner/mixes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/spec/mix_words.h"
#include "core/spec/routing.h"

namespace trackout {
namespace {

template <typename StripMessage>
double PanOf(const StripMessage& strip) {
  return strip.pan().empty() ? 0 : strip.pan(0);
}

PanLaw LawOf(const Album& album, const Track& track) {
  if (track.pan_law() != PAN_LAW_UNSPECIFIED) return track.pan_law();
  return album.pan_law() != PAN_LAW_UNSPECIFIED ? album.pan_law() : PAN_LAW_3DB;
}

// The print of some tracks of one feeder, with the buses on their way and no others.
Print PrintOf(const Album& album, const Song& song, const Timeline& timeline,
              const std::vector<int>& tracks) {
  std::set<int> used;
  for (const int t : tracks) {
    for (int bus = FeedOf(song, song.tracks(t)); bus != kMaster; bus = FeedOf(song, song.buses(bus)))
      used.insert(bus);
  }
  std::map<int, int> index_of{{kMaster, kMaster}};  // in the print, of a bus of the song
  for (const int bus : used) index_of.emplace(bus, static_cast<int>(index_of.size()) - 1);
  Print print;
  for (const int t : tracks) {
    const Track& track = song.tracks(t);
    Strip& strip = *print.add_strips();
    strip.set_channels(timeline.tracks[t].channels());
    *strip.mutable_regions() = timeline.tracks[t].regions();
    strip.set_inverted(track.polarity() == POLARITY_INVERTED);
    strip.set_fader_db(track.fader());
    strip.set_pan(PanOf(track));
    // A stereo source is balanced, whatever the law.
    strip.set_pan_law(strip.channels() == 1 ? LawOf(album, track) : PAN_LAW_UNSPECIFIED);
    strip.set_feeds(index_of.at(FeedOf(song, track)));
  }
  for (const int b : used) {
    const Bus& bus = song.buses(b);
    BusStrip& strip = *print.add_buses();
    strip.set_fader_db(bus.fader());
    strip.set_pan(PanOf(bus));
    strip.set_feeds(index_of.at(FeedOf(song, bus)));
  }
  return print;
}

// The heard tracks of one feeder, in the order of the spec.
std::vector<int> HeardTracks(const Song& song, int feeder) {
  std::vector<int> tracks;
  for (int t = 0; t < song.tracks_size(); ++t) {
    if (TopBusOf(song, song.tracks(t)) == feeder && IsHeard(song, song.tracks(t))) tracks.push_back(t);
  }
  return tracks;
}

bool HasRole(const std::vector<Role>& roles, Role role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

std::optional<double> LevelInWord(const MixWord& mix_word, const MixRequest& mix, Role role) {
  const bool is_meant = HasRole(mix_word.roles, role);
  switch (mix_word.kind) {
    case MixWord::Kind::kWhole:
      return 0.0;
    case MixWord::Kind::kWithout:
      return is_meant ? std::nullopt : std::optional(0.0);
    case MixWord::Kind::kOnly:
      return is_meant ? std::optional(0.0) : std::nullopt;
    case MixWord::Kind::kStep:
      if (!is_meant) return 0.0;
      return mix.has_step() ? std::copysign(mix.step(), mix_word.step_db) : mix_word.step_db;
  }
  return 0.0;
}

std::optional<double> LevelInOwn(const Song& song, const MixRequest& mix, const Track& track) {
  const auto runs_through = [&](const std::string& bus) {
    return RunsThrough(song, track, FindBus(song, bus));
  };
  if (!mix.buses().empty() && std::none_of(mix.buses().begin(), mix.buses().end(), runs_through))
    return std::nullopt;
  for (const std::string& name : mix.without()) {
    if (Includes(Select(song, name), song, track)) return std::nullopt;
  }
  double level_db = 0;
  for (const NamedLevel& gain : mix.gains()) {
    if (Includes(Select(song, gain.name()), song, track)) level_db += gain.level();
  }
  return std::isinf(level_db) ? std::nullopt : std::optional(level_db);
}

// The track's level in a mix, beside its own; nullopt where the mix leaves it out.
std::optional<double> LevelIn(const Song& song, const MixRequest& mix, const Track& track) {
  const MixWord* mix_word = FindMixWord(mix.name());
  return mix_word != nullptr ? LevelInWord(*mix_word, mix, RoleOf(song, track))
                             : LevelInOwn(song, mix, track);
}

}  // namespace

std::vector<int> FeedersOf(const Song& song) {
  std::vector<int> feeders;
  const auto feeds_master = [&](const Track& track) { return FeedOf(song, track) == kMaster; };
  if (std::any_of(song.tracks().begin(), song.tracks().end(), feeds_master)) feeders.push_back(kMaster);
  for (int bus = 0; bus < song.buses_size(); ++bus) {
    if (FeedOf(song, song.buses(bus)) == kMaster) feeders.push_back(bus);
  }
  return feeders;
}

Print PrintOfFeeder(const Album& album, const Song& song, const Timeline& timeline, int feeder) {
  return PrintOf(album, song, timeline, HeardTracks(song, feeder));
}

std::vector<PrintTerm> TermsOf(const Album& album, const Song& song, const Timeline& timeline,
                               const MixRequest& mix) {
  std::vector<PrintTerm> terms;
  for (const int feeder : FeedersOf(song)) {
    std::vector<std::pair<double, std::vector<int>>> groups;  // tracks of one level, in order of the first
    for (const int t : HeardTracks(song, feeder)) {
      const std::optional<double> level_db = LevelIn(song, mix, song.tracks(t));
      if (!level_db) continue;
      auto group =
          std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == *level_db; });
      if (group == groups.end()) group = groups.insert(groups.end(), {*level_db, {}});
      group->second.push_back(t);
    }
    for (const auto& [level_db, tracks] : groups) {
      terms.push_back({PrintOf(album, song, timeline, tracks), level_db});
    }
  }
  return terms;
}

}  // namespace trackout
