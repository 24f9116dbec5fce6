#include "worker/render/edit_pass.h"

#include <algorithm>
#include <utility>

#include "worker/dsp/fade.h"
#include "worker/render/finish_graph.h"
#include "worker/render/pass.h"

namespace trackout {

std::vector<EditPass::Placed> EditPass::Place(const Edit& edit) {
  std::vector<Placed> placed;
  int64_t joint = 0;
  for (const EditSection& section : edit.sections()) {
    const int64_t crossfade = placed.empty() ? 0 : section.crossfade_frames();
    const int64_t early = crossfade / 2;
    if (!placed.empty()) {
      placed.back().end = joint - early + crossfade;
      placed.back().fade_out = crossfade;
    }
    const int64_t end = joint + section.to_frame() - section.from_frame();
    placed.push_back({joint - early, end, section.from_frame() - early, crossfade, 0});
    joint = end;
  }
  return placed;
}

std::vector<Stretch> StretchesOf(const RenderJob& job) {
  const Finish& finish = job.finish();
  std::vector<std::pair<int64_t, int64_t>> all;
  for (const EditPass::Placed& section : EditPass::Place(finish.edit())) {
    const int64_t from = std::clamp(section.from_frame, int64_t{0}, finish.whole_frames());
    const int64_t to =
        std::clamp(section.from_frame + section.end - section.begin, int64_t{0}, finish.whole_frames());
    if (from < to) all.emplace_back(job.start_frame() + from, job.start_frame() + to);
  }
  std::sort(all.begin(), all.end());
  std::vector<Stretch> stretches;
  for (const auto& [from, to] : all) {
    if (!stretches.empty() && from <= stretches.back().to_frame()) {
      stretches.back().set_to_frame(std::max(to, stretches.back().to_frame()));
      continue;
    }
    stretches.emplace_back();
    stretches.back().set_from_frame(from);
    stretches.back().set_to_frame(to);
  }
  return stretches;
}

absl::StatusOr<std::unique_ptr<EditPass>> EditPass::Create(const RenderJob& job,
                                                           std::vector<std::unique_ptr<PrintReader>> mixes,
                                                           FileStore& store, int block_frames,
                                                           int part_frames) {
  absl::StatusOr<std::unique_ptr<Delivery>> delivery = DeliveryOf(job, store, part_frames);
  if (!delivery.ok()) return delivery.status();
  return std::unique_ptr<EditPass>(
      new EditPass(job, std::move(mixes), block_frames, part_frames, *std::move(delivery)));
}

EditPass::EditPass(const RenderJob& job, std::vector<std::unique_ptr<PrintReader>> mixes, int block_frames,
                   int part_frames, std::unique_ptr<Delivery> delivery)
    : job_(job),
      sections_(Place(job.finish().edit())),
      readers_(std::move(mixes)),
      block_frames_(block_frames),
      part_frames_(static_cast<size_t>(part_frames)),
      delivery_(std::move(delivery)) {
  const int channels = job.finish().channels();
  mixes_.assign(readers_.size(), Block(channels, static_cast<size_t>(block_frames)));
  for (int begin = 0; begin < block_frames; begin += part_frames)
    buffers_.push_back({Block(channels, part_frames_), Delivery::Buffers(part_frames_)});
}

absl::Status EditPass::Run(const RenderSettings& settings) {
  for (int64_t first = 0; first < job_.frames(); first += block_frames_) {
    if (settings.stop) return absl::CancelledError("stopped");
    const int64_t frames = std::min<int64_t>(block_frames_, job_.frames() - first);
    if (absl::Status done = RunBlock(first, static_cast<size_t>(frames), settings.crew); !done.ok())
      return done;
    if (settings.frames_done != nullptr) *settings.frames_done += frames;
  }
  return absl::OkStatus();
}

absl::Status EditPass::RunBlock(int64_t first, size_t frames, Crew* crew) {
  for (Block& mix : mixes_) Clear(mix.planes(0, frames));
  for (const Placed& section : sections_) {
    if (section.begin >= first + static_cast<int64_t>(frames) || section.end <= first) continue;
    if (absl::Status added = AddSection(section, first, frames, crew); !added.ok()) return added;
  }
  delivery_->Begin(first, frames);
  ForEach(crew, PartCount(frames, part_frames_), [&](int part) {
    const size_t from = static_cast<size_t>(part) * part_frames_;
    FinishPart(first, from, std::min(part_frames_, frames - from), part);
  });
  return Deliver({{delivery_.get(), Mixes(0, frames)}}, {}, buffers_.front().delivery, crew);
}

absl::Status EditPass::AddSection(const Placed& section, int64_t first, size_t frames, Crew* crew) {
  const int64_t begin = std::max(first, section.begin);
  const int64_t end = std::min(first + static_cast<int64_t>(frames), section.end);
  const auto count = static_cast<size_t>(end - begin);
  std::vector<absl::Status> loaded(readers_.size());
  ForEach(crew, static_cast<int>(readers_.size()), [&](int i) {
    const auto mix = static_cast<size_t>(i);
    loaded[mix] = readers_[mix]->Load(section.from_frame + begin - section.begin, count);
  });
  for (const absl::Status& status : loaded) {
    if (!status.ok()) return status;
  }
  ForEach(crew, PartCount(count, part_frames_), [&](int part) {
    const size_t from = static_cast<size_t>(part) * part_frames_;
    AddPart(section, first, begin + static_cast<int64_t>(from), std::min(part_frames_, count - from), part);
  });
  return absl::OkStatus();
}

// Frames of the edit from `begin` on; the block begins at `first`.
void EditPass::AddPart(const Placed& section, int64_t first, int64_t begin, size_t count, int part) {
  Buffers& buffers = buffers_[static_cast<size_t>(part)];
  const int64_t song_frame = section.from_frame + begin - section.begin;
  for (size_t mix = 0; mix < mixes_.size(); ++mix) {
    const Planes mixed = buffers.mix.planes(0, count);
    readers_[mix]->Unpack(song_frame, mixed);
    const int64_t final_fade = job_.final_fade_frames();
    for (const std::span<double> plane : mixed) {
      if (final_fade > 0) {
        dsp::FadeOut(dsp::FadeShape::kLinear, final_fade,
                     song_frame - (job_.finish().whole_frames() - final_fade), plane);
      }
      if (section.fade_in > 0)
        dsp::FadeIn(dsp::FadeShape::kEqualPower, section.fade_in, begin - section.begin, plane);
      if (section.fade_out > 0)
        dsp::FadeOut(dsp::FadeShape::kEqualPower, section.fade_out, begin - (section.end - section.fade_out),
                     plane);
    }
    Add(mixed, mixes_[mix].planes(static_cast<size_t>(begin - first), count));
  }
}

// The end that fades out is that of what sounds: of the last section, or of the job where that is sooner.
void EditPass::FinishPart(int64_t first, size_t from, size_t count, int part) {
  const int64_t sounds = sections_.empty() ? 0 : sections_.back().end;
  const int64_t fade = job_.finish().edit().fade_out_frames();
  const int64_t fade_begin = std::min(job_.frames(), sounds) - fade;
  if (fade > 0) {
    for (Block& mix : mixes_) {
      for (const std::span<double> plane : mix.planes(from, count)) {
        dsp::FadeOut(dsp::FadeShape::kLinear, fade, first + static_cast<int64_t>(from) - fade_begin, plane);
      }
    }
  }
  delivery_->RenderPart(from, Mixes(from, count), buffers_[static_cast<size_t>(part)].delivery);
}

std::vector<ConstPlanes> EditPass::Mixes(size_t from, size_t count) {
  std::vector<ConstPlanes> mixes;
  for (Block& mix : mixes_) mixes.push_back(mix.planes(from, count));
  return mixes;
}

}  // namespace trackout
