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

std::vector<int64_t> Pass::Bounds() const {
  std::vector<int64_t> bounds;
  const auto add = [&](int64_t begin, int64_t end) {
    bounds.push_back(begin);
    bounds.push_back(end);
  };
  for (const OutputNode* output : outputs_) add(output->window().begin, output->window().end);
  for (const Written& written : written_) add(written.window.begin, written.window.end);
  for (const Spooled* spooled : spooled_) {
    for (const Stretch& stretch : spooled->stretches) add(stretch.from_frame(), stretch.to_frame());
  }
  std::sort(bounds.begin(), bounds.end());
  return bounds;
}

// Before the first bound is the pre-roll, which is made and not delivered.
absl::Status Pass::Run(const RenderSettings& settings) {
  const std::vector<int64_t> bounds = Bounds();
  if (bounds.empty()) return absl::OkStatus();
  for (int64_t first = std::min(graph_.FirstFrame(), bounds.front()); first < bounds.back();) {
    if (settings.stop) return absl::CancelledError("stopped");
    const int64_t end = *std::upper_bound(bounds.begin(), bounds.end(), first);
    const auto frames = static_cast<int>(std::min<int64_t>(block_frames_, end - first));
    if (absl::Status done = RunBlock(first, frames, settings.crew); !done.ok()) return done;
    if (first >= bounds.front() && settings.frames_done != nullptr) *settings.frames_done += frames;
    first += frames;
  }
  return absl::OkStatus();
}

absl::Status Pass::RunBlock(int64_t first, int frames, Crew* crew) {
  if (absl::Status loaded = graph_.Load(first, frames, crew); !loaded.ok()) return loaded;
  const auto count = static_cast<size_t>(frames);
  const auto is_in = [&](const Window& window) { return window.begin <= first && first < window.end; };
  std::vector<OutputNode*> outputs;
  for (OutputNode* output : outputs_) {
    if (!is_in(output->window())) continue;
    output->Begin(first, count);
    outputs.push_back(output);
  }
  if (!graph_.IsInStep()) graph_.RenderLevels(crew, scratch_);
  if (graph_.IsInStep() || !outputs.empty()) {
    ForEach(crew, graph_.parts(), [&](int part) {
      if (graph_.IsInStep()) graph_.RenderPart(part, scratch_[static_cast<size_t>(part)]);
      RenderPart(first, part, outputs);
    });
  }
  std::vector<DeliveredBlock> blocks;
  for (OutputNode* output : outputs) {
    DeliveredBlock& block = blocks.emplace_back(DeliveredBlock{&output->delivery(), {}});
    if (block.delivery->converter_count() > 0) block.signals = output->Signals(graph_, first, count);
  }
  std::vector<std::function<absl::Status()>> more_work;
  for (const Written& print : written_) {
    if (!is_in(print.window)) continue;
    more_work.emplace_back(
        [&, first, count] { return print.sink->Write(graph_.at(print.print, first, count)); });
  }
  for (Spooled* spooled : spooled_)
    more_work.emplace_back([this, spooled, first, count] { return Spool(*spooled, first, count); });
  return Deliver(blocks, more_work, buffers_.front(), crew);
}

void Pass::RenderPart(int64_t first, int part, const std::vector<OutputNode*>& outputs) {
  const size_t from = graph_.PartBegin(part);
  for (OutputNode* output : outputs) {
    output->RenderPart(graph_, first + static_cast<int64_t>(from), from, graph_.PartFrames(part),
                       buffers_[static_cast<size_t>(part)]);
  }
}

absl::Status Pass::Spool(Spooled& spooled, int64_t first, size_t frames) {
  for (const Stretch& stretch : spooled.stretches) {
    const int64_t from = std::max(first, stretch.from_frame());
    const int64_t to = std::min(first + static_cast<int64_t>(frames), stretch.to_frame());
    if (from >= to) continue;
    for (size_t i = 0; i < spooled.nodes.size(); ++i) {
      absl::Status written = spooled.spool->Write(
          i, from - spooled.start_frame, graph_.at(spooled.nodes[i], from, static_cast<size_t>(to - from)));
      if (!written.ok()) return written;
    }
  }
  return absl::OkStatus();
}

}  // namespace trackout
