#include "worker/render/graph/playlist_node.h"

#include <algorithm>
#include <utility>

#include "worker/dsp/fade.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/mix.h"

namespace trackout {
namespace {

dsp::FadeShape ShapeOf(FadeShape shape) {
  switch (shape) {
    case FADE_EQUAL_POWER:
      return dsp::FadeShape::kEqualPower;
    case FADE_S_CURVE:
      return dsp::FadeShape::kSCurve;
    case FADE_LOG:
      return dsp::FadeShape::kLog;
    default:
      return dsp::FadeShape::kLinear;
  }
}

int64_t EndOf(const Region& region) {
  return region.start_frame() + region.frame_count();
}

// A gain that no product of which is a negative zero: there x * gain + 0 is x * gain.
bool IsPlain(double gain) {
  return gain >= 1e-9 && gain <= 1e9;
}

// Of a silence at a frame: down to 0 in the ramp before it, and up from 0 in the ramp behind it.
double SilenceGain(const Stretch& silence, int64_t ramp, int64_t frame) {
  if (frame < silence.from_frame()) {
    return static_cast<double>(std::min(silence.from_frame() - frame, ramp)) / static_cast<double>(ramp);
  }
  if (frame < silence.to_frame()) return 0;
  return static_cast<double>(std::min(frame - silence.to_frame(), ramp)) / static_cast<double>(ramp);
}

}  // namespace

int64_t RampFrames(int sample_rate) {
  return (static_cast<int64_t>(sample_rate) * 2 + 500) / 1000;
}

PlaylistNode::PlaylistNode(const Playlist& playlist, FileStore& store, int sample_rate)
    : playlist_(playlist), store_(store), sample_rate_(sample_rate) {
  for (const Region& region : playlist.regions())
    regions_.push_back({region, dsp::FromDecibels(region.gain_db()), ReaderKey(region), nullptr});
}

absl::Status PlaylistNode::Load(int64_t first_frame, int frames) {
  playing_.clear();
  const int64_t end_frame = first_frame + frames;
  for (size_t i = 0; i < regions_.size(); ++i) {
    PlacedRegion& placed = regions_[i];
    const Region& region = placed.region;
    if (EndOf(region) <= first_frame) {
      if (placed.reader != nullptr) Close(placed, first_frame);
      continue;
    }
    const int64_t from = std::max(first_frame, region.start_frame());
    const int64_t to = std::min(end_frame, EndOf(region));
    if (from >= to) continue;
    const int64_t source_frame = region.offset_frame() + from - region.start_frame();
    if (placed.reader == nullptr) {
      if (absl::Status opened = Open(placed, source_frame); !opened.ok()) return opened;
    }
    absl::Status loaded = placed.reader->Load(source_frame, static_cast<size_t>(to - from));
    if (!loaded.ok()) return loaded;
    playing_.push_back({i, from, to});
  }
  return absl::OkStatus();
}

// A reader that is free and has least to pass over; one that is ahead would have to start again.
absl::Status PlaylistNode::Open(PlacedRegion& placed, int64_t source_frame) {
  auto best = idle_.end();
  for (auto it = idle_.begin(); it != idle_.end(); ++it) {
    if (it->first != placed.key) continue;
    const auto is_ahead = [&](const auto& one) { return one->second->position() > source_frame; };
    if (best == idle_.end() || std::pair(!is_ahead(it), it->second->position()) >
                                   std::pair(!is_ahead(best), best->second->position()))
      best = it;
  }
  if (best != idle_.end()) {
    placed.reader = std::move(best->second);
    idle_.erase(best);
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<SourceReader>> reader =
      OpenSource(store_, placed.region, playlist_.channels(), sample_rate_);
  if (!reader.ok()) return reader.status();
  placed.reader = *std::move(reader);
  return absl::OkStatus();
}

void PlaylistNode::Close(PlacedRegion& placed, int64_t now) {
  std::unique_ptr<SourceReader> reader = std::move(placed.reader);
  const bool is_needed = std::any_of(regions_.begin(), regions_.end(), [&](const PlacedRegion& one) {
    return one.key == placed.key && one.reader == nullptr && EndOf(one.region) > now;
  });
  if (is_needed) {
    idle_.emplace_back(placed.key, std::move(reader));
  } else {
    std::erase_if(idle_, [&](const auto& one) { return one.first == placed.key; });
  }
}

void PlaylistNode::Render(int64_t first_frame, const Planes& out, Block& scratch) const {
  const int64_t end_frame = first_frame + static_cast<int64_t>(out.frames());
  bool is_first = true;
  for (const Playing& playing : playing_) {
    if (playing.to_frame <= first_frame || playing.from_frame >= end_frame) continue;
    AddRegion(playing, first_frame, out, is_first, scratch);
    is_first = false;
  }
  if (is_first) return Clear(out);
  Silence(first_frame, out);
}

void PlaylistNode::AddRegion(const Playing& playing, int64_t first_frame, const Planes& out, bool is_first,
                             Block& scratch) const {
  const PlacedRegion& placed = regions_[playing.region];
  const Region& region = placed.region;
  const int64_t from = std::max(first_frame, playing.from_frame);
  const int64_t to = std::min(first_frame + static_cast<int64_t>(out.frames()), playing.to_frame);
  const auto count = static_cast<size_t>(to - from);
  const auto skip = static_cast<size_t>(from - playing.from_frame);
  const int64_t in_region = from - region.start_frame();
  const int64_t fade_out_at = region.frame_count() - region.fade_out().frames();
  const bool fades = in_region < region.fade_in().frames() || to - region.start_frame() > fade_out_at;
  // What is written first needs no addition to silence.
  if (is_first && count == out.frames() && !fades && placed.reader->is_integer() && IsPlain(placed.gain)) {
    placed.reader->Unpack(skip, out);
    if (placed.gain != 1) {
      for (const std::span<double> plane : out) dsp::Scale(placed.gain, plane);
    }
    return;
  }
  if (is_first) Clear(out);
  const Planes samples = scratch.planes(0, count).Channels(out.channels());
  placed.reader->Unpack(skip, samples);
  const Planes target = out.Part(static_cast<size_t>(from - first_frame), count);
  for (size_t c = 0; c < out.channels(); ++c) {
    if (!fades) {
      dsp::AddScaled(samples[c], placed.gain, target[c]);
      continue;
    }
    dsp::Scale(placed.gain, samples[c]);
    if (region.fade_in().frames() > 0)
      dsp::FadeIn(ShapeOf(region.fade_in().shape()), region.fade_in().frames(), in_region, samples[c]);
    if (region.fade_out().frames() > 0)
      dsp::FadeOut(ShapeOf(region.fade_out().shape()), region.fade_out().frames(), in_region - fade_out_at,
                   samples[c]);
    dsp::AddScaled(samples[c], 1, target[c]);
  }
}

void PlaylistNode::Silence(int64_t first_frame, const Planes& out) const {
  const int64_t ramp = RampFrames(sample_rate_);
  const int64_t end_frame = first_frame + static_cast<int64_t>(out.frames());
  for (const Stretch& silence : playlist_.silences()) {
    const int64_t from = std::max(first_frame, silence.from_frame() - ramp);
    const int64_t to = std::min(end_frame, silence.to_frame() + ramp);
    for (int64_t frame = from; frame < to; ++frame) {
      const double gain = SilenceGain(silence, ramp, frame);
      for (const std::span<double> plane : out) plane[static_cast<size_t>(frame - first_frame)] *= gain;
    }
  }
}

}  // namespace trackout
