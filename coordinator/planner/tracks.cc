#include "coordinator/planner/tracks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "coordinator/planner/prints/whole_song.h"

namespace trackout {
namespace {

TrackSignal Playing(const Playlist& playlist) {
  TrackSignal signal;
  *signal.mutable_playlist() = playlist;
  return signal;
}

TrackSignal ProcessedSignal(const Mixer& mixer, int track) {
  const TimedTrack& timed = mixer.timeline.tracks[track];
  if (timed.print) return Playing(*timed.print);
  TrackSignal signal = Playing(timed.raw);
  signal.set_inverted(mixer.routing.track(track).polarity() == POLARITY_INVERTED);
  signal.set_delay_frames(mixer.timeline.FrameOf(mixer.routing.track(track).delay()));
  const std::vector<Processor>& inserts = mixer.timeline.inserts[track];
  signal.mutable_inserts()->Assign(inserts.begin(), inserts.end());
  return signal;
}

std::optional<TrackSignal> SignalOf(const Mixer& mixer, int track, int processing) {
  const TimedTrack& timed = mixer.timeline.tracks[track];
  switch (processing) {
    case PROCESSING_PROCESSED:
      return ProcessedSignal(mixer, track);
    case PROCESSING_DI:
      return timed.di ? std::optional(Playing(*timed.di)) : std::nullopt;
    default:
      return Playing(timed.raw);
  }
}

const char* VariantOf(int processing) {
  if (processing == PROCESSING_PROCESSED) return "processed";
  return processing == PROCESSING_DI ? "di" : "raw";
}

struct Members {
  std::string name;
  std::vector<int> tracks;  // in the order of the spec
};

// Which tracks make a file together, in the order of their first.
std::vector<Members> MembersOf(const Routing& routing, const TracksRequest& request) {
  std::map<int, const Combination*> combination_of;
  for (const Combination& combination : request.combine()) {
    for (const std::string& name : combination.tracks()) {
      const int track = name.starts_with("track:") ? routing.FindStrip(name) : routing.FindTrack(name);
      if (track >= 0) combination_of.emplace(track, &combination);
    }
  }
  std::vector<Members> files;
  std::map<const Combination*, size_t> file_of;
  for (int track = 0; track < routing.track_count(); ++track) {
    const auto found = combination_of.find(track);
    if (found == combination_of.end()) {
      files.push_back({routing.name(track), {track}});
      continue;
    }
    const auto [file, is_first] = file_of.emplace(found->second, files.size());
    if (is_first) {
      files.push_back({found->second->name(), {track}});
    } else {
      files[file->second].tracks.push_back(track);
    }
  }
  return files;
}

// Whether the mix has the track: as it is heard, or in the print of a bus that it runs into.
bool IsInTheMix(const Routing& routing, int track) {
  if (routing.IsHeard(track)) return true;
  for (int strip = track; !routing.IsMuted(strip); strip = routing.feed(strip)) {
    const int feed = routing.feed(strip);
    if (feed == kMaster) return false;
    if (routing.IsHeard(feed)) return routing.IsSource(feed);
  }
  return false;
}

TrackDelivery DeliveryOf(const Mixer& mixer, const Members& members, int processing) {
  TrackDelivery delivery{members.name, VariantOf(processing), true, mixer.routing.feed(members.tracks[0])};
  for (const int track : members.tracks) {
    std::optional<TrackSignal> signal = SignalOf(mixer, track, processing);
    if (!signal) continue;
    delivery.is_unused = delivery.is_unused && !IsInTheMix(mixer.routing, track);
    delivery.channels = std::max(delivery.channels, signal->playlist().channels());
    delivery.signals.push_back(std::move(*signal));
  }
  return delivery;
}

}  // namespace

std::vector<TrackDelivery> TrackDeliveriesOf(const Mixer& mixer, const TracksRequest& request) {
  std::vector<int> processings{PROCESSING_RAW};
  if (!request.processing().empty())
    processings.assign(request.processing().begin(), request.processing().end());
  std::vector<TrackDelivery> deliveries;
  for (const int processing : processings) {
    for (const Members& members : MembersOf(mixer.routing, request)) {
      TrackDelivery delivery = DeliveryOf(mixer, members, processing);
      if (!delivery.signals.empty()) deliveries.push_back(std::move(delivery));
    }
  }
  return deliveries;
}

void AddWhole(const Mixer& mixer, TrackFiles& files) {
  std::vector<int> needed;
  for (const TrackFile& file : files.tracks()) {
    for (const TrackSignal& signal : file.signals()) AddSidechains(signal.inserts(), needed);
  }
  if (needed.empty()) return;
  WholeSong whole = WholeSongOf(mixer, needed);
  for (TrackFile& file : *files.mutable_tracks()) {
    for (TrackSignal& signal : *file.mutable_signals()) PointSidechains(whole, *signal.mutable_inserts());
  }
  *files.mutable_whole() = std::move(whole.strips);
}

}  // namespace trackout
