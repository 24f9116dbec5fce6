#include "core/spec/album_check.h"

#include <algorithm>
#include <map>

#include "core/limits.h"
#include "core/spec/mix_words.h"
#include "core/spec/routing.h"
#include "core/spec/spec_values.h"
#include "core/spec/words.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

// A set of stems looks like single microphones where it has many stems and most have one track.
constexpr int kManyStems = 12;

class SongCheck {
 public:
  SongCheck(const Album& album, int song_index, Solo solo, std::vector<Finding>& findings)
      : album_(album),
        song_(album.songs(song_index)),
        place_(fmt::format("songs[{}]", song_index)),
        solo_(solo),
        findings_(findings) {}

  void Run() {
    if (song_.tracks().empty()) {
      Error("", "has no tracks; a song needs at least one");
    }
    if (song_.tracks_size() > kMostTracks || song_.buses_size() > kMostBuses) {
      return Error("", fmt::format("has {} tracks and {} buses; {} and {} are the most", song_.tracks_size(),
                                   song_.buses_size(), kMostTracks, kMostBuses));
    }
    CheckNames();
    has_cycle_ = !FindCycle(song_).empty();
    CheckRouting();
    for (int i = 0; i < song_.tracks_size(); ++i) CheckTrack(i);
    for (int i = 0; i < song_.buses_size(); ++i) CheckBus(i);
    CheckTempo();
    CheckMarkers();
    CheckSolo();
    CheckBar1();
    CheckDeliver();
  }

 private:
  void Add(Finding::Severity severity, const std::string& place, const std::string& message) {
    Finding& finding = findings_.emplace_back();
    finding.set_severity(severity);
    finding.set_place(place.starts_with("deliver") ? place : place_ + place);
    finding.set_message(message);
  }
  void Error(const std::string& place, const std::string& message) { Add(Finding::error, place, message); }
  void Warning(const std::string& place, const std::string& message) {
    Add(Finding::warning, place, message);
  }

  std::vector<std::string> BusNames() const {
    std::vector<std::string> names;
    for (const Bus& bus : song_.buses()) names.push_back(bus.name());
    return names;
  }

  template <typename Strips>
  void CheckUnique(const Strips& strips, const std::string& key, const std::string& noun_text) {
    std::map<std::string, int> first;
    for (int i = 0; i < strips.size(); ++i) {
      if (strips[i].name().empty() || first.emplace(strips[i].name(), i).second) continue;
      Error(fmt::format(".{}[{}].name", key, i), fmt::format("duplicate {} {}; names are unique, rename one",
                                                             noun_text, Quoted(strips[i].name())));
    }
  }

  void CheckNames() {
    CheckUnique(song_.tracks(), "tracks", "track");
    CheckUnique(song_.buses(), "buses", "bus");
  }

  void CheckRouting() {
    for (int i = 0; i < song_.tracks_size(); ++i) {
      CheckBusName(song_.tracks(i).bus(), fmt::format(".tracks[{}].bus", i),
                   "track " + Quoted(song_.tracks(i).name()));
    }
    for (int i = 0; i < song_.buses_size(); ++i) {
      CheckBusName(song_.buses(i).bus(), fmt::format(".buses[{}].bus", i),
                   "bus " + Quoted(song_.buses(i).name()));
    }
    const std::vector<int> cycle = FindCycle(song_);
    if (cycle.empty()) return;
    std::vector<std::string> way;
    for (const int bus : cycle) way.push_back(Quoted(song_.buses(bus).name()));
    way.push_back(way.front());
    Error(fmt::format(".buses[{}].bus", cycle.front()),
          fmt::format("buses form a cycle: {}; let one of them feed the master", fmt::join(way, " -> ")));
  }

  void CheckBusName(const std::string& name, const std::string& place, const std::string& who) {
    if (FindBus(song_, name) != kNoBus) return;
    const std::string remedy = Folded(name) == "master"
                                   ? "; what names no bus feeds the master, leave the key out"
                                   : DidYouMean(name, BusNames());
    Error(place, fmt::format("{}: no bus {}{}", who, Quoted(name), remedy));
  }

  void CheckPan(const google::protobuf::RepeatedField<double>& pan, const std::string& place,
                const std::string& who) {
    if (pan.size() == 2) {
      Error(place, fmt::format("{}: a pan for each side ([left, right]) is not supported yet", who));
    } else if (pan.size() > 2) {
      Error(place, fmt::format("{}: pan has {} values; it is one number", who, pan.size()));
    }
  }

  void CheckColor(const std::string& color, const std::string& place, const std::string& who) {
    if (color.empty() || IsColor(color)) return;
    Error(place, fmt::format("{}: color {} is neither a name (red, blue, ...) nor #rrggbb{}", who,
                             Quoted(color), DidYouMean(color, ColorNames())));
  }

  void CheckTrack(int index) {
    const Track& track = song_.tracks(index);
    const std::string place = fmt::format(".tracks[{}]", index);
    const std::string who = "track " + Quoted(track.name());
    CheckPan(track.pan(), place + ".pan", who);
    CheckColor(track.color(), place + ".color", who);
    if (track.file().empty() && track.clips().empty()) {
      Error(place, fmt::format("{} has neither a file nor clips; give it one", who));
    } else if (!track.file().empty() && !track.clips().empty()) {
      Error(place + ".file", fmt::format("{} has both a file and clips; keep one", who));
    }
    for (int i = 0; i < track.clips_size(); ++i) {
      const Clip& clip = track.clips(i);
      const std::string clip_place = fmt::format("{}.clips[{}]", place, i);
      for (const auto& [key, time] : {std::pair("start", &clip.start()), std::pair("offset", &clip.offset()),
                                      std::pair("length", &clip.length())}) {
        if (!time->has_musical()) continue;
        Error(fmt::format("{}.{}", clip_place, key),
              fmt::format("{}: {}: musical times are not supported yet; write seconds or samples", who, key));
      }
    }
  }

  void CheckBus(int index) {
    const Bus& bus = song_.buses(index);
    const std::string place = fmt::format(".buses[{}]", index);
    CheckPan(bus.pan(), place + ".pan", "bus " + Quoted(bus.name()));
    CheckColor(bus.color(), place + ".color", "bus " + Quoted(bus.name()));
    if (has_cycle_ || HasErrors(findings_)) return;  // what feeds whom is not sure
    const auto feeds_it = [&](const Track& track) { return RunsThrough(song_, track, index); };
    if (std::none_of(song_.tracks().begin(), song_.tracks().end(), feeds_it)) {
      Warning(place, fmt::format("nothing feeds the bus {}; it is silent", Quoted(bus.name())));
    }
  }

  void CheckTempo() {
    for (int i = 0; i < song_.tempo_size(); ++i) {
      const Tempo& tempo = song_.tempo(i);
      const std::string place = fmt::format(".tempo[{}]", i);
      if (tempo.has_bar() == tempo.has_at()) {
        Error(place, "tempo: give it either a bar or a time (at)");
      } else if (i == 0 && tempo.bar() != 1) {
        Error(place, "tempo: the first one stands at bar 1");
      } else if (i > 0 && tempo.has_bar() && tempo.bar() <= song_.tempo(i - 1).bar()) {
        Error(place + ".bar", "tempo: bars must ascend");
      }
      if (tempo.at().has_musical())
        Error(place + ".at", "tempo: write a bar, or a time in seconds or samples");
      if (i > 0 && tempo.at().has_nanoseconds() && song_.tempo(i - 1).at().has_nanoseconds() &&
          tempo.at().nanoseconds() <= song_.tempo(i - 1).at().nanoseconds()) {
        Error(place + ".at", "tempo: times must ascend");
      }
      if (tempo.bpm() == 0) Error(place, "tempo: bpm is missing");
      if (!tempo.meter().empty() && !IsMeter(tempo.meter())) {
        Error(place + ".meter", fmt::format("tempo: meter {} is not like 4/4 or 6/8", Quoted(tempo.meter())));
      }
    }
  }

  void CheckBar1() {
    if (song_.bar_1_at().has_musical()) {
      Error(".bar_1_at", "bar_1_at: where bar 1 stands cannot be said in bars; write seconds or samples");
    }
  }

  void CheckMarkers() {
    for (int i = 0; i < song_.markers_size(); ++i) {
      const Marker& marker = song_.markers(i);
      if (!song_.tempo().empty() || !(marker.at().has_musical() || marker.length().has_musical())) continue;
      Error(fmt::format(".markers[{}].at", i),
            fmt::format("marker {}: a musical time needs the song's tempo; write `tempo`, or seconds",
                        Quoted(marker.name())));
    }
  }

  static bool IsMeter(std::string_view text) {
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    const auto beats = ParseNumber(text.substr(0, slash));
    const auto unit = ParseNumber(text.substr(slash + 1));
    if (!beats || !unit || *beats < 1 || *beats > 99 || *beats != static_cast<int>(*beats)) return false;
    return *unit == 1 || *unit == 2 || *unit == 4 || *unit == 8 || *unit == 16 || *unit == 32;
  }

  void CheckSolo() {
    if (solo_ == Solo::kAllow) return;
    for (int i = 0; i < song_.tracks_size(); ++i) {
      if (song_.tracks(i).solo())
        TellSolo(fmt::format(".tracks[{}].solo", i), "track", song_.tracks(i).name());
    }
    for (int i = 0; i < song_.buses_size(); ++i) {
      if (song_.buses(i).solo()) TellSolo(fmt::format(".buses[{}].solo", i), "bus", song_.buses(i).name());
    }
  }

  void TellSolo(const std::string& place, const std::string& noun_text, const std::string& name) {
    Error(place, fmt::format("{} {} is soloed, a left-over of work; remove the solo, or say --allow-solo",
                             noun_text, Quoted(name)));
  }

  void CheckDeliver() {
    const bool is_own = !song_.deliver().empty();
    const std::string list = (is_own ? place_ + "." : "") + std::string("deliver");
    const auto& deliver = DeliverOf(album_, song_);
    // Places of the album's own list are not below the song.
    const auto at = [&](const std::string& rest) { return is_own ? rest.substr(place_.size()) : rest; };
    if (deliver.empty()) Error("", "nothing is to be delivered; write `deliver` for the album or the song");
    std::map<std::string, const MixRequest*> mixes;
    for (int i = 0; i < deliver.size(); ++i) {
      const std::string place = fmt::format("{}[{}]", list, i);
      const int kinds = (deliver[i].has_tracks() ? 1 : 0) + (deliver[i].has_stems() ? 1 : 0) +
                        (deliver[i].mixes().empty() ? 0 : 1);
      if (kinds != 1) {
        Error(at(place), "an entry of deliver asks for one of tracks, stems, mixes; make an entry for each");
        continue;
      }
      if (deliver[i].has_stems() && !has_cycle_) CheckStems(deliver[i], at(place));
      if (deliver[i].has_tracks()) CheckTracks(deliver[i].tracks(), at(place));
      for (int m = 0; m < deliver[i].mixes_size(); ++m) {
        CheckMix(deliver[i].mixes(m), at(fmt::format("{}.mixes[{}]", place, m)), mixes);
      }
    }
  }

  void CheckTracks(const TracksRequest& tracks, const std::string& place) {
    for (const int processing : tracks.processing()) {
      if (processing == PROCESSING_RAW) continue;
      Error(place, "tracks are raw; wet is a word for stems");
    }
  }

  void CheckStems(const Deliverable& entry, const std::string& place) {
    for (const int processing : entry.stems().processing()) {
      if (processing == PROCESSING_WET) continue;
      Error(place, "stems are wet; raw is a word for tracks");
    }
    const Format& format = entry.stems().has_format() ? entry.stems().format() : entry.format();
    if (format.bits() == Format::BITS_16) {
      Warning(place, "a set of stems at 16 bits adds up only to the step of 16 bits; 24 bits are better");
    }
    int stems = 0;
    int single = 0;
    for (int bus = 0; bus < song_.buses_size(); ++bus) {
      if (FeedOf(song_, song_.buses(bus)) != kMaster) continue;
      const auto count = std::count_if(song_.tracks().begin(), song_.tracks().end(),
                                       [&](const Track& track) { return RunsThrough(song_, track, bus); });
      ++stems;
      single += count == 1 ? 1 : 0;
    }
    if (stems >= kManyStems && single * 4 > stems * 3) {
      Warning(place, "most of these stems are one track each; if single tracks are wanted, ask for `tracks`");
    }
  }

  void CheckMix(const MixRequest& mix, const std::string& place,
                std::map<std::string, const MixRequest*>& mixes) {
    const std::string who = "mix " + Quoted(mix.name());
    const MixWord* word_found = FindMixWord(mix.name());
    const bool has_own = !mix.buses().empty() || !mix.without().empty() || !mix.gains().empty();
    if (word_found == nullptr && !has_own) {
      std::vector<std::string> known;
      for (const MixWord& known_word : MixWords()) known.emplace_back(known_word.word);
      Error(place, fmt::format("no mix is called {}{}; an own one says buses, without or gains",
                               Quoted(mix.name()), DidYouMean(mix.name(), known)));
      return;
    }
    if (word_found != nullptr && has_own) {
      Error(place, fmt::format("{} has a fixed meaning; give a mix of your own another name", who));
      return;
    }
    const auto [first, is_new] = mixes.emplace(mix.name(), &mix);
    if (!is_new && !SameMix(*first->second, mix)) {
      Error(place + ".name", fmt::format("duplicate {}: two different mixes have one name; rename one", who));
    }
    if (has_cycle_) return;
    CheckMixNames(mix, place, who);
    if (word_found != nullptr && word_found->kind != MixWord::Kind::kWhole) CheckTouched(*word_found, place);
  }

  static bool SameMix(MixRequest a, MixRequest b) {
    a.clear_format();
    b.clear_format();
    return a.SerializeAsString() == b.SerializeAsString();
  }

  void CheckMixNames(const MixRequest& mix, const std::string& place, const std::string& who) {
    for (int i = 0; i < mix.buses_size(); ++i) {
      if (FindBus(song_, mix.buses(i)) >= 0) continue;
      Error(fmt::format("{}.buses[{}]", place, i),
            fmt::format("{}: no bus {}{}", who, Quoted(mix.buses(i)), DidYouMean(mix.buses(i), BusNames())));
    }
    for (int i = 0; i < mix.without_size(); ++i) {
      CheckSelection(mix.without(i), fmt::format("{}.without[{}]", place, i), who);
    }
    for (int i = 0; i < mix.gains_size(); ++i) {
      CheckSelection(mix.gains(i).name(), fmt::format("{}.gains[{}]", place, i), who);
    }
  }

  void CheckSelection(const std::string& name, const std::string& place, const std::string& who) {
    const Selection selection = Select(song_, name);
    std::vector<std::string> known = BusNames();
    for (const std::string& role : WordsOf(Role_descriptor())) known.push_back(role);
    for (const Track& track : song_.tracks()) known.push_back("track:" + track.name());
    if (selection.kind == Selection::Kind::kNothing) {
      const bool is_track = FindTrack(song_, name) >= 0;
      Error(place, fmt::format("{}: {} is no bus and no role{}", who, Quoted(name),
                               is_track ? fmt::format("; the track is {}", Quoted("track:" + name))
                                        : DidYouMean(name, known)));
      return;
    }
    const auto is_in = [&](const Track& track) { return Includes(selection, song_, track); };
    if (std::none_of(song_.tracks().begin(), song_.tracks().end(), is_in)) {
      Warning(place, fmt::format("{}: {} touches no track", who, Quoted(name)));
    }
  }

  void CheckTouched(const MixWord& mix_word, const std::string& place) {
    const auto is_touched = [&](const Track& track) {
      return std::find(mix_word.roles.begin(), mix_word.roles.end(), RoleOf(song_, track)) !=
             mix_word.roles.end();
    };
    if (std::any_of(song_.tracks().begin(), song_.tracks().end(), is_touched)) return;
    std::vector<std::string> roles;
    for (const Role role : mix_word.roles)
      roles.push_back(WordOf(Role_descriptor()->FindValueByNumber(role)));
    Warning(place, fmt::format("mix {}: no track has the role {}; it is {}", Quoted(mix_word.word),
                               fmt::join(roles, " or "),
                               mix_word.kind == MixWord::Kind::kOnly ? "silent" : "the same as the master"));
  }

  const Album& album_;
  const Song& song_;
  const std::string place_;
  const Solo solo_;
  std::vector<Finding>& findings_;
  bool has_cycle_ = false;
};

}  // namespace

std::vector<Finding> CheckAlbum(const Album& album, Solo solo) {
  std::vector<Finding> findings;
  std::map<std::pair<std::string, std::string>, int>
      songs_with;  // of what the album's own `deliver` has wrong
  std::vector<std::pair<int, Finding>> found;
  for (int i = 0; i < album.songs_size(); ++i) {
    std::vector<Finding> of_song;
    SongCheck(album, i, solo, of_song).Run();
    for (Finding& finding : of_song) {
      ++songs_with[{finding.place(), finding.message()}];
      found.emplace_back(i, std::move(finding));
    }
  }
  for (auto& [song, finding] : found) {
    int& count = songs_with[{finding.place(), finding.message()}];
    if (count == 0) continue;  // told for all songs at once
    if (count > 1) {
      count = 0;
    } else {
      finding.set_message(fmt::format("song {}: {}", Quoted(album.songs(song).title()), finding.message()));
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

bool HasErrors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity() == Finding::error; });
}

const google::protobuf::RepeatedPtrField<Deliverable>& DeliverOf(const Album& album, const Song& song) {
  return song.deliver().empty() ? album.deliver() : song.deliver();
}

}  // namespace trackout
