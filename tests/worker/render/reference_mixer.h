// The mixer of spec.md once more, as plainly as it can be written: sample by sample, each asked of the strips
// before it, with the system's own sines and powers. What the engine makes is held against it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/render.pb.h"

namespace trackout::test {

// Up to eight channels of one moment.
using Frame = std::array<double, 8>;

struct RecordedSource {
  int channels = 0;
  std::vector<double> samples;  // interleaved
};
using RecordedSources = std::map<std::string, RecordedSource>;  // by SHA-256

// What a playlist plays at a frame of the song.
Frame PlayedAt(const Playlist& playlist, const RecordedSources& sources, int sample_rate, int64_t frame);

// From a layout to another, as a bus without a panner does it.
Frame Converted(const Frame& frame, int from, int to);
// As a file does it: into mono by halves, from mono as it is on both sides.
Frame ConvertedForFile(const Frame& frame, int from, int to);

// Of an envelope in dB, as a gain.
double LevelAt(const Envelope& envelope, int64_t frame);

class ReferenceMixer {
 public:
  ReferenceMixer(const Print& print, const RecordedSources& sources, int sample_rate)
      : print_(print),
        sources_(sources),
        sample_rate_(sample_rate),
        inputs_(static_cast<size_t>(print.strips_size()) + 1) {}

  // A frame of the song, as the print has it.
  Frame At(int64_t frame) { return SumInto(-1, frame); }

 private:
  Frame SumInto(int target, int64_t frame);
  Frame InputOf(int strip, int64_t frame);
  Frame PreFader(int strip, int64_t frame);
  Frame Fed(const Strip& strip, const Frame& signal, int64_t frame, int to) const;
  Frame Sent(const Strip& strip, const Send& send, const Frame& signal, int64_t frame, int to) const;
  double MuteAt(const Strip& strip, int64_t frame) const;

  const Print print_;
  const RecordedSources& sources_;
  const int sample_rate_;
  std::vector<std::map<int64_t, Frame>> inputs_;  // that have been asked for
};

}  // namespace trackout::test
