// The way from a strip into a sum: from its tap (before the fader) through fader, width, pan and mute into
// the layout of what it feeds; or through a send.
//
// What does not move is folded into one matrix: polarity, fader, level, width, pan, layouts. What moves are
// gains, one for each sample, each a function of the frame of the song.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/render.pb.h"
#include "worker/dsp/envelope.h"
#include "worker/dsp/layout.h"
#include "worker/render/graph/signal.h"

namespace trackout {

using EnvelopePoints = std::vector<dsp::EnvelopePoint>;

struct Edge {
  // A pan that moves: the signal goes through `before` (width), then each channel by its gain, then `matrix`.
  struct MovingPan {
    dsp::PanLaw law;
    dsp::Matrix before;
    EnvelopePoints points;
  };

  dsp::Matrix matrix;
  std::optional<MovingPan> pan;
  EnvelopePoints fader;  // in dB; empty: does not move
  EnvelopePoints level;  // of a send, in dB
  EnvelopePoints mute;
  int64_t mute_ramp = 0;  // frames
};

// nullopt: nothing ever passes. The strip passed CheckPrint (render/job_check.h).
std::optional<Edge> FeedOf(const Strip& strip, int to_channels, int sample_rate);
std::optional<Edge> SendOf(const Strip& strip, const Send& send, int to_channels, int sample_rate);

// What changes nothing, and whether an edge is such.
Edge WireOf(int channels);
bool IsWire(const Edge& edge);
// The same signal, times a gain that may move (in dB).
Edge GainOf(int channels, double gain, EnvelopePoints moving = {});

// Equal edges have equal encodings.
std::string EncodingOf(const Edge& edge);

// Empty where the parameter does not move; what it is then is multiplied into `constant`.
EnvelopePoints MovingLevel(const Envelope& envelope, double& constant);

// Buffers for one thread, each of a piece's frames.
struct Scratch {
  explicit Scratch(size_t frames)
      : gains(2, frames),
        panned(dsp::kMostChannels, frames),
        pan_gains(dsp::kMostChannels, frames),
        samples(dsp::kMostChannels, frames) {}
  Block gains;
  Block panned;
  Block pan_gains;
  Block samples;
};

// out += what the edge makes of `in`, whose first frame is this one of the song.
void AddThrough(const Edge& edge, int64_t first_frame, const ConstPlanes& in, const Planes& out,
                Scratch& scratch);

}  // namespace trackout
