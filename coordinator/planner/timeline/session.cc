#include "coordinator/planner/timeline/session.h"

#include "core/audio/rate_converter.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

SongFindings::SongFindings(const Song& song, int song_index, std::vector<Finding>& findings)
    : song_(song), place_(fmt::format("songs[{}]", song_index)), findings_(findings) {
  for (const Finding& finding : findings) told_.emplace(finding.place(), finding.message());
}

void SongFindings::Error(const std::string& place, const std::string& message) {
  has_errors_ = true;
  Add(Finding::error, place, message);
}

void SongFindings::Warning(const std::string& place, const std::string& message) {
  Add(Finding::warning, place, message);
}

void SongFindings::Add(Finding::Severity severity, const std::string& place, const std::string& message) {
  Finding finding;
  finding.set_severity(severity);
  finding.set_place(place_ + place);
  finding.set_message(fmt::format("song {}: {}", Quoted(song_.title()), message));
  if (told_.emplace(finding.place(), finding.message()).second) findings_.push_back(std::move(finding));
}

int64_t Session::FramesOf(const Source& source) const {
  return FramesAtRate(source.frames(), source.sample_rate(), sample_rate);
}

int Session::RateToConvert(const Source& source) const {
  return source.sample_rate() == sample_rate ? 0 : source.sample_rate();
}

std::string Session::Seconds(int64_t frames) const {
  return fmt::format("{:.3f} s", static_cast<double>(frames) / sample_rate);
}

}  // namespace trackout
