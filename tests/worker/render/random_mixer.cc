#include "tests/worker/render/random_mixer.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

namespace trackout::test {

double RandomMixer::Level() {
  return OneIn(30) ? -std::numeric_limits<double>::infinity() : Below(300) / 10.0 - 24;
}

int RandomMixer::MakeLayout() {
  static constexpr int kLayouts[] = {1, 1, 1, 2, 2, 2, 2, 3, 4, 6, 8};
  return kLayouts[Below(std::size(kLayouts))];
}

Envelope RandomMixer::MakeEnvelope(int64_t frames, double least, double most) {
  Envelope envelope;
  std::set<int> at;
  for (int count = 1 + Below(5); count > 0; --count) at.insert(Below(static_cast<int>(frames) + 100) - 50);
  for (const int frame : at) {
    Point& point = *envelope.add_points();
    point.set_frame(frame);
    const bool is_silent = least > -100 && least < -30 && OneIn(6);
    point.set_value(is_silent ? -std::numeric_limits<double>::infinity()
                              : least + (most - least) * Below(1000) / 999);
  }
  return envelope;
}

Envelope RandomMixer::MakeMute(int64_t frames) {
  Envelope mute = MakeEnvelope(frames, 0, 1);
  for (Point& point : *mute.mutable_points()) point.set_value(Below(2));
  return mute;
}

Region RandomMixer::MakeRegion(int64_t frames, int channels) {
  Region region;
  const RandomSource* source = nullptr;
  while (source == nullptr || source->channels < channels)
    source = &sources_[static_cast<size_t>(Below(static_cast<int>(sources_.size())))];
  *region.mutable_source() = source->digest;
  region.set_start_frame(OneIn(3) ? 0 : Below(static_cast<int>(frames)));
  region.set_offset_frame(Below(kRandomSourceFrames / 2));
  region.set_frame_count(1 + Below(static_cast<int>(kRandomSourceFrames - region.offset_frame())));
  if (!OneIn(3)) region.set_gain_db(Level());
  for (Fade* fade : {region.mutable_fade_in(), region.mutable_fade_out()}) {
    if (OneIn(2)) fade->set_frames(Below(static_cast<int>(region.frame_count()) + 1));
    fade->set_shape(static_cast<FadeShape>(Below(4)));
  }
  if (source->channels == channels && OneIn(2)) return region;
  std::vector<int> all(static_cast<size_t>(source->channels));
  std::iota(all.begin(), all.end(), 0);
  std::shuffle(all.begin(), all.end(), chance_);
  for (int c = 0; c < channels; ++c) region.add_channels(all[static_cast<size_t>(c)]);
  return region;
}

Playlist RandomMixer::MakePlaylist(int64_t frames, int channels) {
  Playlist playlist;
  playlist.set_channels(channels);
  for (int count = Below(4) + (OneIn(6) ? 0 : 1); count > 0; --count)
    *playlist.add_regions() = MakeRegion(frames, channels);
  for (int count = OneIn(4) ? 1 + Below(2) : 0; count > 0; --count) {
    Stretch& silence = *playlist.add_silences();
    silence.set_from_frame(Below(static_cast<int>(frames)));
    silence.set_to_frame(silence.from_frame() + Below(200));
  }
  return playlist;
}

Send RandomMixer::MakeSend(int64_t frames, int to) {
  Send send;
  send.set_to(to);
  send.set_level_db(Level());
  if (OneIn(3)) *send.mutable_level() = MakeEnvelope(frames, -40, 6);
  if (OneIn(2)) send.set_pan(Below(201) - 100);
  send.set_pre_fader(OneIn(2));
  return send;
}

void RandomMixer::MakeStrip(int64_t frames, Strip& strip) {
  strip.set_inverted(OneIn(3));
  if (OneIn(3)) strip.set_delay_frames(Below(141) - 70);
  if (!OneIn(3)) strip.set_fader_db(Level());
  if (OneIn(3)) *strip.mutable_fader() = MakeEnvelope(frames, -40, 6);
  if (strip.channels() == 2 && OneIn(2)) strip.set_width(Below(201));
  const int pans = Below(strip.channels() == 2 ? 3 : 2);
  for (int i = 0; i < pans; ++i) strip.add_pan(Below(201) - 100);
  if (OneIn(3)) *strip.mutable_pan_automation() = MakeEnvelope(frames, -100, 100);
  strip.set_pan_law(static_cast<PanLaw>(Below(6)));
  if (OneIn(4)) *strip.mutable_mute() = MakeMute(frames);
}

Print RandomMixer::MakePrint(int64_t frames, int channels) {
  Print print;
  print.set_channels(channels);
  const int tracks = 1 + Below(6), buses = Below(5), returns = Below(4);
  // A signal goes from a bus to one of higher rank alone.
  std::vector<int> rank(static_cast<size_t>(tracks + buses + returns), -1);
  std::iota(rank.begin() + tracks, rank.end(), 0);
  std::shuffle(rank.begin() + tracks, rank.end(), chance_);
  for (int i = 0; i < tracks + buses + returns; ++i) {
    Strip& strip = *print.add_strips();
    strip.set_channels(MakeLayout());
    if (i < tracks) *strip.mutable_playlist() = MakePlaylist(frames, strip.channels());
    MakeStrip(frames, strip);
    strip.set_feeds(OneIn(12) ? -2 : -1);
    for (int to = tracks; to < tracks + buses; ++to) {
      if (rank[static_cast<size_t>(to)] > rank[static_cast<size_t>(i)] && OneIn(3)) strip.set_feeds(to);
    }
    for (int to = tracks + buses; to < tracks + buses + returns; ++to) {
      if (rank[static_cast<size_t>(to)] <= rank[static_cast<size_t>(i)]) continue;
      for (int count = Below(3) / (OneIn(2) ? 1 : 2); count > 0; --count)
        *strip.add_sends() = MakeSend(frames, to);
    }
  }
  return print;
}

}  // namespace trackout::test
