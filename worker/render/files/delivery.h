// What becomes of the signals of a job: files, at the song's rate or another, and sets of stems.
//
// Channels: a mono file of a wider signal is 0.5 (L + R), by way of stereo, so that of a centred signal it is
// exactly the left; a mono signal is on both sides of a wider file as it is, which takes that back (the 0 dB
// law of sessions); else as dsp::Conversion. A set of stems in integers is quantised cumulatively and closes
// on its mix, after the conversion of rate and channels: stem k = q(s1 + ... + sk) - q(s1 + ... + s(k-1)),
// and the last one q(mix) - q(s1 + ... + s(S-1)), so that the set adds up to q(mix) in every sample. A set
// that is open (stems that need not add up) is rounded stem by stem.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/audio/rate_converter.h"
#include "core/blobs/file_store.h"
#include "proto/render.pb.h"
#include "worker/render/files/ceiling_guard.h"
#include "worker/render/files/reel.h"
#include "worker/render/graph/signal.h"

namespace trackout {

// Channels of a file from those of a signal.
dsp::Matrix FileMatrix(int from, int to);

// A block: Begin on one thread; RenderPart for every part, on many; Convert for every converter, on many;
// RenderConverted on one; Work, on many.
class Delivery {
 public:
  struct FileRequest {
    int signal;
    Format format;
    int channels;
    std::optional<uint64_t> tpdf_seed;
  };
  struct SetRequest {
    std::vector<int> stems;  // signals
    int mix;
    Format format;
    int channels;
    bool is_open = false;  // each stem is rounded by itself
  };
  // Buffers for one thread.
  struct Buffers {
    explicit Buffers(size_t frames)
        : converted(dsp::kMostChannels, frames),
          sum(dsp::kMostChannels, frames),
          last(dsp::kMostChannels, frames) {}
    Block converted;
    Block sum;
    Block last;
  };

  // `frames`: of the signals, all of them of `channels`. `ceiling`: kept where they are converted
  // (ceiling_guard.h); then all have as many channels.
  Delivery(int sample_rate, int64_t frames, std::vector<int> channels, int part_frames,
           std::optional<Ceiling> ceiling = std::nullopt);

  // In the order of the outputs.
  absl::Status AddFile(FileStore& store, const FileRequest& file);
  absl::Status AddSet(FileStore& store, const SetRequest& set);

  void Begin(int64_t first_frame, size_t frames);
  // `signals`: that part of each; `from` counts from the block's first frame.
  void RenderPart(size_t from, std::span<const ConstPlanes> signals, Buffers& buffers);

  int converter_count() const { return static_cast<int>(converters_.size()); }
  // `signals`: the whole block of each.
  absl::Status Convert(int index, std::span<const ConstPlanes> signals);
  void RenderConverted(Buffers& buffers);

  int work_count() const;
  absl::Status Work(int index);

  // In the order of the outputs.
  absl::StatusOr<std::vector<Rendered>> Finish();

 private:
  struct Place {
    size_t reel;
    size_t file;
  };
  struct File {
    FileRequest request;
    size_t place;  // on its reel
  };
  struct Set {
    SetRequest request;
    std::vector<size_t> places;
  };
  struct ReelOfRate {
    Reel reel;
    int64_t first_frame = 0;  // of the stretch
    std::vector<File> files;
    std::vector<Set> sets;
    std::vector<int> converters;  // by signal: index, or -1; empty at the song's rate
    std::unique_ptr<CeilingGuard> guard = nullptr;
    int64_t pulled_frames = 0;
  };
  struct Converter {
    int signal;
    std::unique_ptr<RateConverter> converter;
    Block pulled;
  };

  absl::StatusOr<ReelOfRate*> ReelFor(const Format& format);
  absl::Status NeedSignal(ReelOfRate& at_rate, int signal);
  absl::StatusOr<size_t> AddToReel(FileStore& store, ReelOfRate& at_rate, const Format& format, int channels);
  void RenderReel(ReelOfRate& at_rate, size_t from, std::span<const ConstPlanes> signals, Buffers& buffers);
  void RenderFile(ReelOfRate& at_rate, const File& file, size_t from, const ConstPlanes& signal,
                  Buffers& buffers);
  void RenderSet(ReelOfRate& at_rate, const Set& set, size_t from, std::span<const ConstPlanes> signals,
                 Buffers& buffers);
  // Frames of each converter of the rate, from `from` on.
  struct Pulled {
    size_t from;
    size_t count;
  };
  Pulled PullConverted(ReelOfRate& at_rate);
  Pulled Guarded(ReelOfRate& at_rate, size_t count);
  int64_t FramesOf(const ReelOfRate& at_rate) const;

  const int sample_rate_;
  const int64_t frames_;
  const std::vector<int> channels_;
  const size_t part_frames_;
  const std::optional<Ceiling> ceiling_;
  std::vector<std::unique_ptr<ReelOfRate>> reels_;
  std::vector<Converter> converters_;
  std::vector<Place> outputs_;
};

}  // namespace trackout
