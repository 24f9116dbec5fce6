#include "coordinator/planner/timeline/edits.h"

#include <algorithm>
#include <string>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

class EditResolver {
 public:
  EditResolver(const Session& session, const Timeline& timeline, int index)
      : session_(session),
        timeline_(timeline),
        request_(session.song.edits(index)),
        place_(fmt::format(".edits[{}]", index)) {}

  TimedEdit Resolve() {
    timed_.name = request_.name();
    for (int s = 0; s < request_.sections_size(); ++s) AddSection(s);
    for (int s = 0; s < request_.sections_size(); ++s) CheckCrossfade(s);
    SetLength();
    return std::move(timed_);
  }

 private:
  void Error(const std::string& key, const std::string& message) {
    session_.findings.Error(place_ + key, fmt::format("edit {}: {}", Quoted(request_.name()), message));
  }

  // In the song's own time, as the spec writes it.
  std::string SongTime(int64_t frame) const { return session_.Seconds(frame + timeline_.start_frame); }

  void AddSection(int index) {
    const Section& written = request_.sections(index);
    EditSection& section = *timed_.edit.add_sections();
    section.set_from_frame(session_.FrameOf(written.from()) - timeline_.start_frame);
    section.set_to_frame(session_.FrameOf(written.to()) - timeline_.start_frame);
    section.set_crossfade_frames(session_.FrameOf(written.crossfade()));
    const std::string place = fmt::format(".sections[{}]", index);
    if (section.from_frame() >= section.to_frame()) {
      Error(place, fmt::format("section {} ends ({}) before it begins ({}); `from` comes before `to`",
                               index + 1, SongTime(section.to_frame()), SongTime(section.from_frame())));
    } else if (timeline_.frames > 0 && (section.from_frame() < 0 || section.to_frame() > timeline_.frames)) {
      Error(place,
            fmt::format("section {} ({} to {}) does not lie within what is delivered of the song ({} to {})",
                        index + 1, SongTime(section.from_frame()), SongTime(section.to_frame()), SongTime(0),
                        SongTime(timeline_.frames)));
    }
  }

  static int64_t LengthOf(const EditSection& section) { return section.to_frame() - section.from_frame(); }

  void CheckCrossfade(int index) {
    const EditSection& section = timed_.edit.sections(index);
    const int64_t crossfade = section.crossfade_frames();
    if (crossfade == 0) return;
    const std::string place = fmt::format(".sections[{}].crossfade", index);
    if (index == 0) {
      return Error(place,
                   "there is nothing before section 1 that it could fade from; take its crossfade out");
    }
    const EditSection& before = timed_.edit.sections(index - 1);
    const int64_t shorter = std::min(LengthOf(section), LengthOf(before));
    if (shorter <= 0) return;  // told already
    if (crossfade > shorter) {
      const int number = LengthOf(section) <= LengthOf(before) ? index + 1 : index;
      return Error(place,
                   fmt::format("the crossfade of section {} ({}) is longer than section {} ({}); shorten it",
                               index + 1, session_.Seconds(crossfade), number, session_.Seconds(shorter)));
    }
    WarnOfSilence(index, crossfade);
  }

  // Half of a crossfade lies behind the section before, half before this one. (Where it begins before the
  // song itself, the check has told of it.)
  void WarnOfSilence(int index, int64_t crossfade) {
    const EditSection& section = timed_.edit.sections(index);
    const EditSection& before = timed_.edit.sections(index - 1);
    if (timeline_.frames == 0 || !InStretch(section) || !InStretch(before)) return;
    const int64_t half = (crossfade + 1) / 2;
    const bool is_early = section.from_frame() < half && section.from_frame() + timeline_.start_frame >= half;
    if (!is_early && before.to_frame() + half <= timeline_.frames) return;
    session_.findings.Warning(
        fmt::format("{}.sections[{}].crossfade", place_, index),
        fmt::format(
            "edit {}: the crossfade of section {} takes {} behind section {} and before section {}, and "
            "what is delivered of the song is {} to {}; it fades to or from silence there",
            Quoted(request_.name()), index + 1, session_.Seconds(half), index, index + 1, SongTime(0),
            SongTime(timeline_.frames)));
  }

  bool InStretch(const EditSection& section) const {
    return section.from_frame() >= 0 && section.to_frame() <= timeline_.frames;
  }

  void SetLength() {
    int64_t sum = 0;
    for (const EditSection& section : timed_.edit.sections()) sum += std::max<int64_t>(0, LengthOf(section));
    timed_.frames = request_.has_length() ? session_.FrameOf(request_.length()) : sum;
    const int64_t fade_out = session_.FrameOf(request_.fade_out());
    timed_.edit.set_fade_out_frames(fade_out);
    if (request_.has_length() && timed_.frames < 1) {
      return Error(".length", "a length of 0 is no edit; leave it out, or write how long the edit is");
    }
    if (timed_.frames > sum) {
      session_.findings.Warning(
          place_ + ".length",
          fmt::format("edit {}: length {} is longer than its sections ({}); it ends in silence",
                      Quoted(request_.name()), session_.Seconds(timed_.frames), session_.Seconds(sum)));
    }
    if (fade_out > timed_.frames) {
      Error(".fade_out", fmt::format("fade_out {} is longer than the edit ({}); shorten it",
                                     session_.Seconds(fade_out), session_.Seconds(timed_.frames)));
    }
  }

  const Session& session_;
  const Timeline& timeline_;
  const EditRequest& request_;
  const std::string place_;
  TimedEdit timed_;
};

}  // namespace

std::vector<TimedEdit> EditsOf(const Session& session, const Timeline& timeline) {
  std::vector<TimedEdit> edits;
  for (int e = 0; e < session.song.edits_size(); ++e)
    edits.push_back(EditResolver(session, timeline, e).Resolve());
  return edits;
}

}  // namespace trackout
