// One recorded source on its way into a playlist: its bytes as they lie in the file, or decoded by
// libsndfile, or converted to the song's rate.
//
// A block is loaded first, which is where disks and decoders are, and unpacked then, in parts, by as many
// hands as there are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/graph/signal.h"

namespace trackout {

// Load wants it alone; many may unpack. Errors are DataLoss, and name the file: the source is at fault.
class SourceReader {
 public:
  virtual ~SourceReader() = default;

  // Frames at the song's rate, from the source's beginning. Ascending ones are the fast way.
  virtual absl::Status Load(int64_t first_frame, size_t frames) = 0;
  // The frame behind the last that was loaded.
  virtual int64_t position() const = 0;

  // The first `frames` of what Load was given, from `skip` on.
  virtual void Unpack(size_t skip, const Planes& planes) const = 0;

  // Whether Unpack may give a negative zero: of a source in float it may.
  virtual bool is_integer() const = 0;
};

// What makes two regions readable by one reader.
std::string ReaderKey(const Region& region);

// `channels`: of the playlist. A source of another rate (region.source_rate) is always converted from its
// first frame, so that it has the same samples wherever a clip begins.
absl::StatusOr<std::unique_ptr<SourceReader>> OpenSource(FileStore& store, const Region& region, int channels,
                                                         int sample_rate);

}  // namespace trackout
