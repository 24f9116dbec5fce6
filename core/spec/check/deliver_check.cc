#include "core/spec/check/deliver_check.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/spec/album_check.h"
#include "core/spec/check/master_check.h"
#include "core/spec/check/mix_check.h"
#include "core/spec/check/stems_check.h"
#include "core/spec/words.h"
#include "core/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

class DeliverCheck {
 public:
  explicit DeliverCheck(CheckedSong& checked)
      : checked_(checked),
        song_(checked.song()),
        list_(song_.deliver().empty() ? "deliver" : ".deliver"),
        mixes_(checked) {}

  void Run() {
    const auto& deliver = DeliverOf(checked_.album(), song_);
    if (deliver.empty()) {
      checked_.Error("", "nothing is to be delivered; write `deliver` for the album or the song");
    }
    for (int i = 0; i < deliver.size(); ++i) {
      const std::string place = fmt::format("{}[{}]", list_, i);
      const int kinds = (deliver[i].has_tracks() ? 1 : 0) + (deliver[i].has_stems() ? 1 : 0) +
                        (deliver[i].mixes().empty() ? 0 : 1);
      if (kinds != 1) {
        checked_.Error(place,
                       "an entry of deliver asks for one of tracks, stems, mixes; make an entry for each");
      } else {
        CheckEntry(deliver[i], place);
      }
    }
  }

 private:
  void CheckEntry(const Deliverable& entry, const std::string& place) {
    CheckFilters(entry, place);
    CheckThroughMaster(checked_, entry, place);
    if (entry.has_tracks()) {
      CheckTracks(entry, place);
      CheckFilter("version", entry.tracks().version(), place + ".tracks");
    }
    if (entry.has_stems()) {
      CheckProcessing(entry.stems().processing(), {PROCESSING_WET, PROCESSING_DRY, PROCESSING_EFFECTS},
                      "stems", place + ".stems.processing");
      if (!checked_.has_cycle()) CheckStems(checked_, entry, place);
      CheckFilters(entry.stems(), place + ".stems");
    }
    for (int m = 0; m < entry.mixes_size(); ++m) {
      const MixRequest& mix = entry.mixes(m);
      const std::string mix_place = fmt::format("{}.mixes[{}]", place, m);
      mixes_.Check(mix, mix_place);
      CheckDither(mix.has_format() ? mix.format() : entry.format(), mix_place);
      CheckFilters(mix, mix_place);
    }
  }

  void CheckTracks(const Deliverable& entry, const std::string& place) {
    const TracksRequest& tracks = entry.tracks();
    const std::string processing_place = place + ".tracks.processing";
    CheckProcessing(tracks.processing(), {PROCESSING_RAW, PROCESSING_PROCESSED, PROCESSING_DI}, "tracks",
                    processing_place);
    const bool wants_di =
        std::count(tracks.processing().begin(), tracks.processing().end(), PROCESSING_DI) > 0;
    if (wants_di && std::all_of(song_.tracks().begin(), song_.tracks().end(),
                                [](const Track& track) { return track.di().empty(); })) {
      checked_.Error(processing_place,
                     "no track has a `di`; name there the file of the unprocessed twin, or do "
                     "not ask for di");
    }
    CheckDither(tracks.has_format() ? tracks.format() : entry.format(), place);
    CheckCombinations(tracks, place + ".tracks");
    for (int i = 0; i < entry.edit_size(); ++i) {
      if (entry.edit(i) == "full") continue;
      checked_.Error(fmt::format("{}.edit[{}]", place, i),
                     "edits are made of mixes and stems; tracks have none, remove it");
    }
  }

  // Words that have no meaning for this kind, and words that stand there twice.
  void CheckProcessing(const google::protobuf::RepeatedField<int>& words,
                       const std::vector<Processing>& known, const std::string& kind,
                       const std::string& place) {
    const auto word_of = [](int number) {
      return WordOf(Processing_descriptor()->FindValueByNumber(number));
    };
    std::set<int> seen;
    for (int i = 0; i < words.size(); ++i) {
      const std::string at = fmt::format("{}[{}]", place, i);
      if (std::find(known.begin(), known.end(), words[i]) == known.end()) {
        checked_.Error(at, fmt::format("{} are {}, {} or {}; {} is a word for {}", kind, word_of(known[0]),
                                       word_of(known[1]), word_of(known[2]), word_of(words[i]),
                                       kind == "tracks" ? "stems" : "tracks"));
      } else if (!seen.insert(words[i]).second) {
        checked_.Error(at, fmt::format("{} are asked for twice; keep one", word_of(words[i])));
      }
    }
  }

  void CheckDither(const Format& format, const std::string& place) {
    if (format.dither() != Format::DITHER_TPDF || format.bits() != Format::BITS_32F) return;
    checked_.Error(place, "a file in float needs no dither; remove it, or write whole bits");
  }

  void CheckCombinations(const TracksRequest& tracks, const std::string& place) {
    std::map<std::string, std::string> combination_of;  // of a track
    std::set<std::string> names;
    for (int c = 0; c < tracks.combine_size(); ++c) {
      const Combination& combination = tracks.combine(c);
      const std::string at = fmt::format("{}.combine[{}]", place, c);
      const std::string who = "combine " + Quoted(combination.name());
      const auto& members = combination.tracks();
      if (!names.insert(Folded(combination.name())).second) {
        checked_.Error(at, fmt::format("{}: the name is there twice; rename one", who));
      }
      if (members.empty()) checked_.Error(at, fmt::format("{} is of no tracks; name some", who));
      if (checked_.routing().FindTrack(combination.name()) != kNoStrip &&
          std::find(members.begin(), members.end(), combination.name()) == members.end()) {
        checked_.Error(at, fmt::format("{}: a track that is not in it has this name; rename it", who));
      }
      for (int t = 0; t < members.size(); ++t) {
        CheckMember(combination, t, fmt::format("{}.tracks[{}]", at, t), who, combination_of);
      }
    }
  }

  void CheckMember(const Combination& combination, int index, const std::string& place,
                   const std::string& who, std::map<std::string, std::string>& combination_of) {
    const std::string& track = combination.tracks(index);
    if (checked_.routing().FindTrack(track) == kNoStrip) {
      checked_.Error(place, fmt::format("{}: no track {}{}", who, Quoted(track),
                                        DidYouMean(track, checked_.track_names())));
      return;
    }
    const auto [first, is_new] = combination_of.emplace(track, combination.name());
    if (is_new) return;
    checked_.Error(place, fmt::format("{}: track {} is in {} already; a track is in one file, keep one", who,
                                      Quoted(track), Quoted(first->second)));
  }

  template <typename Request>
  void CheckFilters(const Request& request, const std::string& place) {
    CheckFilter("edit", request.edit(), place);
    CheckFilter("version", request.version(), place);
  }

  // What the album's own list names must be in one of the songs that it is for.
  void CheckFilter(const std::string& kind, const Words& words, const std::string& place) {
    if (words.empty()) return;
    std::vector<std::string> known{kind == "edit" ? "full" : "main"};
    const auto add = [&](const Song& song) {
      for (const EditRequest& edit : song.edits()) {
        if (kind == "edit") known.push_back(edit.name());
      }
      for (const Version& version : song.versions()) {
        if (kind == "version") known.push_back(version.name());
      }
    };
    add(song_);
    for (const Song& song : checked_.album().songs()) {
      if (song_.deliver().empty() && song.deliver().empty() && &song != &song_) add(song);
    }
    for (int i = 0; i < words.size(); ++i) {
      if (std::find(known.begin(), known.end(), words[i]) != known.end()) continue;
      checked_.Error(fmt::format("{}.{}[{}]", place, kind, i),
                     fmt::format("no {} {}{}", kind, Quoted(words[i]), DidYouMean(words[i], known)));
    }
  }

  CheckedSong& checked_;
  const Song& song_;
  const std::string list_;
  MixCheck mixes_;
};

}  // namespace

void CheckDeliver(CheckedSong& checked) {
  DeliverCheck(checked).Run();
}

}  // namespace trackout
