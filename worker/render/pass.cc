#include "worker/render/pass.h"

#include <algorithm>
#include <utility>

namespace trackout {
namespace {

absl::Status FirstError(const std::vector<absl::Status>& statuses) {
  const auto error =
      std::find_if(statuses.begin(), statuses.end(), [](const absl::Status& status) { return !status.ok(); });
  return error == statuses.end() ? absl::OkStatus() : *error;
}

absl::Status Convert(const std::vector<DeliveredBlock>& blocks, Crew* crew) {
  std::vector<std::pair<const DeliveredBlock*, int>> converters;
  for (const DeliveredBlock& block : blocks) {
    for (int i = 0; i < block.delivery->converter_count(); ++i) converters.emplace_back(&block, i);
  }
  std::vector<absl::Status> converted(converters.size());
  ForEach(crew, static_cast<int>(converters.size()), [&](int i) {
    const auto& [block, index] = converters[static_cast<size_t>(i)];
    converted[static_cast<size_t>(i)] = block->delivery->Convert(index, block->signals);
  });
  return FirstError(converted);
}

}  // namespace

absl::Status Deliver(const std::vector<DeliveredBlock>& blocks,
                     const std::vector<std::function<absl::Status()>>& more_work, Delivery::Buffers& buffers,
                     Crew* crew) {
  if (absl::Status converted = Convert(blocks, crew); !converted.ok()) return converted;
  std::vector<std::pair<Delivery*, int>> work;
  for (const DeliveredBlock& block : blocks) {
    if (block.delivery->converter_count() > 0) block.delivery->RenderConverted(buffers);
    for (int i = 0; i < block.delivery->work_count(); ++i) work.emplace_back(block.delivery, i);
  }
  std::vector<absl::Status> done(work.size() + more_work.size());
  ForEach(crew, static_cast<int>(done.size()), [&](int i) {
    const auto index = static_cast<size_t>(i);
    done[index] =
        index < work.size() ? work[index].first->Work(work[index].second) : more_work[index - work.size()]();
  });
  return FirstError(done);
}

Pass::Pass(Graph& graph, std::vector<OutputNode*> outputs, std::vector<Written> written,
           std::vector<Spooled*> spooled, int block_frames, int part_frames)
    : graph_(graph),
      outputs_(std::move(outputs)),
      written_(std::move(written)),
      spooled_(std::move(spooled)),
      block_frames_(block_frames),
      part_frames_(static_cast<size_t>(part_frames)) {
  const auto parts = static_cast<size_t>(PartCount(static_cast<size_t>(block_frames), part_frames_));
  for (size_t part = 0; part < parts; ++part) {
    scratch_.emplace_back(part_frames_);
    buffers_.emplace_back(part_frames_);
  }
}

absl::Status Pass::Run(int64_t total_frames, const RenderSettings& settings) {
  // Blocks of the pre-roll end where the first that is written begins.
  for (int64_t first = -graph_.PrerollFrames(); first < total_frames;) {
    if (settings.stop) return absl::CancelledError("stopped");
    const int64_t end = first < 0 ? 0 : total_frames;
    const auto frames = static_cast<int>(std::min<int64_t>(block_frames_, end - first));
    if (absl::Status done = RunBlock(first, frames, settings.crew); !done.ok()) return done;
    if (first >= 0 && settings.frames_done != nullptr) *settings.frames_done += frames;
    first += frames;
  }
  return absl::OkStatus();
}

absl::Status Pass::RunBlock(int64_t first, int frames, Crew* crew) {
  if (absl::Status loaded = graph_.Load(first, frames, crew); !loaded.ok()) return loaded;
  const bool is_delivered = first >= 0;
  const auto count = static_cast<size_t>(frames);
  if (is_delivered) {
    for (OutputNode* output : outputs_) output->delivery().Begin(first, count);
  }
  if (!graph_.IsInStep()) graph_.RenderLevels(crew, scratch_);
  ForEach(crew, graph_.parts(), [&](int part) {
    if (graph_.IsInStep()) graph_.RenderPart(part, scratch_[static_cast<size_t>(part)]);
    if (is_delivered) RenderPart(first, part);
  });
  if (!is_delivered) return absl::OkStatus();

  std::vector<DeliveredBlock> blocks;
  for (OutputNode* output : outputs_) {
    DeliveredBlock& block = blocks.emplace_back(DeliveredBlock{&output->delivery(), {}});
    if (block.delivery->converter_count() > 0) block.signals = output->Signals(count);
  }
  std::vector<std::function<absl::Status()>> more_work;
  for (const Written& print : written_)
    more_work.emplace_back([&, first, count] {
      return print.sink->Write(graph_.at({print.print, 0}, first, count));
    });
  for (Spooled* spooled : spooled_)
    more_work.emplace_back([this, spooled, first, count] { return Spool(*spooled, first, count); });
  return Deliver(blocks, more_work, buffers_.front(), crew);
}

void Pass::RenderPart(int64_t first, int part) {
  const size_t from = graph_.PartBegin(part);
  for (OutputNode* output : outputs_) {
    output->RenderPart(graph_, first + static_cast<int64_t>(from), from, graph_.PartFrames(part),
                       buffers_[static_cast<size_t>(part)]);
  }
}

absl::Status Pass::Spool(Spooled& spooled, int64_t first, size_t frames) {
  for (const Stretch& stretch : spooled.stretches) {
    const int64_t from = std::max(first, stretch.from_frame());
    const int64_t to = std::min(first + static_cast<int64_t>(frames), stretch.to_frame());
    if (from >= to) continue;
    for (size_t i = 0; i < spooled.prints.size(); ++i) {
      absl::Status written = spooled.spool->Write(
          i, from, graph_.at({spooled.prints[i], 0}, from, static_cast<size_t>(to - from)));
      if (!written.ok()) return written;
    }
  }
  return absl::OkStatus();
}

}  // namespace trackout
