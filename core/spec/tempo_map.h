// Where bars and beats stand on a song's time line. Pure.
//
// bpm counts quarter notes. The first tempo stands at bar 1, which stands at the song's `bar_1_at`. A tempo
// with `ramp` moves to the next one's, straight over time; so a stretch of N quarter notes from bpm a to bpm
// b lasts 120 N / (a + b) seconds. Its first q quarter notes last 120 q / (a + sqrt(a^2 + (b^2 - a^2) q /
// N)). The last tempo is steady. A meter holds until another is written (4/4 before the first); one that is
// written at a time inside of a bar begins with the next bar. Only + - * / and sqrt: the same on any machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/album.pb.h"

namespace trackout {

// Of a bar.
struct Meter {
  int beats = 4;
  int beat_unit = 4;  // 4: a beat is a quarter note

  double quarters() const { return beats * 4.0 / beat_unit; }
  int sixteenths() const { return beat_unit < 16 ? 16 / beat_unit : 1; }  // of a beat
};

// `7/8`: 1 to 99 beats of a whole note to a 32nd.
std::optional<Meter> ParseMeter(std::string_view text);

class TempoMap {
 public:
  // Of a song that passed the check. A song without tempo has a map without bars. Times in samples are at the
  // song's written rate.
  explicit TempoMap(const Song& song);

  bool has_bars() const { return !stretches_.empty(); }

  // Seconds of a musical place; nullopt without bars, or where the bar has no such beat or sixteenth.
  std::optional<double> SecondsOf(const Time::Musical& place) const;

  // Any time as frames at a rate, rounded to the nearest frame. Nullopt as above.
  std::optional<int64_t> FramesOf(const Time& time, int sample_rate) const;

  // The meter of a bar (from 1).
  Meter MeterOf(int64_t bar) const;

  // Where a tempo of the song stands, by its index.
  double SecondsOfTempo(int tempo) const { return stretches_[tempo].from_seconds; }
  bool IsOnBarLine(int tempo) const;

 private:
  // From one tempo to the next.
  struct Stretch {
    double from_seconds;
    double from_quarters;  // since bar 1
    double quarters;       // of the ramp; 0 for a steady one
    double from_bpm, to_bpm;
  };
  struct MeterChange {
    int64_t bar;  // the first one in this meter
    double from_quarters;
    Meter meter;
  };
  const MeterChange& ChangeBefore(int64_t bar) const;
  // Bars, from the beginning of the change before a place up to it.
  static double BarsSince(const MeterChange& change, double quarters);
  double QuartersOfBar(int64_t bar) const;
  double SecondsOfQuarters(double quarters) const;
  void ChangeMeter(std::string_view text, double quarters);

  std::vector<Stretch> stretches_;   // one for each tempo
  std::vector<MeterChange> meters_;  // ascending
};

}  // namespace trackout
