#include "core/spec/album_check.h"

#include <algorithm>
#include <map>

#include "core/limits.h"
#include "core/spec/check/checked_song.h"
#include "core/spec/check/deliver_check.h"
#include "core/spec/check/master_check.h"
#include "core/spec/check/mixer_check.h"
#include "core/spec/check/rate_check.h"
#include "core/spec/check/time_check.h"
#include "core/spec/check/version_check.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

std::vector<Finding> CheckSong(const Album& album, int song_index, Solo solo) {
  CheckedSong checked(album, song_index);
  const Song& song = checked.song();
  const int buses = song.buses_size() + song.returns_size();
  if (song.tracks().empty()) checked.Error("", "has no tracks; a song needs at least one");
  if (song.tracks_size() > kMostTracks || buses > kMostBuses) {
    checked.Error("", fmt::format("has {} tracks and {} buses and returns; {} and {} are the most",
                                  song.tracks_size(), buses, kMostTracks, kMostBuses));
    return checked.TakeFindings();
  }
  if (song.versions_size() > kMostVersions || song.edits_size() > kMostEdits) {
    checked.Error("",
                  fmt::format("has {} versions and {} edits; {} and {} are the most: make two albums of it",
                              song.versions_size(), song.edits_size(), kMostVersions, kMostEdits));
    return checked.TakeFindings();
  }
  CheckTimes(checked);
  CheckMixer(checked, solo);
  CheckMaster(checked);
  if (song.sample_rate() > 0) CheckInsertRates(checked, song.sample_rate());
  CheckVersions(checked);
  CheckEdits(checked);
  CheckDeliver(checked);
  return checked.TakeFindings();
}

}  // namespace

std::vector<Finding> CheckAlbum(const Album& album, Solo solo) {
  std::vector<Finding> findings;
  std::map<std::pair<std::string, std::string>, int>
      songs_with;  // of what the album's own `deliver` has wrong
  std::vector<std::pair<int, Finding>> found;
  for (int i = 0; i < album.songs_size(); ++i) {
    for (Finding& finding : CheckSong(album, i, solo)) {
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
