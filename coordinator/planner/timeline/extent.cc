#include "coordinator/planner/timeline/extent.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/limits.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int64_t kSilent = std::numeric_limits<int64_t>::min();

int64_t EndOf(const Playlist& playlist) {
  int64_t end = kSilent;
  for (const Region& region : playlist.regions())
    end = std::max(end, region.start_frame() + region.frame_count());
  return end;
}

int64_t FramesOfMs(const Session& session, int64_t ms) {
  return ms * session.sample_rate / 1000;
}

// Where the sound of each strip ends when it leaves the strip; kSilent where there is none. A track's print
// has the delay in it already.
class Ringing {
 public:
  Ringing(const Session& session, const Routing& routing, const Timeline& timeline)
      : session_(session), routing_(routing), timeline_(timeline), ends_(routing.strip_count(), kSilent) {}

  int64_t AtTheMaster() {
    for (const int strip : routing_.order()) {
      if (!routing_.IsHeard(strip)) continue;
      const int64_t end = EndOfStrip(strip);
      if (end == kSilent) continue;
      if (routing_.feed(strip) == kMaster) {
        master_ = std::max(master_, end);
      } else {
        Reach(routing_.feed(strip), end);
      }
      for (const Routing::SendTo& send : routing_.sends(strip)) Reach(send.to, end);
    }
    return master_;
  }

 private:
  int64_t EndOfStrip(int strip) const {
    if (const auto print = timeline_.bus_prints.find(strip); print != timeline_.bus_prints.end())
      return EndOf(print->second);
    if (!routing_.IsTrack(strip)) return Delayed(ends_[strip], routing_.bus(strip).delay());
    const TimedTrack& track = timeline_.tracks[strip];
    return track.print ? EndOf(*track.print) : Delayed(EndOf(track.raw), routing_.track(strip).delay());
  }

  int64_t Delayed(int64_t end, const Time& delay) const {
    return end == kSilent ? kSilent : end + session_.FrameOf(delay);
  }

  void Reach(int strip, int64_t end) {
    if (strip >= 0) ends_[strip] = std::max(ends_[strip], end);
  }

  const Session& session_;
  const Routing& routing_;
  const Timeline& timeline_;
  std::vector<int64_t> ends_;  // of what feeds a bus or return
  int64_t master_ = 0;
};

// The tail behind the last clip, as it is written or computed.
int64_t WholeTail(const Session& session, const SoundEnd& end) {
  if (session.song.has_tail()) return session.FrameOf(session.song.tail());
  const int64_t ringing = std::max<int64_t>(0, end.ringing - end.clips);
  return (ringing + session.sample_rate - 1) / session.sample_rate * session.sample_rate;
}

int64_t CutTail(const Session& session, int64_t tail, int64_t& final_fade_frames) {
  const Song& song = session.song;
  const int64_t most =
      song.has_max_tail() ? session.FrameOf(song.max_tail()) : FramesOfMs(session, kLongestTailMs);
  if (tail <= most) return tail;
  final_fade_frames = std::min(FramesOfMs(session, kFinalFadeMs), most);
  session.findings.Warning(
      song.has_tail() ? ".tail" : "",
      fmt::format(
          "the tail of {} is longer than max_tail ({}); it ends there, and its last {} fade out; raise "
          "max_tail, or write a shorter tail",
          session.Seconds(tail), session.Seconds(most), session.Seconds(final_fade_frames)));
  return most;
}

}  // namespace

SoundEnd Later(const SoundEnd& a, const SoundEnd& b) {
  return {std::max(a.clips, b.clips), std::max(a.ringing, b.ringing)};
}

SoundEnd SoundEndOf(const Session& session, const Routing& routing, const Timeline& timeline) {
  SoundEnd end;
  for (const TimedTrack& track : timeline.tracks) {
    end.clips = std::max(end.clips, EndOf(track.raw));
    if (track.print) end.clips = std::max(end.clips, EndOf(*track.print));
  }
  for (const auto& [strip, print] : timeline.bus_prints) end.clips = std::max(end.clips, EndOf(print));
  end.ringing = Ringing(session, routing, timeline).AtTheMaster();
  return end;
}

void SetExtent(const Session& session, const SoundEnd& end, Timeline& timeline) {
  const Song& song = session.song;
  int64_t final_fade = 0;
  const int64_t song_end = end.clips + CutTail(session, WholeTail(session, end), final_fade);
  if (song_end > kLongestTimeNs / 1'000'000'000 * session.sample_rate) {
    session.findings.Error("", "its last clip ends more than two days after its start; move the clip");
    return;
  }
  const int64_t start = session.FrameOf(song.start());
  if (start >= song_end) {
    session.findings.Error(".start", fmt::format("start {} lies behind the end of the song ({})",
                                                 session.Seconds(start), session.Seconds(song_end)));
    return;
  }
  const int64_t rest = song_end - start;
  const int64_t length = song.has_length() ? session.FrameOf(song.length()) : rest;
  if (length < 1) {
    session.findings.Error(".length",
                           "a length of 0 is no song; leave it out, or write how long the song is");
    return;
  }
  if (length > rest) {
    session.findings.Warning(
        ".length", fmt::format("length {} reaches beyond the end of the song, which has {} after its "
                               "start; the rest is silent",
                               session.Seconds(length), session.Seconds(rest)));
  }
  timeline.start_frame = start;
  timeline.frames = length;
  timeline.final_fade_frames = length == rest ? std::min(final_fade, length) : 0;
}

}  // namespace trackout
