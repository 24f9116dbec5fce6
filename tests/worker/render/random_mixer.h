// Mixers made by chance, the same for the same seed, with everything in them that a print can say.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "proto/render.pb.h"

namespace trackout::test {

// A source that random tracks play: it lasts kRandomSourceFrames.
struct RandomSource {
  Digest digest;
  int channels;
};
inline constexpr int kRandomSourceFrames = 900;

class RandomMixer {
 public:
  RandomMixer(uint64_t seed, std::vector<RandomSource> sources)
      : chance_(seed), sources_(std::move(sources)) {}

  // Tracks, buses and returns of a song of about `frames` frames.
  Print MakePrint(int64_t frames, int channels);

  int Below(int end) { return static_cast<int>(chance_() % static_cast<uint64_t>(end)); }
  bool OneIn(int count) { return Below(count) == 0; }
  double Level();

 private:
  Region MakeRegion(int64_t frames, int channels);
  Playlist MakePlaylist(int64_t frames, int channels);
  int MakeLayout();
  Envelope MakeEnvelope(int64_t frames, double least, double most);
  Envelope MakeMute(int64_t frames);
  void MakeStrip(int64_t frames, Strip& strip);
  Send MakeSend(int64_t frames, int to);

  std::mt19937_64 chance_;
  const std::vector<RandomSource> sources_;
};

}  // namespace trackout::test
