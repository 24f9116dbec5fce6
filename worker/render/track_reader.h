// One track of a song, block by block: its regions, read from their sources, with their gains, added up.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/audio/audio_file.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"

namespace trackout {

// Blocks are asked for in ascending order. A source is opened when its region begins and closed when it
// ends. Not thread-safe.
class TrackReader {
 public:
  TrackReader(const RawTrack& track, FileStore& store, int block_frames);

  // Fills `plane(0)` (and `plane(1)` of a stereo track) with frames first_frame .. first_frame + frames - 1.
  absl::Status Read(int64_t first_frame, int frames);

  int channels() const { return static_cast<int>(planes_.size()); }
  std::span<const double> plane(int channel) const { return std::span(planes_[channel]).first(frames_); }

 private:
  struct OpenRegion {
    Region region;
    double gain;
    std::unique_ptr<AudioFile> file;
    std::string path;  // for messages
  };

  absl::Status AddRegion(OpenRegion& region, int64_t first_frame, int frames);

  FileStore& store_;
  std::vector<OpenRegion> regions_;
  std::vector<double> interleaved_;
  std::vector<std::vector<double>> planes_;
  size_t frames_ = 0;
};

}  // namespace trackout
