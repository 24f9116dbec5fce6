// The settings of a track, a bus or a return as a strip of a print, all times as frames. Pure.
#pragma once

#include "coordinator/planner/timeline/timeline.h"
#include "core/spec/routing.h"
#include "proto/album.pb.h"
#include "proto/render.pb.h"

namespace trackout {

// The mixer of one version of a song. What it names must outlive it.
struct Mixer {
  const Album& album;
  const Routing& routing;
  const Timeline& timeline;

  const Song& song() const { return routing.song(); }
  int channels() const;  // the master's
};

// Everything of a strip but whom it feeds and sends to. A source has its playlist; one that is a print has
// neither polarity nor delay nor inserts: they are in it. The side-chains of inserts are strips of the song
// as yet.
Strip StripOf(const Mixer& mixer, int strip);

// A send of a strip, but for `to`.
Send SendOf(const Mixer& mixer, int strip, const SendRequest& request);

// The automation of a parameter ("fader", "send:Verb"); without points where there is none.
Envelope EnvelopeOf(const Timeline& timeline, const google::protobuf::RepeatedPtrField<AutomationLane>& lanes,
                    const std::string& parameter);

}  // namespace trackout
