#include "coordinator/planner/timeline/playlists.h"

#include <algorithm>
#include <numeric>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

int64_t EndOf(const Region& region) {
  return region.start_frame() + region.frame_count();
}

// The channels that a clip reads, from 0; none: all of the file, in order. Nullopt where there is an error.
std::optional<std::vector<int>> PickedChannels(const Session& session, const ClipList& list, int index) {
  const Clip& clip = list.clips[index];
  const int in_file = session.SourceOf(clip.file()).channels();
  const std::string path = SourcePath(session.song, clip.file());
  std::vector<int> picked;
  for (const int channel : clip.channels()) {
    if (channel >= 1 && channel <= in_file) {
      picked.push_back(channel - 1);
      continue;
    }
    session.findings.Error(list.PlaceOf(index, "channels"),
                           fmt::format("{}: no channel {} in {}, which has {}; channels count from 1",
                                       list.who, channel, path, ChannelsText(in_file)));
    return std::nullopt;
  }
  if (picked.empty() && !IsLayout(in_file)) {
    const std::string remedy =
        list.origin == ClipList::Origin::kFile
            ? fmt::format("make it a clip that picks some: clips: [{{file: {}, channels: [1, 2]}}]",
                          clip.file())
            : "pick some with `channels`";
    session.findings.Error(list.PlaceOf(index, "file"),
                           fmt::format("{}: {} has {}, which is no layout (1, 2, 3, 4, 6 or 8); {}", list.who,
                                       path, ChannelsText(in_file), remedy));
    return std::nullopt;
  }
  std::vector<int> all(in_file);
  std::iota(all.begin(), all.end(), 0);
  if (picked == all) picked.clear();  // equal sound is to be an equal job
  return picked;
}

void SetFade(int64_t frames, FadeShape shape, Fade& fade) {
  fade.set_frames(frames);
  fade.set_shape(shape);
}

// False where they are longer than the clip.
bool SetFades(const Session& session, const ClipList& list, int index, Region& region) {
  const Clip& clip = list.clips[index];
  const int64_t in = session.FrameOf(clip.fade_in());
  const int64_t out = session.FrameOf(clip.fade_out());
  if (in + out > region.frame_count()) {
    session.findings.Error(
        list.PlaceOf(index, in > 0 ? "fade_in" : "fade_out"),
        fmt::format(
            "{}: fade_in and fade_out of the clip of {} last {} together, the clip lasts {}; shorten them",
            list.who, clip.file(), session.Seconds(in + out), session.Seconds(region.frame_count())));
    return false;
  }
  if (in > 0) SetFade(in, clip.fade_shape(), *region.mutable_fade_in());
  if (out > 0) SetFade(out, clip.fade_shape(), *region.mutable_fade_out());
  return true;
}

// Nullopt where there is an error.
std::optional<Region> RegionOf(const Session& session, const ClipList& list, int index) {
  const Clip& clip = list.clips[index];
  const Source& source = session.SourceOf(clip.file());
  const int64_t in_file = session.FramesOf(source);
  const int64_t offset = session.FrameOf(clip.offset());
  if (offset >= in_file) {
    session.findings.Error(list.PlaceOf(index, "offset"),
                           fmt::format("{}: offset {} lies behind the end of {} ({})", list.who,
                                       session.Seconds(offset), clip.file(), session.Seconds(in_file)));
    return std::nullopt;
  }
  const int64_t rest = in_file - offset;
  const int64_t length = clip.has_length() ? session.FrameOf(clip.length()) : rest;
  if (length < 1 || length > rest) {
    session.findings.Error(
        list.PlaceOf(index, "length"),
        length < 1 ? fmt::format("{}: the clip of {} has no length", list.who, clip.file())
                   : fmt::format("{}: length {} reaches beyond the end of {}, which has {} after the offset",
                                 list.who, session.Seconds(length), clip.file(), session.Seconds(rest)));
    return std::nullopt;
  }
  Region region;
  *region.mutable_source() = source.digest();
  region.set_start_frame(session.FrameOf(clip.start()));
  region.set_offset_frame(offset);
  region.set_frame_count(length);
  region.set_gain_db(clip.gain());
  region.set_source_rate(session.RateToConvert(source));
  if (!SetFades(session, list, index, region)) return std::nullopt;
  return region;
}

// Whether the region is faded anywhere from `from` to `to`.
bool IsFaded(const Region& region, int64_t from, int64_t to) {
  return from < region.start_frame() + region.fade_in().frames() ||
         to > EndOf(region) - region.fade_out().frames();
}

// Of the first place only. `clips` are the numbers of the regions' clips.
void WarnOfOverlaps(const Session& session, const ClipList& list, const Playlist& playlist,
                    const std::vector<int>& clips) {
  std::vector<int> by_start(playlist.regions_size());
  std::iota(by_start.begin(), by_start.end(), 0);
  std::stable_sort(by_start.begin(), by_start.end(), [&](int a, int b) {
    return playlist.regions(a).start_frame() < playlist.regions(b).start_frame();
  });
  for (size_t i = 0; i < by_start.size(); ++i) {
    const Region& one = playlist.regions(by_start[i]);
    for (size_t j = i + 1; j < by_start.size(); ++j) {
      const Region& other = playlist.regions(by_start[j]);
      if (other.start_frame() >= EndOf(one)) break;
      const int64_t to = std::min(EndOf(one), EndOf(other));
      if (IsFaded(one, other.start_frame(), to) || IsFaded(other, other.start_frame(), to)) continue;
      const auto [first, second] = std::minmax(clips[by_start[i]], clips[by_start[j]]);
      session.findings.Warning(
          fmt::format("{}.clips[{}]", list.place, second),
          fmt::format("{}: clip {} overlaps clip {}, and neither is faded there; they add up", list.who,
                      second + 1, first + 1));
      return;
    }
  }
}

// Nullopt where the twin's file has no layout to offer.
std::optional<int> TwinChannels(const Session& session, int track, int in_file, int in_twin,
                                const Playlist& raw) {
  if (in_twin == in_file) return raw.channels();
  if (IsLayout(in_twin)) return in_twin;
  session.findings.Error(
      fmt::format(".tracks[{}].di", track),
      fmt::format(
          "track {}: its di {} has {}, which is no layout (1, 2, 3, 4, 6 or 8); give the twin as many "
          "channels as the track's file has, or one of these",
          Quoted(session.song.tracks(track).name()),
          SourcePath(session.song, session.song.tracks(track).di()), ChannelsText(in_twin)));
  return std::nullopt;
}

// What keeps the twin from standing in for the track's file; empty where nothing does.
std::string TwinMisfit(const Session& session, const std::string& twin_file, const ClipList& list,
                       const Playlist& raw) {
  const std::string path = SourcePath(session.song, list.clips.front().file());
  for (const Clip& clip : list.clips) {
    if (clip.file() == list.clips.front().file()) continue;
    return fmt::format("its clips read {} and {}, one di is the twin of one file; make a track of each file",
                       path, SourcePath(session.song, clip.file()));
  }
  const Source& file = session.SourceOf(list.clips.front().file());
  const Source& twin = session.SourceOf(twin_file);
  const std::string twin_path = SourcePath(session.song, twin_file);
  if (twin.sample_rate() != file.sample_rate()) {
    return fmt::format("its di {} has {} Hz, {} has {} Hz; give the twin the rate of the track's file",
                       twin_path, twin.sample_rate(), path, file.sample_rate());
  }
  int64_t needed = 0;
  for (const Region& region : raw.regions())
    needed = std::max(needed, region.offset_frame() + region.frame_count());
  if (session.FramesOf(twin) >= needed) return "";
  return fmt::format(
      "its di {} has {} frames at {} Hz, the clips of {} need {}; give the twin the length of the track's "
      "file",
      twin_path, session.FramesOf(twin), session.sample_rate, path, needed);
}

}  // namespace

std::string ClipList::PlaceOf(int clip, const std::string& key) const {
  if (origin == Origin::kFile) return place + ".file";
  return fmt::format("{}.clips[{}].{}", place, clip, key);
}

ClipList ClipsOf(const Song& song, int version, int track_index) {
  const Track& track = song.tracks(track_index);
  ClipList list;
  list.who = "track " + Quoted(track.name());
  for (int r = 0; version >= 0 && r < song.versions(version).replace_size(); ++r) {
    const Replacement& replacement = song.versions(version).replace(r);
    if (replacement.track() != track.name()) continue;
    list.origin = ClipList::Origin::kVersion;
    list.who = fmt::format("version {}: {}", Quoted(song.versions(version).name()), list.who);
    list.place = fmt::format(".versions[{}].replace[{}]", version, r);
    list.clips.assign(replacement.clips().begin(), replacement.clips().end());
    return list;
  }
  list.place = fmt::format(".tracks[{}]", track_index);
  if (track.file().empty()) {
    list.clips.assign(track.clips().begin(), track.clips().end());
  } else {
    list.origin = ClipList::Origin::kFile;
    list.clips.emplace_back().set_file(track.file());
  }
  return list;
}

bool IsLayout(int channels) {
  return (channels >= 1 && channels <= 4) || channels == 6 || channels == 8;
}

std::string ChannelsText(int channels) {
  return fmt::format("{} channel{}", channels, channels == 1 ? "" : "s");
}

Playlist PlaylistOf(const Session& session, const ClipList& list) {
  Playlist playlist;
  std::vector<int> clips;  // of the regions
  for (int c = 0; c < static_cast<int>(list.clips.size()); ++c) {
    const std::optional<std::vector<int>> picked = PickedChannels(session, list, c);
    std::optional<Region> region = RegionOf(session, list, c);
    if (!picked) continue;
    const int channels = picked->empty() ? session.SourceOf(list.clips[c].file()).channels()
                                         : static_cast<int>(picked->size());
    if (playlist.channels() == 0) playlist.set_channels(channels);
    if (playlist.channels() != channels) {
      session.findings.Error(
          list.PlaceOf(c, list.clips[c].channels().empty() ? "file" : "channels"),
          fmt::format(
              "{}: clip {} ({}) has {}, the clips before it {}; the clips of a track have equally many "
              "(`channels` picks some of a file's)",
              list.who, c + 1, SourcePath(session.song, list.clips[c].file()), ChannelsText(channels),
              playlist.channels()));
    }
    if (!region) continue;
    region->mutable_channels()->Assign(picked->begin(), picked->end());
    clips.push_back(c);
    *playlist.add_regions() = *std::move(region);
  }
  WarnOfOverlaps(session, list, playlist, clips);
  return playlist;
}

std::optional<Playlist> TwinOf(const Session& session, int track, const ClipList& list, const Playlist& raw) {
  if (list.clips.empty()) return std::nullopt;
  const std::string& file = session.song.tracks(track).di();
  const std::string misfit = TwinMisfit(session, file, list, raw);
  if (!misfit.empty()) {
    session.findings.Error(fmt::format(".tracks[{}].di", track),
                           fmt::format("track {}: {}", Quoted(session.song.tracks(track).name()), misfit));
    return std::nullopt;
  }
  const Source& source = session.SourceOf(file);
  const int in_file = session.SourceOf(list.clips.front().file()).channels();
  const std::optional<int> channels = TwinChannels(session, track, in_file, source.channels(), raw);
  if (!channels) return std::nullopt;
  Playlist twin = raw;
  twin.set_channels(*channels);
  for (Region& region : *twin.mutable_regions()) {
    *region.mutable_source() = source.digest();
    if (source.channels() != in_file) region.clear_channels();
  }
  return twin;
}

Playlist WholeFileOf(const Session& session, const Source& source) {
  Playlist whole;
  whole.set_channels(source.channels());
  Region& region = *whole.add_regions();
  *region.mutable_source() = source.digest();
  region.set_frame_count(session.FramesOf(source));
  region.set_source_rate(session.RateToConvert(source));
  return whole;
}

std::optional<Playlist> PrintedPlaylistOf(const Session& session, const std::string& file,
                                          const std::string& place, const std::string& who) {
  const Source& source = session.SourceOf(file);
  const std::string path = SourcePath(session.song, file);
  if (source.frames() < 1) {
    session.findings.Error(place, fmt::format("{}: there is no sound in its print {}", who, path));
    return std::nullopt;
  }
  if (!IsLayout(source.channels())) {
    session.findings.Error(
        place,
        fmt::format("{}: its print {} has {}, which is no layout (1, 2, 3, 4, 6 or 8); print one of these",
                    who, path, ChannelsText(source.channels())));
    return std::nullopt;
  }
  return WholeFileOf(session, source);
}

std::vector<Stretch> SilencesOf(const Session& session, int version, int track) {
  std::vector<Stretch> stretches;
  if (version < 0) return stretches;
  const Version& its_version = session.song.versions(version);
  const std::string& name = session.song.tracks(track).name();
  for (int s = 0; s < its_version.silence_size(); ++s) {
    if (its_version.silence(s).track() != name) continue;
    for (const TimeRange& range : its_version.silence(s).ranges()) {
      Stretch stretch;
      stretch.set_from_frame(session.FrameOf(range.from()));
      stretch.set_to_frame(session.FrameOf(range.to()));
      if (stretch.from_frame() < stretch.to_frame()) {
        stretches.push_back(stretch);
        continue;
      }
      session.findings.Error(
          fmt::format(".versions[{}].silence[{}]", version, s),
          fmt::format(
              "version {}: track {}: the silence from {} to {} ends before it begins; write [from, to]",
              Quoted(its_version.name()), Quoted(name), session.Seconds(stretch.from_frame()),
              session.Seconds(stretch.to_frame())));
    }
  }
  std::sort(stretches.begin(), stretches.end(),
            [](const Stretch& a, const Stretch& b) { return a.from_frame() < b.from_frame(); });
  std::vector<Stretch> apart;
  for (const Stretch& stretch : stretches) {
    if (apart.empty() || stretch.from_frame() > apart.back().to_frame()) {
      apart.push_back(stretch);
    } else {
      apart.back().set_to_frame(std::max(apart.back().to_frame(), stretch.to_frame()));
    }
  }
  return apart;
}

}  // namespace trackout
