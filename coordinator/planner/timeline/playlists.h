// Clips laid out: what a track plays, as the spec says it, held against the files that it reads. Pure.
//
// Every function tells what is wrong to session.findings; what it returns is whole where nothing was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/planner/timeline/session.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// The clips that a track has in one version of the song, and where the spec says so.
struct ClipList {
  enum class Origin { kFile, kClips, kVersion };  // the track's `file` or `clips`, or a version's `replace`
  Origin origin = Origin::kClips;
  std::string who;    // for messages: track "Vox", or version "Clean": track "Vox"
  std::string place;  // below the song, of what holds them: ".tracks[3]", ".versions[0].replace[1]"
  std::vector<Clip> clips;

  // Of one of its clips: ".tracks[3].clips[0].offset". A `file` has no such keys: the file's.
  std::string PlaceOf(int clip, const std::string& key) const;
};

// `version`: an index into the song's versions; -1: the song itself.
ClipList ClipsOf(const Song& song, int version, int track);

// Layouts are known by their number of channels: 1, 2, 3, 4, 6, 8.
bool IsLayout(int channels);

// "1 channel", "2 channels".
std::string ChannelsText(int channels);

// One region for each clip. The channels of the track are those of its clips, which must agree.
Playlist PlaylistOf(const Session& session, const ClipList& list);

// The unprocessed twin: the same regions of another file. Where a clip picks channels, so does the twin's, if
// its file has as many channels as the track's; else the twin is all of its file's. Nullopt where it does not
// fit.
std::optional<Playlist> TwinOf(const Session& session, int track, const ClipList& list, const Playlist& raw);

// A whole file from frame 0 on.
Playlist WholeFileOf(const Session& session, const Source& source);

// The same of a print, as it is. Nullopt where it has no layout, or nothing in it.
std::optional<Playlist> PrintedPlaylistOf(const Session& session, const std::string& file,
                                          const std::string& place, const std::string& who);

// Where a version silences a track: ascending, apart from each other.
std::vector<Stretch> SilencesOf(const Session& session, int version, int track);

}  // namespace trackout
