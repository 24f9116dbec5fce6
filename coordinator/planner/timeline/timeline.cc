#include "coordinator/planner/timeline/timeline.h"

#include <algorithm>
#include <set>

#include "coordinator/planner/timeline/edits.h"
#include "coordinator/planner/timeline/extent.h"
#include "coordinator/planner/timeline/playlists.h"
#include "coordinator/planner/timeline/processors.h"
#include "coordinator/planner/timeline/session.h"
#include "core/spec/check/rate_check.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

int ChannelsOf(ChannelLayout layout) {
  return layout == CHANNELS_UNSPECIFIED ? CHANNELS_STEREO : layout;
}

// The written rate, or that of the sources where they agree: one for the song and its versions.
int RateOf(const Song& song, const Sources& sources, SongFindings& findings) {
  int rate = song.sample_rate();
  std::string first_path;
  std::set<std::string> told;
  for (const SourceUse& use : SourceUsesOf(song)) {
    const Source& source = sources.at(use.path);
    if (rate == 0) {
      rate = source.sample_rate();
      first_path = use.path;
    }
    if (source.sample_rate() == rate) continue;
    if (song.sample_rate() == 0) {
      findings.Error(use.place,
                     fmt::format("{}: {} has {} Hz, {} has {} Hz; write the song's sample_rate, and "
                                 "sources at another rate are converted",
                                 use.who, use.path, source.sample_rate(), first_path, rate));
      return rate;
    }
    if (!told.insert(use.path).second) continue;
    findings.Warning(use.place, fmt::format("{}: {} has {} Hz and is converted to the song's {} Hz", use.who,
                                            use.path, source.sample_rate(), rate));
  }
  return rate;
}

// What the tracks and printed buses of one version play.
class VersionResolver {
 public:
  VersionResolver(const Session& session, const Routing& routing, int version, Timeline& timeline)
      : session_(session), routing_(routing), version_(version), timeline_(timeline) {}

  void Resolve() {
    for (int t = 0; t < routing_.track_count(); ++t) timeline_.tracks.push_back(ResolveTrack(t));
    for (int strip = routing_.track_count(); strip < routing_.strip_count(); ++strip) ResolveBus(strip);
    for (int strip = 0; strip < routing_.strip_count(); ++strip) ResolveInserts(strip);
    ResolveMaster();
  }

 private:
  TimedTrack ResolveTrack(int index) {
    const Track& track = session_.song.tracks(index);
    const std::string place = fmt::format(".tracks[{}]", index);
    const ClipList list = ClipsOf(session_.song, version_, index);
    const std::vector<Stretch> silences = SilencesOf(session_, version_, index);
    TimedTrack timed;
    timed.raw = PlaylistOf(session_, list);
    if (!track.di().empty()) timed.di = ResolveTwin(index, list, timed.raw);
    if (!track.print().empty()) {
      timed.print =
          PrintedPlaylistOf(session_, track.print(), place + ".print", "track " + Quoted(track.name()));
    }
    CheckPrints(index, list, !silences.empty());
    CheckSides(track, place, list.who, timed.print ? timed.print->channels() : timed.raw.channels());
    if (!session_.findings.has_errors())
      WarnOfIdleSilences(track, timed.print ? *timed.print : timed.raw, silences);
    timed.raw.mutable_silences()->Assign(silences.begin(), silences.end());
    if (timed.di) *timed.di->mutable_silences() = timed.raw.silences();
    if (timed.print) *timed.print->mutable_silences() = timed.raw.silences();
    return timed;
  }

  std::optional<Playlist> ResolveTwin(int index, const ClipList& list, const Playlist& raw) {
    if (list.origin != ClipList::Origin::kVersion) {
      // A track with an error in its clips has none to be the twin of.
      if (raw.regions_size() != static_cast<int>(list.clips.size())) return std::nullopt;
      return TwinOf(session_, index, list, raw);
    }
    session_.findings.Warning(
        list.place,
        fmt::format("{} has other clips there, of which its di is not the twin; the di is left out of "
                    "this version",
                    list.who));
    return std::nullopt;
  }

  // A silence that silences nothing has been written beside what it should hide.
  void WarnOfIdleSilences(const Track& track, const Playlist& plays, const std::vector<Stretch>& silences) {
    for (const Stretch& silence : silences) {
      const auto plays_there = [&](const Region& region) {
        return region.start_frame() < silence.to_frame() &&
               silence.from_frame() < region.start_frame() + region.frame_count();
      };
      if (std::any_of(plays.regions().begin(), plays.regions().end(), plays_there)) continue;
      session_.findings.Warning(
          fmt::format(".versions[{}]", version_),
          fmt::format("version {}: track {} plays nothing from {} to {}, so there is nothing to silence",
                      Quoted(session_.song.versions(version_).name()), Quoted(track.name()),
                      session_.Seconds(silence.from_frame()), session_.Seconds(silence.to_frame())));
    }
  }

  // A print plays on whatever its clips do: the track's own, or that of a bus on its way.
  void CheckPrints(int index, const ClipList& list, bool has_silences) {
    const Track& track = session_.song.tracks(index);
    const bool is_replaced = list.origin == ClipList::Origin::kVersion;
    if (is_replaced && !track.print().empty()) {
      session_.findings.Error(
          list.place,
          fmt::format("{} has a print, which stands in for its clips, so other clips would not be "
                      "heard; take the track out of replace (`silence` works on prints), or take the "
                      "print out of the track",
                      list.who));
    }
    if (!is_replaced && !has_silences) return;
    for (int bus = routing_.feed(index); bus >= 0; bus = routing_.feed(bus)) {
      if (routing_.bus(bus).print().empty()) continue;
      const std::string& version_name = session_.song.versions(version_).name();
      session_.findings.Warning(
          fmt::format(".versions[{}]", version_),
          fmt::format(
              "version {}: track {} runs into the bus {}, whose print plays on as it is: mixes and stems "
              "do not hear the change",
              Quoted(version_name), Quoted(track.name()), Quoted(routing_.name(bus))));
      return;
    }
  }

  // `channels`: 0 where there was an error.
  void CheckSides(const Track& track, const std::string& place, const std::string& who, int channels) {
    if (channels == 0 || channels == CHANNELS_STEREO) return;
    if (track.has_width() && track.width() != 100) {
      session_.findings.Error(place + ".width",
                              fmt::format("{}: width is for stereo, and this track has {}; leave width out",
                                          who, ChannelsText(channels)));
    }
    if (track.pan_size() == 2) {
      session_.findings.Error(
          place + ".pan",
          fmt::format(
              "{}: a pan for each side ([left, right]) is for stereo, and this track has {}; write one pan",
              who, ChannelsText(channels)));
    }
  }

  // Below the song: ".tracks[3]".
  std::string PlaceOf(int strip) const {
    const Song& song = session_.song;
    if (routing_.IsTrack(strip)) return fmt::format(".tracks[{}]", strip);
    const bool is_return = routing_.IsReturn(strip);
    const int index = strip - song.tracks_size() - (is_return ? song.buses_size() : 0);
    return fmt::format(".{}[{}]", is_return ? "returns" : "buses", index);
  }

  std::string WhoIs(int strip) const {
    const char* noun = routing_.IsTrack(strip) ? "track" : routing_.IsReturn(strip) ? "return" : "bus";
    return fmt::format("{} {}", noun, Quoted(routing_.name(strip)));
  }

  void ResolveInserts(int strip) {
    std::vector<Processor>& processors = timeline_.inserts.emplace_back();
    const auto resolve = [&](const auto& channel) {
      if (!channel.print().empty()) return;
      const int channels = trackout::ChannelsOf(routing_, timeline_, strip);
      processors = ProcessorsOf(session_, routing_,
                                {strip, channel.automation(), PlaceOf(strip), WhoIs(strip), channels});
    };
    routing_.IsTrack(strip) ? resolve(routing_.track(strip)) : resolve(routing_.bus(strip));
  }

  void ResolveMaster() {
    const Master& master = session_.song.master();
    const int channels = ChannelsOf(master.channels());
    if (master.print().empty()) {
      timeline_.master_inserts =
          ProcessorsOf(session_, routing_, {kMaster, master.automation(), ".master", "master", channels});
      return;
    }
    timeline_.master_print = PrintedPlaylistOf(session_, master.print(), ".master.print", "master");
    if (!timeline_.master_print || timeline_.master_print->channels() == channels) return;
    session_.findings.Error(
        ".master.print",
        fmt::format("master: its print {} has {}, the master has {}; write its `channels`, or print as many",
                    SourcePath(session_.song, master.print()),
                    ChannelsText(timeline_.master_print->channels()), ChannelsText(channels)));
  }

  void ResolveBus(int strip) {
    const Bus& bus = routing_.bus(strip);
    if (bus.print().empty()) return;
    const Song& song = session_.song;
    const bool is_return = routing_.IsReturn(strip);
    const std::string place = PlaceOf(strip) + ".print";
    const std::string who = WhoIs(strip);
    const std::optional<Playlist> print = PrintedPlaylistOf(session_, bus.print(), place, who);
    if (!print) return;
    if (print->channels() != ChannelsOf(bus.channels())) {
      session_.findings.Error(
          place, fmt::format("{}: its print {} has {}, the {} has {}; write its `channels`, or print as many",
                             who, SourcePath(song, bus.print()), ChannelsText(print->channels()),
                             is_return ? "return" : "bus", ChannelsText(ChannelsOf(bus.channels()))));
      return;
    }
    timeline_.bus_prints[strip] = *print;
  }

  const Session& session_;
  const Routing& routing_;
  const int version_;
  Timeline& timeline_;
};

// Over the song and all of its versions, whose deliverables have one length. Errors of another version than
// `resolved` are told when that one is resolved.
SoundEnd EndOfAll(const Session& session, int song_index, const Routing& routing, int version,
                  const Timeline& resolved) {
  SoundEnd end = SoundEndOf(session, routing, resolved);
  std::vector<Finding> told_elsewhere;
  SongFindings findings(session.song, song_index, told_elsewhere);
  const Session quiet{session.song, session.sources, session.sample_rate, session.tempo, findings};
  for (int v = -1; v < session.song.versions_size(); ++v) {
    if (v == version) continue;
    Timeline other;
    VersionResolver(quiet, routing, v, other).Resolve();
    end = Later(end, SoundEndOf(quiet, routing, other));
  }
  return end;
}

}  // namespace

int ChannelsOf(const Routing& routing, const Timeline& timeline, int strip) {
  if (!routing.IsTrack(strip)) return ChannelsOf(routing.bus(strip).channels());
  const TimedTrack& track = timeline.tracks[strip];
  return track.print ? track.print->channels() : track.raw.channels();
}

Timeline ResolveTimeline(const Album& album, int song_index, int version, const Sources& sources,
                         std::vector<Finding>& findings) {
  const Song& song = album.songs(song_index);
  SongFindings told(song, song_index, findings);
  Timeline timeline;
  if (version >= 0) timeline.version = song.versions(version).name();
  timeline.sample_rate = RateOf(song, sources, told);
  timeline.tempo = TempoMap(song);
  const Session session{song, sources, timeline.sample_rate, timeline.tempo, told};
  const Routing routing(song);
  if (song.sample_rate() == 0 && version < 0) {  // else the check has looked
    for (Finding& finding : CheckInsertsAtRate(album, song_index, timeline.sample_rate))
      findings.push_back(std::move(finding));
  }
  VersionResolver(session, routing, version, timeline).Resolve();
  // Where a clip is wrong nobody knows the end of the song.
  if (!told.has_errors()) {
    SetExtent(session, EndOfAll(session, song_index, routing, version, timeline), timeline);
    SetPrintWindow(session, routing, timeline);
  }
  timeline.edits = EditsOf(session, timeline);
  return timeline;
}

}  // namespace trackout
