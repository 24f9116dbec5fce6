// A cutdown: sections of a song's mixes, one after the other.
//
// Section k stands where the lengths of those before it end. The crossfade of c frames with the one before is
// centred on that joint: it begins c / 2 frames (rounded down) ahead of it; there the earlier section goes on
// and fades out, and the later one has begun and fades in, at equal power. Outside of the stretch of song
// that is delivered there is silence. Mixes are cut behind the master, so that its processors and its fader
// are where the song has them; and the end of the song fades out as it does in the song, where its tail was
// cut.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/render/bundle.h"
#include "worker/render/files/delivery.h"
#include "worker/render/print_blob.h"

namespace trackout {

// The stretches of the mixes that an edit reads, of the song: ascending, apart from each other, within the
// stretch that is delivered.
std::vector<Stretch> StretchesOf(const RenderJob& job);

class EditPass {
 public:
  // `job` passed CheckFinish; `mixes`: job.finish().mixes(), in order, from the job's start_frame on.
  static absl::StatusOr<std::unique_ptr<EditPass>> Create(const RenderJob& job,
                                                          std::vector<std::unique_ptr<PrintReader>> mixes,
                                                          FileStore& store, int block_frames,
                                                          int part_frames);

  absl::Status Run(const RenderSettings& settings);
  absl::StatusOr<std::vector<Rendered>> Finish() { return delivery_->Finish(); }

 private:
  // A section in the edit.
  struct Placed {
    int64_t begin;       // of the edit: its first frame, crossfade included
    int64_t end;         // behind its last
    int64_t from_frame;  // of the mixes: what stands at `begin`
    int64_t fade_in;     // frames, from `begin` on
    int64_t fade_out;    // frames, up to `end`
  };

  EditPass(const RenderJob& job, std::vector<std::unique_ptr<PrintReader>> mixes, int block_frames,
           int part_frames, std::unique_ptr<Delivery> delivery);

  static std::vector<Placed> Place(const Edit& edit);
  friend std::vector<Stretch> StretchesOf(const RenderJob& job);

  absl::Status RunBlock(int64_t first, size_t frames, Crew* crew);
  absl::Status AddSection(const Placed& section, int64_t first, size_t frames, Crew* crew);
  void AddPart(const Placed& section, int64_t first, int64_t begin, size_t count, int part);
  void FinishPart(int64_t first, size_t from, size_t count, int part);
  std::vector<ConstPlanes> Mixes(size_t from, size_t count);

  // What one thread needs to add a part of a section.
  struct Buffers {
    Block mix;
    Delivery::Buffers delivery;
  };

  const RenderJob job_;
  const std::vector<Placed> sections_;
  const std::vector<std::unique_ptr<PrintReader>> readers_;  // of the mixes
  const int block_frames_;
  const size_t part_frames_;
  const std::unique_ptr<Delivery> delivery_;
  std::vector<Block> mixes_;      // of the edit
  std::vector<Buffers> buffers_;  // by part
};

}  // namespace trackout
