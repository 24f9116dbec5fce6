// The mixes of a finish: sums of prints, each at its level, times the master fader.
#pragma once

#include <span>
#include <vector>

#include "proto/render.pb.h"
#include "worker/render/files/delivery.h"
#include "worker/render/graph/edge.h"
#include "worker/render/graph/signal.h"

namespace trackout {

// Thread-safe: it has no state.
class Mixer {
 public:
  // `finish` passed CheckFinish (render/job_check.h).
  explicit Mixer(const Finish& finish);

  size_t mix_count() const { return mixes_.size(); }
  // Whether a mix is a print as it is, which then needs no copy; its index, or -1.
  int PrintAsItIs(size_t mix) const { return mixes_[mix].print_as_it_is; }

  // Into `out`; `song_frame` is that of the first frame of `prints`.
  void Render(size_t mix, std::span<const ConstPlanes> prints, int64_t song_frame, const Planes& out) const;

 private:
  struct Term {
    size_t print;
    double gain;
  };
  struct MixOfTerms {
    std::vector<Term> terms;
    int print_as_it_is = -1;
  };

  std::vector<MixOfTerms> mixes_;
  double master_gain_;
  EnvelopePoints master_;  // in dB
};

// The delivery that a finish asks for, with its files begun.
absl::StatusOr<std::unique_ptr<Delivery>> DeliveryOf(const RenderJob& job, FileStore& store, int part_frames);

}  // namespace trackout
