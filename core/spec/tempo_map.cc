#include "core/spec/tempo_map.h"

#include <algorithm>
#include <cmath>

#include "core/spec/spec_values.h"

namespace trackout {
namespace {

// Of a bar: what is nearer to a bar line than this stands on it.
constexpr double kOnTheLine = 1e-6;

double SecondsOfClock(const Time& time, int sample_rate) {
  if (!time.has_samples()) return static_cast<double>(time.nanoseconds()) / 1e9;
  return sample_rate > 0 ? static_cast<double>(time.samples()) / sample_rate : 0;
}

double StretchSeconds(double quarters, double from_bpm, double to_bpm) {
  return 120 * quarters / (from_bpm + to_bpm);
}

}  // namespace

std::optional<Meter> ParseMeter(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto beats = ParseNumber(text.substr(0, slash));
  const auto unit = ParseNumber(text.substr(slash + 1));
  if (!beats || !unit || *beats < 1 || *beats > 99 || *beats != std::floor(*beats)) return std::nullopt;
  for (const int known : {1, 2, 4, 8, 16, 32}) {
    if (*unit == known) return Meter{static_cast<int>(*beats), known};
  }
  return std::nullopt;
}

TempoMap::TempoMap(const Song& song) {
  for (const Tempo& tempo : song.tempo()) {
    const double bpm = tempo.bpm();
    if (stretches_.empty()) {
      stretches_.push_back({SecondsOfClock(song.bar_1_at(), song.sample_rate()), 0, 0, bpm, bpm});
      meters_.push_back({1, 0, ParseMeter(tempo.meter()).value_or(Meter())});
      continue;
    }
    Stretch& before = stretches_.back();
    const bool is_ramp = song.tempo(static_cast<int>(stretches_.size()) - 1).ramp();
    const double end_bpm = is_ramp ? bpm : before.from_bpm;
    double seconds = 0;  // of the stretch before
    double quarters = 0;
    if (tempo.has_at()) {
      seconds = SecondsOfClock(tempo.at(), song.sample_rate()) - before.from_seconds;
      quarters = seconds * (before.from_bpm + end_bpm) / 120;
    } else {
      quarters = QuartersOfBar(tempo.bar()) - before.from_quarters;
      seconds = StretchSeconds(quarters, before.from_bpm, end_bpm);
    }
    before.to_bpm = end_bpm;
    before.quarters = is_ramp ? quarters : 0;
    const Stretch next{before.from_seconds + seconds, before.from_quarters + quarters, 0, bpm, bpm};
    stretches_.push_back(next);
    ChangeMeter(tempo.meter(), next.from_quarters);
  }
}

// From the bar line on that is at or next behind this place.
void TempoMap::ChangeMeter(std::string_view text, double quarters) {
  const std::optional<Meter> meter = ParseMeter(text);
  if (!meter) return;
  const MeterChange last = meters_.back();
  const double whole = std::max(0.0, std::ceil(BarsSince(last, quarters) - kOnTheLine));
  const MeterChange change{last.bar + static_cast<int64_t>(whole),
                           last.from_quarters + whole * last.meter.quarters(), *meter};
  if (change.bar == last.bar) meters_.pop_back();
  meters_.push_back(change);
}

double TempoMap::BarsSince(const MeterChange& change, double quarters) {
  return (quarters - change.from_quarters) / change.meter.quarters();
}

bool TempoMap::IsOnBarLine(int tempo) const {
  const double quarters = stretches_[tempo].from_quarters;
  const auto behind = std::upper_bound(
      meters_.begin(), meters_.end(), quarters + kOnTheLine,
      [](double wanted, const MeterChange& change) { return wanted < change.from_quarters; });
  const double bars = BarsSince(behind == meters_.begin() ? meters_.front() : *(behind - 1), quarters);
  return std::abs(bars - std::floor(bars + 0.5)) <= kOnTheLine;
}

const TempoMap::MeterChange& TempoMap::ChangeBefore(int64_t bar) const {
  const auto behind = std::upper_bound(meters_.begin(), meters_.end(), bar,
                                       [](int64_t wanted, const MeterChange& at) { return wanted < at.bar; });
  return behind == meters_.begin() ? meters_.front() : *(behind - 1);
}

Meter TempoMap::MeterOf(int64_t bar) const {
  return has_bars() ? ChangeBefore(bar).meter : Meter();
}

double TempoMap::QuartersOfBar(int64_t bar) const {
  const MeterChange& change = ChangeBefore(bar);
  return change.from_quarters + static_cast<double>(bar - change.bar) * change.meter.quarters();
}

double TempoMap::SecondsOfQuarters(double quarters) const {
  const auto behind =
      std::upper_bound(stretches_.begin(), stretches_.end(), quarters,
                       [](double wanted, const Stretch& stretch) { return wanted < stretch.from_quarters; });
  const Stretch& in = behind == stretches_.begin() ? stretches_.front() : *(behind - 1);
  const double since = quarters - in.from_quarters;
  if (in.quarters <= 0) return in.from_seconds + since * 60 / in.from_bpm;
  const double a = in.from_bpm;
  const double b = in.to_bpm;
  return in.from_seconds + 120 * since / (a + std::sqrt(a * a + (b * b - a * a) * since / in.quarters));
}

std::optional<double> TempoMap::SecondsOf(const Time::Musical& place) const {
  if (!has_bars() || place.bar() < 1) return std::nullopt;
  const Meter meter = MeterOf(place.bar());
  if (place.beat() < 1 || place.beat() > meter.beats || place.sixteenth() < 1 ||
      place.sixteenth() > meter.sixteenths()) {
    return std::nullopt;
  }
  return SecondsOfQuarters(QuartersOfBar(place.bar()) + (place.beat() - 1) * 4.0 / meter.beat_unit +
                           (place.sixteenth() - 1) * 0.25);
}

std::optional<int64_t> TempoMap::FramesOf(const Time& time, int sample_rate) const {
  if (!time.has_musical()) return Frames(time, sample_rate);
  const std::optional<double> seconds = SecondsOf(time.musical());
  if (!seconds) return std::nullopt;
  return static_cast<int64_t>(std::floor(*seconds * sample_rate + 0.5));
}

}  // namespace trackout
