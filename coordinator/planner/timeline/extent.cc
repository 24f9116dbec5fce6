#include "coordinator/planner/timeline/extent.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "coordinator/planner/timeline/tails.h"
#include "core/limits.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int64_t kSilent = std::numeric_limits<int64_t>::min();
constexpr int kMasterPrintSeconds = 2;  // that it may end before or behind the song without a word
constexpr int kPrintMarginSeconds = 1;

int64_t EndOf(const Playlist& playlist) {
  int64_t end = kSilent;
  for (const Region& region : playlist.regions())
    end = std::max(end, region.start_frame() + region.frame_count());
  return end;
}

int64_t FramesOfMs(const Session& session, int64_t ms) {
  return ms * session.sample_rate / 1000;
}

int64_t TailFramesOf(const std::vector<Processor>& processors, int sample_rate) {
  int64_t frames = 0;
  for (const Processor& processor : processors) frames += TailFramesOf(processor, sample_rate);
  return frames;
}

// Where the sound of each strip ends when it leaves the strip; kSilent where there is none. A print has the
// delay and the inserts in it already.
class Ringing {
 public:
  Ringing(const Session& session, const Routing& routing, const Timeline& timeline)
      : session_(session), routing_(routing), timeline_(timeline), ends_(routing.strip_count(), kSilent) {}

  // Behind its inserts; 0 where nothing is heard.
  int64_t BehindTheMaster() {
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
    if (master_ == kSilent) return 0;
    return std::max<int64_t>(0, master_ + TailFramesOf(timeline_.master_inserts, session_.sample_rate));
  }

 private:
  int64_t EndOfStrip(int strip) const {
    if (const auto print = timeline_.bus_prints.find(strip); print != timeline_.bus_prints.end())
      return EndOf(print->second);
    if (!routing_.IsTrack(strip)) return Processed(strip, ends_[strip], routing_.bus(strip).delay());
    const TimedTrack& track = timeline_.tracks[strip];
    return track.print ? EndOf(*track.print)
                       : Processed(strip, EndOf(track.raw), routing_.track(strip).delay());
  }

  int64_t Processed(int strip, int64_t end, const Time& delay) const {
    if (end == kSilent) return kSilent;
    return end + session_.FrameOf(delay) + TailFramesOf(timeline_.inserts[strip], session_.sample_rate);
  }

  void Reach(int strip, int64_t end) {
    if (strip >= 0) ends_[strip] = std::max(ends_[strip], end);
  }

  const Session& session_;
  const Routing& routing_;
  const Timeline& timeline_;
  std::vector<int64_t> ends_;  // of what feeds a bus or return
  int64_t master_ = kSilent;
};

// How far delays bring the sound of each strip forward.
class Leads {
 public:
  Leads(const Session& session, const Routing& routing, const Timeline& timeline)
      : session_(session), routing_(routing), timeline_(timeline), leads_(routing.strip_count(), 0) {}

  int64_t Most() {
    int64_t most = 0;
    for (const int strip : routing_.order()) {
      leads_[strip] = LeadOf(strip);
      most = std::max(most, leads_[strip]);
      Reach(routing_.feed(strip), leads_[strip]);
      for (const Routing::SendTo& send : routing_.sends(strip)) Reach(send.to, leads_[strip]);
    }
    return most;
  }

 private:
  int64_t LeadOf(int strip) const {
    const bool is_track = routing_.IsTrack(strip);
    const std::string& print = is_track ? routing_.track(strip).print() : routing_.bus(strip).print();
    if (!print.empty()) return 0;
    const int64_t delay =
        session_.FrameOf(is_track ? routing_.track(strip).delay() : routing_.bus(strip).delay());
    int64_t lead = leads_[strip] + std::max<int64_t>(0, -delay);
    for (const Processor& processor : timeline_.inserts[strip]) {  // a gain moves with what it listens to
      if (processor.has_sidechain()) lead = std::max(lead, leads_[processor.sidechain()]);
    }
    return lead;
  }

  void Reach(int strip, int64_t lead) {
    if (strip >= 0) leads_[strip] = std::max(leads_[strip], lead);
  }

  const Session& session_;
  const Routing& routing_;
  const Timeline& timeline_;
  std::vector<int64_t> leads_;
};

// From the song's 0 on, as the master print is.
void DoubtMasterPrint(const Session& session, const Timeline& timeline) {
  if (!timeline.master_print) return;
  const int64_t end = timeline.start_frame + timeline.frames;
  const int64_t print_end = EndOf(*timeline.master_print);
  if (std::abs(print_end - end) <= int64_t{kMasterPrintSeconds} * session.sample_rate) return;
  session.findings.Warning(
      ".master.print",
      fmt::format(
          "master: its print {} ends at {}, the song at {}; is it the master of this song, from its 0 on?",
          SourcePath(session.song, session.song.master().print()), session.Seconds(print_end),
          session.Seconds(end)));
}

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
  end.ringing = Ringing(session, routing, timeline).BehindTheMaster();
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
  DoubtMasterPrint(session, timeline);
}

void SetPrintWindow(const Session& session, const Routing& routing, Timeline& timeline) {
  const int64_t margin = int64_t{kPrintMarginSeconds} * session.sample_rate;
  timeline.prints_start_frame = -Leads(session, routing, timeline).Most() - margin;
  timeline.prints_frames = timeline.start_frame + timeline.frames + margin - timeline.prints_start_frame;
}

}  // namespace trackout
