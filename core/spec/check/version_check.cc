#include "core/spec/check/version_check.h"

#include <set>

#include "core/limits.h"
#include "core/spec/check/time_check.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Versions and edits name files, and both may stand in one name.
void CheckFileWord(CheckedSong& checked, const std::string& name, const std::string& place,
                   const std::string& who) {
  if (name == "main" || name == "full") {
    checked.Error(place, fmt::format("{}: the name is taken: `main` is the song itself, `full` its whole "
                                     "length; write another",
                                     who));
  } else if (name.find_first_of("/\\:*?\"<>|\n\t") != std::string::npos || name.starts_with(".") ||
             name.ends_with(".") || name.starts_with(" ") || name.ends_with(" ")) {
    checked.Error(place,
                  fmt::format("{}: the name goes into file names; write it without / \\ : * ? \" < > |, "
                              "and without a dot or blank at its ends",
                              who));
  } else if (name.size() > kMostNameBytes / 2) {
    checked.Error(place, fmt::format("{}: the name goes into file names; {} bytes are the most", who,
                                     kMostNameBytes / 2));
  }
}

class VersionCheck {
 public:
  explicit VersionCheck(CheckedSong& checked) : checked_(checked), song_(checked.song()) {}

  void Run() {
    std::set<std::string> seen;
    for (int i = 0; i < song_.versions_size(); ++i) {
      const Version& version = song_.versions(i);
      place_ = fmt::format(".versions[{}]", i);
      who_ = "version " + Quoted(version.name());
      CheckFileWord(checked_, version.name(), place_ + ".name", who_);
      if (!version.name().empty() && !seen.insert(Folded(version.name())).second) {
        checked_.Error(place_ + ".name", fmt::format("duplicate {}; names are unique, rename one", who_));
      }
      if (version.replace().empty() && version.silence().empty()) {
        checked_.Warning(place_, fmt::format("{} replaces and silences nothing; it is the song again", who_));
      }
      CheckReplacements(version);
      CheckSilences(version);
    }
  }

 private:
  void CheckTrack(const std::string& name, const std::string& place, std::set<std::string>& seen) {
    if (checked_.routing().FindTrack(name) == kNoStrip) {
      checked_.Error(place, fmt::format("{}: no track {}{}", who_, Quoted(name),
                                        DidYouMean(name, checked_.track_names())));
    } else if (!seen.insert(name).second) {
      checked_.Error(place, fmt::format("{}: track {} is named twice; keep one", who_, Quoted(name)));
    }
  }

  void CheckReplacements(const Version& version) {
    std::set<std::string> seen;
    for (int i = 0; i < version.replace_size(); ++i) {
      const Replacement& replacement = version.replace(i);
      const std::string place = fmt::format("{}.replace[{}]", place_, i);
      const std::string who = fmt::format("{}: track {}", who_, Quoted(replacement.track()));
      CheckTrack(replacement.track(), place, seen);
      if (replacement.clips().empty()) {
        checked_.Error(place, fmt::format("{} is replaced by no clips; give it some, or silence it", who));
      }
      CheckClips(checked_, replacement.clips(), place + ".clips", who);
    }
  }

  void CheckSilences(const Version& version) {
    std::set<std::string> seen;
    for (int i = 0; i < version.silence_size(); ++i) {
      const Silence& silence = version.silence(i);
      const std::string place = fmt::format("{}.silence[{}]", place_, i);
      const std::string who = fmt::format("{}: track {}", who_, Quoted(silence.track()));
      CheckTrack(silence.track(), place, seen);
      if (silence.ranges().empty()) {
        checked_.Error(place, fmt::format("{} is silenced nowhere; write [[from, to], ...]", who));
      }
      for (int r = 0; r < silence.ranges_size(); ++r) {
        const TimeRange& range = silence.ranges(r);
        const std::string range_place = fmt::format("{}.ranges[{}]", place, r);
        checked_.CheckPoint(range.from(), range_place + ".from", who);
        checked_.CheckPoint(range.to(), range_place + ".to", who);
        if (checked_.Compare(range.from(), range.to()).value_or(-1) >= 0) {
          checked_.Error(range_place, fmt::format("{}: a range runs from an earlier to a later time", who));
        }
      }
    }
  }

  CheckedSong& checked_;
  const Song& song_;
  std::string place_, who_;  // of the version
};

class EditCheck {
 public:
  explicit EditCheck(CheckedSong& checked) : checked_(checked), song_(checked.song()) {}

  void Run() {
    std::set<std::string> seen;
    for (const Version& version : song_.versions()) seen.insert(Folded(version.name()));
    for (int i = 0; i < song_.edits_size(); ++i) {
      const EditRequest& edit = song_.edits(i);
      place_ = fmt::format(".edits[{}]", i);
      who_ = "edit " + Quoted(edit.name());
      CheckFileWord(checked_, edit.name(), place_ + ".name", who_);
      if (!edit.name().empty() && !seen.insert(Folded(edit.name())).second) {
        checked_.Error(
            place_ + ".name",
            fmt::format("duplicate {}; names are unique among versions and edits, rename one", who_));
      }
      if (edit.sections().empty()) {
        checked_.Error(place_, fmt::format("{} has no sections; give it one", who_));
      }
      for (int s = 0; s < edit.sections_size(); ++s) CheckSection(edit, s);
      CheckEnd(edit);
    }
  }

 private:
  void CheckSection(const EditRequest& edit, int index) {
    const Section& section = edit.sections(index);
    const std::string place = fmt::format("{}.sections[{}]", place_, index);
    checked_.CheckPoint(section.from(), place + ".from", who_ + ": from");
    checked_.CheckPoint(section.to(), place + ".to", who_ + ": to");
    checked_.CheckLength(section.crossfade(), place + ".crossfade", who_ + ": crossfade");
    if (checked_.Compare(section.from(), section.to()).value_or(-1) >= 0) {
      checked_.Error(place, fmt::format("{}: a section runs from an earlier to a later time", who_));
      return;
    }
    const double half = HalfFade(section);
    if (index == 0 && half > 0) {
      checked_.Error(place + ".crossfade",
                     fmt::format("{}: the first section has none before it to cross with; remove it", who_));
      return;
    }
    const std::optional<double> from = checked_.SecondsOf(section.from());
    const std::optional<double> to = checked_.SecondsOf(section.to());
    if (!from || !to) return;
    // The half of a crossfade on either side of each joint lies inside of a section; they may not meet.
    const bool has_next = index + 1 < edit.sections_size();
    const double fades = half + (has_next ? HalfFade(edit.sections(index + 1)) : 0);
    if (fades > *to - *from) {
      checked_.Error(place, fmt::format("{}: crossfades take {:.3f} s of a section of {:.3f} s; shorten them",
                                        who_, fades, *to - *from));
    }
    if (half > *from) {
      checked_.Warning(place + ".crossfade",
                       fmt::format("{}: the crossfade begins {:.3f} s before the song does, in silence", who_,
                                   half - *from));
    }
  }

  double HalfFade(const Section& section) const {
    return checked_.SecondsOf(section.crossfade()).value_or(0) / 2;
  }

  void CheckEnd(const EditRequest& edit) {
    checked_.CheckLength(edit.length(), place_ + ".length", who_ + ": length");
    checked_.CheckLength(edit.fade_out(), place_ + ".fade_out", who_ + ": fade_out");
    if (edit.has_length() && checked_.SecondsOf(edit.length()) == 0) {
      checked_.Error(place_ + ".length", fmt::format("{}: its length is 0", who_));
    }
    std::optional<double> length = checked_.SecondsOf(edit.length());
    if (!edit.has_length()) {
      length = 0;
      for (const Section& section : edit.sections()) {
        const auto from = checked_.SecondsOf(section.from());
        const auto to = checked_.SecondsOf(section.to());
        length = length && from && to ? std::optional(*length + *to - *from) : std::nullopt;
      }
    }
    if (length && *length > 0 && checked_.SecondsOf(edit.fade_out()).value_or(0) > *length) {
      checked_.Error(place_ + ".fade_out",
                     fmt::format("{}: the fade_out is longer than the edit, {:.3f} s", who_, *length));
    }
  }

  CheckedSong& checked_;
  const Song& song_;
  std::string place_, who_;  // of the edit
};

}  // namespace

void CheckVersions(CheckedSong& checked) {
  VersionCheck(checked).Run();
}

void CheckEdits(CheckedSong& checked) {
  EditCheck(checked).Run();
}

}  // namespace trackout
