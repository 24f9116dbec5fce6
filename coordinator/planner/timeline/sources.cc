#include "coordinator/planner/timeline/sources.h"

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Collects the uses of one song. What names no file is not a use: the reader has told of it, or the key is
// absent.
class UseList {
 public:
  explicit UseList(const Song& song) : song_(song) {}

  void Add(const std::string& file, const std::string& place, const std::string& who) {
    if (!file.empty()) uses_.push_back({SourcePath(song_, file), place, who});
  }

  void AddClips(const google::protobuf::RepeatedPtrField<Clip>& clips, const std::string& place,
                const std::string& who) {
    for (int c = 0; c < clips.size(); ++c)
      Add(clips[c].file(), fmt::format("{}.clips[{}].file", place, c), who);
  }

  void AddPrintOrInserts(const std::string& print, const google::protobuf::RepeatedPtrField<Insert>& inserts,
                         const std::string& place, const std::string& who) {
    if (!print.empty()) return Add(print, place + ".print", who);
    for (int i = 0; i < inserts.size(); ++i)
      Add(inserts[i].reverb().impulse(), fmt::format("{}.inserts[{}].impulse", place, i), who);
  }

  void AddBuses(const google::protobuf::RepeatedPtrField<Bus>& buses, const std::string& key,
                const std::string& noun_text) {
    for (int b = 0; b < buses.size(); ++b) {
      AddPrintOrInserts(buses[b].print(), buses[b].inserts(), fmt::format(".{}[{}]", key, b),
                        fmt::format("{} {}", noun_text, Quoted(buses[b].name())));
    }
  }

  std::vector<SourceUse> Take() { return std::move(uses_); }

 private:
  const Song& song_;
  std::vector<SourceUse> uses_;
};

}  // namespace

std::string SourcePath(const Song& song, const std::string& file) {
  if (song.folder().empty() || file.starts_with('/')) return file;
  return song.folder() + (song.folder().ends_with('/') ? "" : "/") + file;
}

std::vector<SourceUse> SourceUsesOf(const Song& song) {
  UseList uses(song);
  for (int t = 0; t < song.tracks_size(); ++t) {
    const Track& track = song.tracks(t);
    const std::string place = fmt::format(".tracks[{}]", t);
    const std::string who = "track " + Quoted(track.name());
    uses.Add(track.file(), place + ".file", who);
    uses.AddClips(track.clips(), place, who);
    uses.Add(track.di(), place + ".di", who);
    uses.AddPrintOrInserts(track.print(), track.inserts(), place, who);
  }
  uses.AddBuses(song.buses(), "buses", "bus");
  uses.AddBuses(song.returns(), "returns", "return");
  uses.AddPrintOrInserts(song.master().print(), song.master().inserts(), ".master", "master");
  for (int v = 0; v < song.versions_size(); ++v) {
    const Version& version = song.versions(v);
    for (int r = 0; r < version.replace_size(); ++r) {
      uses.AddClips(
          version.replace(r).clips(), fmt::format(".versions[{}].replace[{}]", v, r),
          fmt::format("version {}: track {}", Quoted(version.name()), Quoted(version.replace(r).track())));
    }
  }
  return uses.Take();
}

std::vector<SourceUse> SourceUses(const Album& album) {
  std::vector<SourceUse> uses;
  for (int s = 0; s < album.songs_size(); ++s) {
    for (SourceUse& use : SourceUsesOf(album.songs(s))) {
      use.place = fmt::format("songs[{}]{}", s, use.place);
      use.who = fmt::format("song {}: {}", Quoted(album.songs(s).title()), use.who);
      uses.push_back(std::move(use));
    }
  }
  return uses;
}

}  // namespace trackout
