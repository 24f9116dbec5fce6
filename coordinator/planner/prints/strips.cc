#include "coordinator/planner/prints/strips.h"

#include <optional>
#include <string>

#include "coordinator/planner/timeline/automation.h"

namespace trackout {
namespace {

using Lanes = google::protobuf::RepeatedPtrField<AutomationLane>;

constexpr double kFullWidth = 100;

PanLaw LawOf(const Album& album, PanLaw own) {
  if (own != PAN_LAW_UNSPECIFIED) return own;
  return album.pan_law() != PAN_LAW_UNSPECIFIED ? album.pan_law() : PAN_LAW_3DB;
}

void FillEnvelope(const Timeline& timeline, const Lanes& lanes, const std::string& parameter,
                  Envelope* (Strip::*field)(), Strip& strip) {
  Envelope envelope = EnvelopeOf(timeline, lanes, parameter);
  if (!envelope.points().empty()) *(strip.*field)() = std::move(envelope);
}

// What tracks and buses have alike.
template <typename Channel>
void FillSettings(const Mixer& mixer, const Channel& channel, PanLaw own_law, Strip& strip) {
  const Timeline& timeline = mixer.timeline;
  strip.set_fader_db(channel.fader());
  FillEnvelope(timeline, channel.automation(), "fader", &Strip::mutable_fader, strip);
  if (channel.has_width() && channel.width() != kFullWidth) strip.set_width(channel.width());
  const bool is_centred = channel.pan_size() == 1 && channel.pan(0) == 0;
  if (!is_centred) *strip.mutable_pan() = channel.pan();
  FillEnvelope(timeline, channel.automation(), "pan", &Strip::mutable_pan_automation, strip);
  // The law is for what is panned as a mono signal; one pan of a stereo signal balances.
  if (strip.channels() == 1 || channel.pan_size() > 1) strip.set_pan_law(LawOf(mixer.album, own_law));
  FillEnvelope(timeline, channel.automation(), "mute", &Strip::mutable_mute, strip);
}

// What a print has in it already.
template <typename Channel>
void FillBeforeInserts(const Timeline& timeline, const Channel& channel, Strip& strip) {
  strip.set_inverted(channel.polarity() == POLARITY_INVERTED);
  strip.set_delay_frames(timeline.FrameOf(channel.delay()));
}

const Lanes& LanesOf(const Routing& routing, int strip) {
  return routing.IsTrack(strip) ? routing.track(strip).automation() : routing.bus(strip).automation();
}

}  // namespace

int Mixer::channels() const {
  const ChannelLayout layout = song().master().channels();
  return layout == CHANNELS_UNSPECIFIED ? CHANNELS_STEREO : layout;
}

Envelope EnvelopeOf(const Timeline& timeline, const Lanes& lanes, const std::string& parameter) {
  for (const AutomationLane& lane : lanes) {
    if (lane.parameter() == parameter) return EnvelopeOf(lane, timeline.tempo, timeline.sample_rate);
  }
  return {};
}

Strip StripOf(const Mixer& mixer, int index) {
  const Routing& routing = mixer.routing;
  const Timeline& timeline = mixer.timeline;
  Strip strip;
  strip.set_channels(ChannelsOf(routing, timeline, index));
  strip.mutable_inserts()->Assign(timeline.inserts[index].begin(), timeline.inserts[index].end());
  if (routing.IsTrack(index)) {
    const TimedTrack& timed = timeline.tracks[index];
    *strip.mutable_playlist() = timed.print ? *timed.print : timed.raw;
    if (!timed.print) FillBeforeInserts(timeline, routing.track(index), strip);
    FillSettings(mixer, routing.track(index), routing.track(index).pan_law(), strip);
    return strip;
  }
  if (routing.IsSource(index)) {
    *strip.mutable_playlist() = timeline.bus_prints.at(index);
  } else {
    FillBeforeInserts(timeline, routing.bus(index), strip);
  }
  FillSettings(mixer, routing.bus(index), PAN_LAW_UNSPECIFIED, strip);
  return strip;
}

Send SendOf(const Mixer& mixer, int strip, const SendRequest& request) {
  Send send;
  Envelope level = EnvelopeOf(mixer.timeline, LanesOf(mixer.routing, strip), "send:" + request.to());
  if (level.points().empty()) {
    send.set_level_db(request.level());
  } else {
    *send.mutable_level() = std::move(level);
  }
  if (request.has_pan()) send.set_pan(request.pan());
  send.set_pre_fader(request.tap() == TAP_PRE_FADER);
  return send;
}

}  // namespace trackout
