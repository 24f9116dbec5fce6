// The recording session of one song: blank takes, and a way to keep a played one as a WAV file. A
// kept take is freed of DC, brought to the peak it is asked for, and ends in silence.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "deploy/demo_album/score.h"
#include "proto/album.pb.h"

namespace trackout::demo {

// One recording: equally long sides, one (mono) or two (left, right).
struct Take {
  std::vector<std::vector<double>> sides;

  std::span<double> Mono() { return sides.front(); }
  std::span<double> Left() { return sides.front(); }
  std::span<double> Right() { return sides.back(); }
};

// `sound` from a point in time on: empty behind its end.
std::span<double> From(std::span<double> sound, double start_s, int sample_rate);

// Adds `source` to `target` with a gain; `target` is not shorter.
void Add(std::span<const double> source, double gain, std::span<double> target);

// How a take is kept.
struct Print {
  double peak_dbfs = -6;  // of the whole take, also where the file is only a part of it
  Format::Bits bits = Format::BITS_24;
  double from_s = 0;  // the file begins here
  double to_s = 0;    // and ends here; 0: when the take has died away
};

class Session {
 public:
  Session(std::filesystem::path folder, int sample_rate, double length_s);

  int sample_rate() const { return sample_rate_; }
  double length_s() const { return length_s_; }

  Take BlankMono() const { return Blank(1); }
  Take BlankStereo() const { return Blank(2); }

  // Writes a take below the folder. The first failure is remembered, and nothing is written after
  // it, so that a song asks once, at its end.
  void Keep(std::string_view file_name, Take take, const Print& print);
  const absl::Status& status() const { return status_; }

 private:
  Take Blank(size_t sides) const;

  const std::filesystem::path folder_;
  const int sample_rate_;
  const double length_s_;
  absl::Status status_;
};

}  // namespace trackout::demo
