// A cutdown: sections of a song's prints, one after the other, mixed and finished as the song is.
//
// Section k stands where the lengths of those before it end. The crossfade of c frames with the one before is
// centred on that joint: it begins c / 2 frames (rounded down) ahead of it; there the earlier section goes on
// and fades out, and the later one has begun and fades in, at equal power. Outside of the prints there is
// silence. The master fader moves as it does at the place of the song that a section takes, and the end of
// the song fades out as it does in the song, where its tail was cut.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/render/bundle.h"
#include "worker/render/mixer.h"
#include "worker/render/print_blob.h"

namespace trackout {

// The stretches of its prints that an edit reads: ascending, apart from each other, within the prints.
std::vector<Stretch> StretchesOf(const Finish& finish);

class EditPass {
 public:
  // `job` passed CheckFinish; `prints` stand for job.finish().prints(), in order.
  static absl::StatusOr<std::unique_ptr<EditPass>> Create(const RenderJob& job,
                                                          std::vector<std::unique_ptr<PrintReader>> prints,
                                                          FileStore& store, int block_frames,
                                                          int part_frames);

  absl::Status Run(const RenderSettings& settings);
  absl::StatusOr<std::vector<Rendered>> Finish() { return delivery_->Finish(); }

 private:
  // A section in the edit.
  struct Placed {
    int64_t begin;       // of the edit: its first frame, crossfade included
    int64_t end;         // behind its last
    int64_t from_frame;  // of the prints: what stands at `begin`
    int64_t fade_in;     // frames, from `begin` on
    int64_t fade_out;    // frames, up to `end`
  };

  EditPass(const RenderJob& job, std::vector<std::unique_ptr<PrintReader>> prints, int block_frames,
           int part_frames, std::unique_ptr<Delivery> delivery);

  static std::vector<Placed> Place(const Edit& edit);
  friend std::vector<Stretch> StretchesOf(const trackout::Finish& finish);

  absl::Status RunBlock(int64_t first, size_t frames, Crew* crew);
  absl::Status AddSection(const Placed& section, int64_t first, size_t frames, Crew* crew);
  void MixPart(const Placed& section, int64_t first, int64_t begin, size_t count, int part);
  void FinishPart(int64_t first, size_t from, size_t count, int part);
  std::vector<ConstPlanes> Mixes(size_t from, size_t count);

  // What one thread needs to mix a part of a section.
  struct Buffers {
    std::vector<Block> prints;
    Block mix;
    Delivery::Buffers delivery;
  };

  const RenderJob job_;
  const Mixer mixer_;
  const std::vector<Placed> sections_;
  const std::vector<std::unique_ptr<PrintReader>> prints_;
  const int block_frames_;
  const size_t part_frames_;
  const std::unique_ptr<Delivery> delivery_;
  std::vector<Block> mixes_;
  std::vector<Buffers> buffers_;  // by part
};

}  // namespace trackout
