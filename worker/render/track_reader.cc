#include "worker/render/track_reader.h"

#include <algorithm>
#include <filesystem>

#include "fmt/format.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/mix.h"

namespace trackout {

TrackReader::TrackReader(const RawTrack& track, FileStore& store, int block_frames) : store_(store) {
  for (const Region& region : track.regions()) {
    regions_.push_back({region, dsp::FromDecibels(region.gain_db()), nullptr, ""});
  }
  interleaved_.resize(static_cast<size_t>(block_frames) * static_cast<size_t>(track.channels()));
  planes_.assign(static_cast<size_t>(track.channels()),
                 std::vector<double>(static_cast<size_t>(block_frames)));
}

absl::Status TrackReader::Read(int64_t first_frame, int frames) {
  frames_ = static_cast<size_t>(frames);
  for (std::vector<double>& plane : planes_) std::fill_n(plane.begin(), frames_, 0.0);
  for (OpenRegion& region : regions_) {
    if (absl::Status added = AddRegion(region, first_frame, frames); !added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status TrackReader::AddRegion(OpenRegion& open, int64_t first_frame, int frames) {
  const Region& region = open.region;
  const int64_t begin = std::max(first_frame, region.start_frame());
  const int64_t end = std::min(first_frame + frames, region.start_frame() + region.frame_count());
  if (begin >= end) {
    if (first_frame >= region.start_frame() + region.frame_count()) open.file.reset();
    return absl::OkStatus();
  }
  // Whatever is wrong with it: the source is at fault.
  const auto error = [&](const absl::Status& status) {
    return absl::DataLossError(fmt::format("{}: {}", open.path, std::string(status.message())));
  };
  if (open.file == nullptr) {
    absl::StatusOr<std::string> path = store_.PathOf(region.source());
    if (!path.ok()) return path.status();
    open.path = *std::move(path);
    absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(open.path);
    if (!file.ok()) return error(file.status());
    open.file = *std::move(file);
    if (open.file->channels() != channels()) {
      return error(absl::DataLossError("has changed since it was looked at; render again"));
    }
  }
  const size_t count = static_cast<size_t>(end - begin);
  const std::span<double> samples = std::span(interleaved_).first(count * planes_.size());
  const int64_t source_frame = region.offset_frame() + begin - region.start_frame();
  if (absl::Status read = open.file->Read(source_frame, samples); !read.ok()) return error(read);
  for (size_t channel = 0; channel < planes_.size(); ++channel) {
    dsp::AddChannel(samples, planes_.size(), channel, open.gain,
                    std::span(planes_[channel]).subspan(static_cast<size_t>(begin - first_frame), count));
  }
  return absl::OkStatus();
}

}  // namespace trackout
