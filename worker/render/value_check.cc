#include "worker/render/value_check.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "worker/dsp/layout.h"

namespace trackout {
namespace {

constexpr double kHighestDb = 1000;

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(std::string(why));
}

absl::Status CheckRegion(const Region& region, int channels) {
  if (!IsFrame(region.start_frame()) || !IsFrame(region.offset_frame()) || !IsFrame(region.frame_count()) ||
      !IsFrame(region.fade_in().frames()) || !IsFrame(region.fade_out().frames()))
    return Wrong("a region's frames are out of range");
  if (!IsLevel(region.gain_db())) return Wrong("a region's gain is no level");
  if (region.source_rate() != 0 && !IsRate(region.source_rate()))
    return Wrong("a source's rate is out of range");
  if (!region.channels().empty() && region.channels_size() != channels)
    return Wrong("a region does not name a channel for each one of its track");
  if (std::any_of(region.channels().begin(), region.channels().end(),
                  [](int channel) { return channel < 0; }))
    return Wrong("a region names a channel below 0");
  return absl::OkStatus();
}

}  // namespace

bool IsFrame(int64_t frame) {
  return frame >= 0 && frame <= kMostFrames;
}

bool IsPlace(int64_t frame) {
  return frame >= -kMostFrames && frame <= kMostFrames;
}

bool IsLevel(double db) {
  return db <= kHighestDb;
}

bool IsRate(int rate) {
  return rate >= 1 && rate <= kHighestRate;
}

absl::Status CheckPlaylist(const Playlist& playlist) {
  if (!dsp::IsLayout(playlist.channels())) return Wrong("a playlist's channels are no layout");
  for (const Region& region : playlist.regions()) {
    if (absl::Status checked = CheckRegion(region, playlist.channels()); !checked.ok()) return checked;
  }
  for (const Stretch& silence : playlist.silences()) {
    if (!IsPlace(silence.from_frame()) || !IsPlace(silence.to_frame()) ||
        silence.to_frame() < silence.from_frame())
      return Wrong("a silence is out of range");
  }
  return absl::OkStatus();
}

}  // namespace trackout
