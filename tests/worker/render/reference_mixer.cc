#include "tests/worker/render/reference_mixer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace trackout::test {
namespace {

const double kHalf = std::sqrt(0.5);

std::vector<std::string> NamesOf(int channels) {
  switch (channels) {
    case 1:
      return {"M"};
    case 2:
      return {"L", "R"};
    case 3:
      return {"L", "R", "C"};
    case 4:
      return {"L", "R", "Ls", "Rs"};
    case 6:
      return {"L", "R", "C", "LFE", "Ls", "Rs"};
    default:
      return {"L", "R", "C", "LFE", "Lrs", "Rrs", "Lss", "Rss"};
  }
}

std::pair<double, double> PanGains(PanLaw law, double pan) {
  const double p = (pan / 100 + 1) / 2;
  const double cosine = std::cos(p * std::numbers::pi / 2), sine = std::sin(p * std::numbers::pi / 2);
  switch (law) {
    case PAN_LAW_4_5DB:
      return {std::sqrt(cosine * (1 - p)), std::sqrt(sine * p)};
    case PAN_LAW_6DB:
      return {1 - p, p};
    case PAN_LAW_0DB:
      return {std::min(1.0, 2 * (1 - p)), std::min(1.0, 2 * p)};
    case PAN_LAW_3DB_COMPENSATED:
      return {cosine * std::sqrt(2), sine * std::sqrt(2)};
    default:
      return {cosine, sine};
  }
}

double FadeAt(FadeShape shape, double x) {
  switch (shape) {
    case FADE_EQUAL_POWER:
      return std::sin(x * std::numbers::pi / 2);
    case FADE_S_CURVE:
      return x * x * (3 - 2 * x);
    case FADE_LOG:
      return (std::pow(10, 3 * (x - 1)) - 1e-3) / (1 - 1e-3);
    default:
      return x;
  }
}

double Gain(double db) {
  return std::pow(10, db / 20);
}

// Straight between the points, by `read`: what a point's value stands for.
template <typename Read>
double LineAt(const Envelope& envelope, int64_t frame, const Read& read) {
  const auto& points = envelope.points();
  if (frame <= points[0].frame()) return read(points[0].value());
  for (int i = 1; i < points.size(); ++i) {
    if (frame > points[i].frame()) continue;
    const double x = static_cast<double>(frame - points[i - 1].frame()) /
                     static_cast<double>(points[i].frame() - points[i - 1].frame());
    return read(points[i - 1].value()) * (1 - x) + read(points[i].value()) * x;
  }
  return read(points[points.size() - 1].value());
}

Frame Times(Frame frame, double gain) {
  for (double& sample : frame) sample *= gain;
  return frame;
}

Frame Widened(const Strip& strip, Frame frame) {
  if (strip.channels() != 2 || !strip.has_width()) return frame;
  const double mid = (frame[0] + frame[1]) / 2, side = (frame[0] - frame[1]) / 2 * strip.width() / 100;
  return {mid + side, mid - side};
}

Frame Panned(PanLaw law, const std::vector<double>& pan, const Frame& frame, int from, int to) {
  if (to == 1) return Converted(frame, from, to);
  if (from == 1) {
    const auto [left, right] = PanGains(law, pan.empty() ? 0 : pan[0]);
    return {frame[0] * left, frame[0] * right};
  }
  Frame panned = frame;
  if (pan.size() == 2) {
    const auto [left_left, left_right] = PanGains(law, pan[0]);
    const auto [right_left, right_right] = PanGains(law, pan[1]);
    panned = {frame[0] * left_left + frame[1] * right_left, frame[0] * left_right + frame[1] * right_right};
  } else if (pan.size() == 1) {
    const std::vector<std::string> names = NamesOf(from);
    for (size_t c = 0; c < names.size(); ++c) {
      if (names[c].starts_with('L') && names[c] != "LFE") panned[c] *= std::min(1.0, 1 - pan[0] / 100);
      if (names[c].starts_with('R')) panned[c] *= std::min(1.0, 1 + pan[0] / 100);
    }
  }
  return Converted(panned, from, to);
}

}  // namespace

Frame Converted(const Frame& frame, int from, int to) {
  if (from == to) return frame;
  if (from == 1) return {frame[0] * kHalf, frame[0] * kHalf};
  if (to == 1) {
    const Frame stereo = Converted(frame, from, 2);
    return {(stereo[0] + stereo[1]) * kHalf};
  }
  Frame converted{};
  const std::vector<std::string> names = NamesOf(to);
  const auto add = [&](const std::string& name, double sample) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return false;
    converted[static_cast<size_t>(at - names.begin())] += sample;
    return true;
  };
  const std::vector<std::string> here = NamesOf(from);
  for (size_t c = 0; c < here.size(); ++c) {
    const std::string& name = here[c];
    if (add(name, frame[c]) || name == "LFE") continue;
    if (name == "C") {
      add("L", frame[c] * kHalf);
      add("R", frame[c] * kHalf);
      continue;
    }
    const std::string side = name.substr(0, 1);
    if (name.size() == 2 && add(side + "ss", frame[c])) continue;
    if (name.size() == 3 && add(side + "s", frame[c] * kHalf)) continue;
    add(side, frame[c] * kHalf);
  }
  return converted;
}

Frame ConvertedForFile(const Frame& frame, int from, int to) {
  if (from == 1 && to > 1) return {frame[0], frame[0]};
  if (to != 1 || from == 1) return Converted(frame, from, to);
  const Frame stereo = Converted(frame, from, 2);
  return {(stereo[0] + stereo[1]) / 2};
}

double LevelAt(const Envelope& envelope, int64_t frame) {
  const auto& points = envelope.points();
  for (int i = 1; i < points.size(); ++i) {
    const bool touches = std::isinf(points[i].value()) || std::isinf(points[i - 1].value());
    if (touches && frame > points[i - 1].frame() && frame < points[i].frame())
      return LineAt(envelope, frame, Gain);
  }
  if (frame > points[0].frame()) {
    for (int i = 1; i < points.size(); ++i) {
      if (frame == points[i].frame()) return Gain(points[i].value());
    }
  }
  for (int i = 1; i < points.size(); ++i) {
    if (frame < points[i - 1].frame() || frame > points[i].frame()) continue;
    Envelope line;
    *line.add_points() = points[i - 1];
    *line.add_points() = points[i];
    return frame == points[i - 1].frame() ? Gain(points[i - 1].value())
                                          : Gain(LineAt(line, frame, [](double db) { return db; }));
  }
  return Gain(frame < points[0].frame() ? points[0].value() : points[points.size() - 1].value());
}

Frame PlayedAt(const Playlist& playlist, const RecordedSources& sources, int sample_rate, int64_t frame) {
  Frame played{};
  if (frame < 0) return played;
  for (const Region& region : playlist.regions()) {
    const int64_t at = frame - region.start_frame();
    if (at < 0 || at >= region.frame_count()) continue;
    double gain = Gain(region.gain_db());
    if (at < region.fade_in().frames())
      gain *= FadeAt(region.fade_in().shape(),
                     static_cast<double>(at) / static_cast<double>(region.fade_in().frames()));
    const int64_t to_go = region.frame_count() - at;
    if (to_go < region.fade_out().frames())
      gain *= FadeAt(region.fade_out().shape(),
                     static_cast<double>(to_go) / static_cast<double>(region.fade_out().frames()));
    const RecordedSource& source = sources.at(region.source().sha256());
    for (int c = 0; c < playlist.channels(); ++c) {
      const int channel = region.channels().empty() ? c : region.channels(c);
      played[static_cast<size_t>(c)] +=
          gain *
          source.samples[static_cast<size_t>((region.offset_frame() + at) * source.channels + channel)];
    }
  }
  const double ramp = std::round(0.002 * sample_rate);
  for (const Stretch& silence : playlist.silences()) {
    const auto before = static_cast<double>(silence.from_frame() - frame);
    const auto behind = static_cast<double>(frame - silence.to_frame());
    played = Times(played, std::clamp(std::max(before, behind) / ramp, 0.0, 1.0));
  }
  return played;
}

double ReferenceMixer::MuteAt(const Strip& strip, int64_t frame) const {
  const auto& points = strip.mute().points();
  if (points.empty()) return 1;
  const double ramp = std::round(0.002 * sample_rate_);
  double gain = 1 - points[0].value();
  for (int i = 0; i < points.size() && points[i].frame() <= frame; ++i) {
    const int64_t end = i + 1 < points.size() ? std::min(points[i + 1].frame(), frame) : frame;
    const double x = std::min(1.0, static_cast<double>(end - points[i].frame()) / ramp);
    gain += (1 - points[i].value() - gain) * x;
  }
  return gain;
}

Frame ReferenceMixer::SumInto(int target, int64_t frame) {
  Frame sum{};
  const int to = target < 0 ? print_.channels() : print_.strips(target).channels();
  const auto add = [&](const Frame& more) {
    for (size_t c = 0; c < sum.size(); ++c) sum[c] += more[c];
  };
  for (int i = 0; i < print_.strips_size(); ++i) {
    const Strip& strip = print_.strips(i);
    if (strip.feeds() == target) add(Fed(strip, PreFader(i, frame), frame, to));
    for (const Send& send : strip.sends()) {
      if (send.to() == target) add(Sent(strip, send, PreFader(i, frame), frame, to));
    }
  }
  return sum;
}

Frame ReferenceMixer::InputOf(int strip, int64_t frame) {
  std::map<int64_t, Frame>& known = inputs_[static_cast<size_t>(strip)];
  if (const auto found = known.find(frame); found != known.end()) return found->second;
  const Strip& here = print_.strips(strip);
  return known[frame] = here.has_playlist() ? PlayedAt(here.playlist(), sources_, sample_rate_, frame)
                                            : SumInto(strip, frame);
}

Frame ReferenceMixer::PreFader(int strip, int64_t frame) {
  const Strip& here = print_.strips(strip);
  return Times(InputOf(strip, frame - here.delay_frames()), here.inverted() ? -1 : 1);
}

Frame ReferenceMixer::Fed(const Strip& strip, const Frame& signal, int64_t frame, int to) const {
  double gain = Gain(strip.fader_db()) * MuteAt(strip, frame);
  if (!strip.fader().points().empty()) gain *= LevelAt(strip.fader(), frame);
  std::vector<double> pan(strip.pan().begin(), strip.pan().end());
  if (!strip.pan_automation().points().empty())
    pan = {LineAt(strip.pan_automation(), frame, [](double value) { return value; })};
  return Times(Panned(strip.pan_law(), pan, Widened(strip, signal), strip.channels(), to), gain);
}

Frame ReferenceMixer::Sent(const Strip& strip, const Send& send, const Frame& signal, int64_t frame,
                           int to) const {
  const double level = send.level().points().empty() ? Gain(send.level_db()) : LevelAt(send.level(), frame);
  if (!send.pre_fader() && !send.has_pan()) return Times(Fed(strip, signal, frame, to), level);
  double gain = level * MuteAt(strip, frame);
  if (!send.pre_fader()) {
    gain *= Gain(strip.fader_db());
    if (!strip.fader().points().empty()) gain *= LevelAt(strip.fader(), frame);
  }
  const Frame tapped = send.pre_fader() ? signal : Widened(strip, signal);
  const std::vector<double> pan = send.has_pan() ? std::vector<double>{send.pan()} : std::vector<double>();
  return Times(Panned(strip.pan_law(), pan, tapped, strip.channels(), to), gain);
}

}  // namespace trackout::test
