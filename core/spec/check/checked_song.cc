#include "core/spec/check/checked_song.h"

#include "core/spec/album_check.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

namespace {

bool IsZero(const Time& time) {
  return time.nanoseconds() == 0 && time.samples() == 0;
}

}  // namespace

bool IsNegative(const Time& time) {
  return time.nanoseconds() < 0 || time.samples() < 0;
}

CheckedSong::CheckedSong(const Album& album, int song_index)
    : album_(album), song_index_(song_index), routing_(album.songs(song_index)) {
  for (const Track& track : song().tracks()) track_names_.push_back(track.name());
  for (const Bus& bus : song().buses()) bus_names_.push_back(bus.name());
  for (const Bus& bus : song().returns()) return_names_.push_back(bus.name());
}

std::vector<std::string> CheckedSong::NamesOfBusesAndReturns() const {
  std::vector<std::string> names = bus_names_;
  names.insert(names.end(), return_names_.begin(), return_names_.end());
  return names;
}

std::string CheckedSong::PlaceOf(int strip) const {
  if (strip == kMaster) return ".master";
  if (routing_.IsTrack(strip)) return fmt::format(".tracks[{}]", strip);
  const int bus = strip - song().tracks_size();
  return routing_.IsReturn(strip) ? fmt::format(".returns[{}]", bus - song().buses_size())
                                  : fmt::format(".buses[{}]", bus);
}

std::string CheckedSong::WhoIs(int strip) const {
  if (strip == kMaster) return "master";
  const char* kind = routing_.IsTrack(strip) ? "track" : routing_.IsReturn(strip) ? "return" : "bus";
  return fmt::format("{} {}", kind, Quoted(routing_.name(strip)));
}

void CheckedSong::Add(Finding::Severity severity, const std::string& place, const std::string& message) {
  Finding& finding = findings_.emplace_back();
  finding.set_severity(severity);
  finding.set_place(place.starts_with("deliver") ? place : fmt::format("songs[{}]{}", song_index_, place));
  finding.set_message(message);
}

bool CheckedSong::HasErrors() const {
  return trackout::HasErrors(findings_);
}

void CheckedSong::CheckPoint(const Time& time, const std::string& place, const std::string& who) {
  if (IsNegative(time)) return Error(place, fmt::format("{}: a time may not be negative here", who));
  if (!time.has_musical()) return;
  if (song().tempo().empty()) {
    Error(place, fmt::format("{}: a musical time needs the song's tempo; write `tempo`, or seconds", who));
    return;
  }
  if (!tempo_ || tempo_->SecondsOf(time.musical())) return;
  const Meter meter = tempo_->MeterOf(time.musical().bar());
  Error(place, fmt::format("{}: there is no {}|{}|{}; bar {} is in {}/{}, each beat with {}", who,
                           time.musical().bar(), time.musical().beat(), time.musical().sixteenth(),
                           time.musical().bar(), meter.beats, meter.beat_unit,
                           meter.sixteenths() == 1 ? std::string("one sixteenth")
                                                   : fmt::format("{} sixteenths", meter.sixteenths())));
}

void CheckedSong::CheckLength(const Time& time, const std::string& place, const std::string& who) {
  if (IsNegative(time)) Error(place, fmt::format("{}: a length may not be negative", who));
  if (!time.has_musical()) return;
  Error(place, fmt::format("{}: bar|beat|sixteenth is a place, not a length; write seconds or samples", who));
}

std::optional<double> CheckedSong::SecondsOf(const Time& time) const {
  switch (time.time_case()) {
    case Time::kMusical:
      return tempo_ ? tempo_->SecondsOf(time.musical()) : std::nullopt;
    case Time::kSamples:
      if (time.samples() == 0) return 0.0;
      if (song().sample_rate() <= 0) return std::nullopt;
      return static_cast<double>(time.samples()) / song().sample_rate();
    case Time::kNotes:
      return std::nullopt;
    default:
      return static_cast<double>(time.nanoseconds()) / 1e9;
  }
}

std::optional<int> CheckedSong::Compare(const Time& a, const Time& b) const {
  const auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.has_samples() && b.has_samples()) return order(a.samples(), b.samples());
  if (a.has_notes() || b.has_notes()) return std::nullopt;
  if (!a.has_samples() && !b.has_samples() && !a.has_musical() && !b.has_musical()) {
    return order(a.nanoseconds(), b.nanoseconds());
  }
  // 0 is 0 at any rate.
  if (!a.has_musical() && !b.has_musical() && (IsZero(a) || IsZero(b))) {
    return order(a.nanoseconds() + a.samples(), b.nanoseconds() + b.samples());
  }
  const std::optional<double> x = SecondsOf(a);
  const std::optional<double> y = SecondsOf(b);
  return x && y ? std::optional(order(*x, *y)) : std::nullopt;
}

}  // namespace trackout
