// What a track plays, block by block: its regions, read from their sources, with gains and fades, added up in
// their order; silent where its version silences it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/graph/signal.h"
#include "worker/render/graph/source_reader.h"

namespace trackout {

// How long a mute, or a silence, takes: 2 ms.
int64_t RampFrames(int sample_rate);

// A source is open while a region plays it, and until the last region that needs it has ended.
class PlaylistNode {
 public:
  // `playlist` passed CheckPrint or CheckTrackFiles (render/job_check.h).
  PlaylistNode(const Playlist& playlist, FileStore& store, int sample_rate);

  // A block of the song, ascending; from 0 on. One thread.
  absl::Status Load(int64_t first_frame, int frames);
  // Fills a part of the block. `scratch` has as many channels and frames at least. Many threads.
  void Render(int64_t first_frame, const Planes& out, Block& scratch) const;

 private:
  struct PlacedRegion {
    Region region;
    double gain;
    std::string key;  // of its reader
    std::unique_ptr<SourceReader> reader;
  };
  // What of a region falls into the block.
  struct Playing {
    size_t region;
    int64_t from_frame;
    int64_t to_frame;
  };

  absl::Status Open(PlacedRegion& placed, int64_t source_frame);
  void Close(PlacedRegion& placed, int64_t now);
  void AddRegion(const Playing& playing, int64_t first_frame, const Planes& out, bool is_first,
                 Block& scratch) const;
  void Silence(int64_t first_frame, const Planes& out) const;

  const Playlist playlist_;
  FileStore& store_;
  const int sample_rate_;
  std::vector<PlacedRegion> regions_;
  std::vector<std::pair<std::string, std::unique_ptr<SourceReader>>> idle_;  // by key, for later regions
  std::vector<Playing> playing_;
};

}  // namespace trackout
