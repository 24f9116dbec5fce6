#include "coordinator/planner/timeline.h"

#include <algorithm>
#include <optional>

#include "core/spec/spec_values.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// The clips of a track; a file is one clip at 0.
std::vector<Clip> ClipsOf(const Track& track) {
  if (track.file().empty()) return {track.clips().begin(), track.clips().end()};
  Clip whole;
  whole.set_file(track.file());
  return {whole};
}

std::string ClipPlace(const std::string& track_place, const Track& track, int clip, const std::string& key) {
  if (!track.file().empty()) return track_place + ".file";
  return fmt::format("{}.clips[{}].{}", track_place, clip, key);
}

std::string Seconds(int64_t frames, int sample_rate) {
  return fmt::format("{:.3f} s", static_cast<double>(frames) / sample_rate);
}

class SongResolver {
 public:
  SongResolver(const Album& album, int song_index, const Sources& sources, std::vector<Finding>& findings)
      : song_(album.songs(song_index)),
        place_(fmt::format("songs[{}]", song_index)),
        sources_(sources),
        findings_(findings) {}

  Timeline Resolve() {
    FindRate();
    for (int i = 0; i < song_.tracks_size(); ++i) {
      const RawTrack& track = timeline_.tracks.emplace_back(ResolveTrack(i));
      for (const Region& region : track.regions()) {
        timeline_.frames = std::max(timeline_.frames, region.start_frame() + region.frame_count());
      }
    }
    return std::move(timeline_);
  }

 private:
  void Add(Finding::Severity severity, const std::string& place, const std::string& message) {
    Finding& finding = findings_.emplace_back();
    finding.set_severity(severity);
    finding.set_place(place);
    finding.set_message(fmt::format("song {}: {}", Quoted(song_.title()), message));
  }

  // The written rate, or that of the sources where they agree.
  void FindRate() {
    timeline_.sample_rate = song_.sample_rate();
    std::string first_path;
    for (int i = 0; i < song_.tracks_size(); ++i) {
      const std::vector<Clip> clips = ClipsOf(song_.tracks(i));
      for (size_t c = 0; c < clips.size(); ++c) {
        const std::string path = SourcePath(song_, clips[c].file());
        const Source& source = sources_.at(path);
        const std::string place =
            ClipPlace(fmt::format("{}.tracks[{}]", place_, i), song_.tracks(i), static_cast<int>(c), "file");
        if (timeline_.sample_rate == 0) {
          timeline_.sample_rate = source.sample_rate();
          first_path = path;
        } else if (source.sample_rate() != timeline_.sample_rate) {
          TellRate(place, song_.tracks(i), path, source, first_path);
        }
      }
    }
  }

  void TellRate(const std::string& place, const Track& track, const std::string& path, const Source& source,
                const std::string& first_path) {
    const std::string wanted = first_path.empty()
                                   ? fmt::format("the song is at {} Hz", timeline_.sample_rate)
                                   : fmt::format("{} has {} Hz", first_path, timeline_.sample_rate);
    Add(Finding::error, place,
        fmt::format("track {}: {} has a sample rate of {} Hz, {}; converting rates is not supported yet, "
                    "convert the source",
                    Quoted(track.name()), path, source.sample_rate(), wanted));
  }

  RawTrack ResolveTrack(int index) {
    const Track& track = song_.tracks(index);
    const std::string place = fmt::format("{}.tracks[{}]", place_, index);
    RawTrack resolved;
    const std::vector<Clip> clips = ClipsOf(track);
    for (int c = 0; c < static_cast<int>(clips.size()); ++c) {
      const std::string path = SourcePath(song_, clips[c].file());
      const Source& source = sources_.at(path);
      const std::string file_place = ClipPlace(place, track, c, "file");
      if (source.channels() > 2) {
        Add(Finding::error, file_place,
            fmt::format("track {}: {} has {} channels; more than two are not supported yet",
                        Quoted(track.name()), path, source.channels()));
      } else if (resolved.channels() != 0 && resolved.channels() != source.channels()) {
        Add(Finding::error, file_place,
            fmt::format("track {}: {} has {} channel(s), the clips before it {}; a track is mono or stereo",
                        Quoted(track.name()), path, source.channels(), resolved.channels()));
      }
      resolved.set_channels(source.channels());
      const std::optional<Region> region = ResolveClip(track, place, c, clips[c], source);
      if (region) *resolved.add_regions() = *region;
    }
    WarnOfOverlaps(track, place, resolved);
    return resolved;
  }

  std::optional<Region> ResolveClip(const Track& track, const std::string& track_place, int index,
                                    const Clip& clip, const Source& source) {
    const int rate = timeline_.sample_rate;
    const int64_t offset = Frames(clip.offset(), rate).value_or(0);
    if (offset >= source.frames()) {
      Add(Finding::error, ClipPlace(track_place, track, index, "offset"),
          fmt::format("track {}: offset {} lies behind the end of {} ({})", Quoted(track.name()),
                      Seconds(offset, rate), clip.file(), Seconds(source.frames(), rate)));
      return std::nullopt;
    }
    const int64_t rest = source.frames() - offset;
    const int64_t length = clip.has_length() ? Frames(clip.length(), rate).value_or(0) : rest;
    if (length < 1 || length > rest) {
      Add(Finding::error, ClipPlace(track_place, track, index, "length"),
          length < 1
              ? fmt::format("track {}: the clip of {} has no length", Quoted(track.name()), clip.file())
              : fmt::format("track {}: length {} reaches beyond the end of {}, which has {} after the offset",
                            Quoted(track.name()), Seconds(length, rate), clip.file(), Seconds(rest, rate)));
      return std::nullopt;
    }
    Region region;
    *region.mutable_source() = source.digest();
    region.set_start_frame(Frames(clip.start(), rate).value_or(0));
    region.set_offset_frame(offset);
    region.set_frame_count(length);
    region.set_gain_db(clip.gain());
    return region;
  }

  void WarnOfOverlaps(const Track& track, const std::string& place, const RawTrack& resolved) {
    for (int b = 1; b < resolved.regions_size(); ++b) {
      for (int a = 0; a < b; ++a) {
        const Region& one = resolved.regions(a);
        const Region& other = resolved.regions(b);
        if (one.start_frame() + one.frame_count() <= other.start_frame() ||
            other.start_frame() + other.frame_count() <= one.start_frame()) {
          continue;
        }
        Add(Finding::warning, fmt::format("{}.clips[{}]", place, b),
            fmt::format("track {}: clip {} overlaps clip {}, and neither is faded; they add up",
                        Quoted(track.name()), b + 1, a + 1));
        return;
      }
    }
  }

  const Song& song_;
  const std::string place_;
  const Sources& sources_;
  std::vector<Finding>& findings_;
  Timeline timeline_;
};

}  // namespace

std::string SourcePath(const Song& song, const std::string& file) {
  if (song.folder().empty() || file.starts_with('/')) return file;
  return song.folder() + (song.folder().ends_with('/') ? "" : "/") + file;
}

std::vector<SourceUse> SourceUses(const Album& album) {
  std::vector<SourceUse> uses;
  for (int s = 0; s < album.songs_size(); ++s) {
    const Song& song = album.songs(s);
    for (int t = 0; t < song.tracks_size(); ++t) {
      const std::vector<Clip> clips = ClipsOf(song.tracks(t));
      for (int c = 0; c < static_cast<int>(clips.size()); ++c) {
        if (clips[c].file().empty()) continue;  // the reader has told of it
        uses.push_back(
            {SourcePath(song, clips[c].file()),
             ClipPlace(fmt::format("songs[{}].tracks[{}]", s, t), song.tracks(t), c, "file"),
             fmt::format("song {}: track {}", Quoted(song.title()), Quoted(song.tracks(t).name()))});
      }
    }
  }
  return uses;
}

Timeline ResolveTimeline(const Album& album, int song_index, const Sources& sources,
                         std::vector<Finding>& findings) {
  return SongResolver(album, song_index, sources, findings).Resolve();
}

}  // namespace trackout
