#include "worker/render/graph/edge.h"

#include <algorithm>
#include <cstring>

#include "worker/dsp/gain.h"
#include "worker/dsp/mix.h"
#include "worker/render/graph/playlist_node.h"

namespace trackout {
namespace {

dsp::PanLaw LawOf(PanLaw law) {
  switch (law) {
    case PAN_LAW_4_5DB:
      return dsp::PanLaw::kMinus4_5;
    case PAN_LAW_6DB:
      return dsp::PanLaw::kMinus6;
    case PAN_LAW_0DB:
      return dsp::PanLaw::k0;
    case PAN_LAW_3DB_COMPENSATED:
      return dsp::PanLaw::kMinus3Compensated;
    default:
      return dsp::PanLaw::kMinus3;
  }
}

EnvelopePoints PointsOf(const Envelope& envelope) {
  EnvelopePoints points;
  for (const Point& point : envelope.points()) points.push_back({point.frame(), point.value()});
  return points;
}

bool Moves(const Envelope& envelope) {
  return std::any_of(envelope.points().begin(), envelope.points().end(),
                     [&](const Point& point) { return point.value() != envelope.points(0).value(); });
}

dsp::Matrix Times(double gain, dsp::Matrix matrix) {
  for (auto& row : matrix.gain) {
    for (double& one : row) one *= gain;
  }
  return matrix;
}

bool IsSilent(const dsp::Matrix& matrix) {
  return std::all_of(matrix.gain.begin(), matrix.gain.end(), [](const auto& row) {
    return std::all_of(row.begin(), row.end(), [](double gain) { return gain == 0; });
  });
}

// A fader that moves into `edge`; what does not move is returned.
double TakeFader(const Strip& strip, Edge& edge) {
  double gain = dsp::FromDecibels(strip.fader_db());
  edge.fader = MovingLevel(strip.fader(), gain);
  return gain;
}

// False: muted all the time.
bool TakeMute(const Strip& strip, int sample_rate, Edge& edge) {
  if (!Moves(strip.mute())) return strip.mute().points().empty() || strip.mute().points(0).value() == 0;
  edge.mute = PointsOf(strip.mute());
  edge.mute_ramp = RampFrames(sample_rate);
  return true;
}

dsp::Panner PannerOf(const Strip& strip) {
  dsp::Panner panner;
  panner.law = LawOf(strip.pan_law());
  if (strip.has_width()) panner.width = strip.width();
  return panner;
}

// Width and pan of the strip itself, and `gain`.
void TakePanner(const Strip& strip, int to_channels, double gain, Edge& edge) {
  dsp::Panner panner = PannerOf(strip);
  // Into mono pan is ignored.
  if (to_channels > 1 && Moves(strip.pan_automation())) {
    const int from = strip.channels();
    const int panned = from == 1 ? 2 : from;
    edge.pan = {panner.law, from == 1 ? dsp::Conversion(1, 1) : dsp::PanMatrix(panner, from, from),
                PointsOf(strip.pan_automation())};
    edge.matrix = Times(gain, dsp::Conversion(panned, to_channels));
    return;
  }
  panner.pan = {strip.pan().begin(), strip.pan().end()};
  if (!strip.pan_automation().points().empty()) panner.pan = {strip.pan_automation().points(0).value()};
  edge.matrix = Times(gain, dsp::PanMatrix(panner, strip.channels(), to_channels));
}

std::optional<Edge> UnlessSilent(Edge edge) {
  if (IsSilent(edge.matrix)) return std::nullopt;
  return edge;
}

void Encode(const EnvelopePoints& points, std::string& bytes) {
  const uint64_t count = points.size();
  bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
  for (const dsp::EnvelopePoint& point : points) {
    bytes.append(reinterpret_cast<const char*>(&point.frame), sizeof point.frame);
    bytes.append(reinterpret_cast<const char*>(&point.value), sizeof point.value);
  }
}

void Encode(const dsp::Matrix& matrix, std::string& bytes) {
  bytes += static_cast<char>('0' + matrix.to);
  bytes += static_cast<char>('0' + matrix.from);
  bytes.append(reinterpret_cast<const char*>(&matrix.gain), sizeof matrix.gain);
}

// The product of what moves; empty where nothing does.
std::span<const double> GainsOf(const Edge& edge, int64_t first_frame, size_t frames, Scratch& scratch) {
  const Planes planes = scratch.gains.planes(0, frames);
  bool is_filled = false;
  const auto take = [&](const EnvelopePoints& points, const auto& fill) {
    if (points.empty()) return;
    const std::span<double> gains = planes[is_filled ? 1 : 0];
    fill(points, gains);
    if (is_filled) dsp::ScaleBy(gains, planes[0]);
    is_filled = true;
  };
  const auto decibels = [&](const EnvelopePoints& points, std::span<double> gains) {
    dsp::DecibelGains(points, first_frame, gains);
  };
  take(edge.fader, decibels);
  take(edge.level, decibels);
  take(edge.mute, [&](const EnvelopePoints& points, std::span<double> gains) {
    dsp::MuteGains(points, edge.mute_ramp, first_frame, gains);
  });
  if (!is_filled) return {};
  return planes[0];
}

ConstPlanes Panned(const Edge::MovingPan& pan, int64_t first_frame, const ConstPlanes& in, Scratch& scratch) {
  const size_t frames = in.frames();
  const size_t channels = in.channels() == 1 ? 2 : in.channels();
  const Planes gains = scratch.pan_gains.planes(0, frames).Channels(channels);
  const Planes panned = scratch.panned.planes(0, frames).Channels(channels);
  const std::span<double> values = scratch.gains.planes(0, frames)[0];
  dsp::LineValues(pan.points, first_frame, values);
  dsp::PanGains(pan.law, static_cast<int>(in.channels()), values, gains);
  Clear(panned);
  if (in.channels() == 1) {
    for (size_t c = 0; c < channels; ++c) dsp::AddScaledBy(in[0], 1, gains[c], panned[c]);
    return panned;
  }
  dsp::AddMatrix(pan.before, in, {}, panned);
  for (size_t c = 0; c < channels; ++c) dsp::ScaleBy(gains[c], panned[c]);
  return panned;
}

}  // namespace

EnvelopePoints MovingLevel(const Envelope& envelope, double& constant) {
  if (envelope.points().empty()) return {};
  if (Moves(envelope)) return PointsOf(envelope);
  constant *= dsp::FromDecibels(envelope.points(0).value());
  return {};
}

std::optional<Edge> FeedOf(const Strip& strip, int to_channels, int sample_rate) {
  Edge edge;
  if (!TakeMute(strip, sample_rate, edge)) return std::nullopt;
  const double gain = TakeFader(strip, edge) * (strip.inverted() ? -1 : 1);
  TakePanner(strip, to_channels, gain, edge);
  return UnlessSilent(std::move(edge));
}

std::optional<Edge> SendOf(const Strip& strip, const Send& send, int to_channels, int sample_rate) {
  Edge edge;
  if (!TakeMute(strip, sample_rate, edge)) return std::nullopt;
  double gain = strip.inverted() ? -1 : 1;
  if (!send.pre_fader()) gain *= TakeFader(strip, edge);
  double level = send.level().points().empty() ? dsp::FromDecibels(send.level_db()) : 1;
  edge.level = MovingLevel(send.level(), level);
  gain *= level;
  if (!send.pre_fader() && !send.has_pan()) {
    TakePanner(strip, to_channels, gain, edge);
    return UnlessSilent(std::move(edge));
  }
  dsp::Panner panner = PannerOf(strip);
  if (send.pre_fader()) panner.width = 100;
  if (send.has_pan()) panner.pan = {send.pan()};
  edge.matrix = Times(gain, dsp::PanMatrix(panner, strip.channels(), to_channels));
  return UnlessSilent(std::move(edge));
}

Edge WireOf(int channels) {
  return GainOf(channels, 1);
}

bool IsWire(const Edge& edge) {
  if (edge.pan || !edge.fader.empty() || !edge.level.empty() || !edge.mute.empty()) return false;
  return edge.matrix.to == edge.matrix.from && edge.matrix.gain == WireOf(edge.matrix.to).matrix.gain;
}

Edge GainOf(int channels, double gain, EnvelopePoints moving) {
  Edge edge;
  edge.matrix.to = edge.matrix.from = channels;
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) edge.matrix.gain[c][c] = gain;
  edge.fader = std::move(moving);
  return edge;
}

std::string EncodingOf(const Edge& edge) {
  std::string bytes;
  Encode(edge.matrix, bytes);
  for (const EnvelopePoints* points : {&edge.fader, &edge.level, &edge.mute}) Encode(*points, bytes);
  bytes += edge.pan ? 'p' : '-';
  if (edge.pan) {
    bytes += static_cast<char>(edge.pan->law);
    Encode(edge.pan->before, bytes);
    Encode(edge.pan->points, bytes);
  }
  return bytes;
}

void AddThrough(const Edge& edge, int64_t first_frame, const ConstPlanes& in, const Planes& out,
                Scratch& scratch) {
  const ConstPlanes signal = edge.pan ? Panned(*edge.pan, first_frame, in, scratch) : in;
  dsp::AddMatrix(edge.matrix, signal, GainsOf(edge, first_frame, in.frames(), scratch), out);
}

}  // namespace trackout
