#include "worker/render/finish_node.h"

#include <algorithm>
#include <array>

#include "core/audio/wav.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/mix.h"
#include "worker/dsp/quantise.h"

namespace trackout {
namespace {

constexpr int kStereo = 2;

std::array<std::span<double>, kStereo> Planes(StereoBlock& block, size_t frames) {
  return {std::span(block.left).first(frames), std::span(block.right).first(frames)};
}
std::array<std::span<const double>, kStereo> Planes(const StereoBlock& block, size_t frames) {
  return {std::span(block.left).first(frames), std::span(block.right).first(frames)};
}

bool AllWithin(const google::protobuf::RepeatedField<int>& indices, int size) {
  return std::all_of(indices.begin(), indices.end(),
                     [size](int index) { return index >= 0 && index < size; });
}

// Whether every index of the message is one.
bool IsWhole(const Finish& finish) {
  for (const Mix& mix : finish.mixes()) {
    for (const MixTerm& term : mix.terms()) {
      if (term.print() < 0 || term.print() >= finish.prints_size()) return false;
    }
  }
  for (const MixFile& file : finish.mix_files()) {
    if (file.mix() < 0 || file.mix() >= finish.mixes_size()) return false;
  }
  for (const StemSet& set : finish.stem_sets()) {
    if (set.prints().empty() || !AllWithin(set.prints(), finish.prints_size())) return false;
    if (set.mix() < 0 || set.mix() >= finish.mixes_size()) return false;
  }
  return true;
}

}  // namespace

FinishNode::FinishNode(const RenderJob& job, std::vector<const StereoBlock*> prints, int block_frames)
    : finish_(job.finish()),
      master_gain_(dsp::FromDecibels(job.finish().master_fader_db())),
      prints_(std::move(prints)),
      mixes_(static_cast<size_t>(job.finish().mixes_size()), StereoBlock(block_frames)),
      sum_(block_frames),
      steps_(block_frames),
      last_(block_frames) {}

absl::StatusOr<std::unique_ptr<FinishNode>> FinishNode::Create(const RenderJob& job,
                                                               std::vector<const StereoBlock*> prints,
                                                               FileStore& store, int block_frames) {
  if (!IsWhole(job.finish()))
    return absl::InvalidArgumentError("a finish names a print or a mix that it does not have");
  std::unique_ptr<FinishNode> node(new FinishNode(job, std::move(prints), block_frames));
  std::vector<Format> formats;
  for (const MixFile& file : node->finish_.mix_files()) formats.push_back(file.format());
  for (const StemSet& set : node->finish_.stem_sets()) {
    formats.insert(formats.end(), static_cast<size_t>(set.prints_size()), set.format());
  }
  for (const Format& format : formats) {
    absl::StatusOr<std::unique_ptr<FileSink>> sink =
        FileSink::Create(store, format, kStereo, job.sample_rate(), job.frames());
    if (!sink.ok()) return sink.status();
    node->sinks_.push_back(*std::move(sink));
  }
  return node;
}

void FinishNode::SumMix(const Mix& mix, size_t frames, StereoBlock& out) const {
  out.Clear(frames);
  const auto to = Planes(out, frames);
  for (const MixTerm& term : mix.terms()) {
    const double gain = dsp::FromDecibels(term.gain_db());
    const auto from = Planes(*prints_[static_cast<size_t>(term.print())], frames);
    for (size_t c = 0; c < kStereo; ++c) dsp::AddScaled(from[c], gain, to[c]);
  }
  for (const std::span<double> plane : to) dsp::Scale(master_gain_, plane);
}

absl::Status FinishNode::Process(int64_t first_frame, size_t frames) {
  for (int i = 0; i < finish_.mixes_size(); ++i)
    SumMix(finish_.mixes(i), frames, mixes_[static_cast<size_t>(i)]);
  size_t sink = 0;
  for (const MixFile& file : finish_.mix_files()) {
    if (absl::Status written = WriteMix(file, first_frame, frames, *sinks_[sink++]); !written.ok())
      return written;
  }
  for (const StemSet& set : finish_.stem_sets()) {
    absl::Status written =
        IsFloat(set.format()) ? WriteFloatSet(set, frames, sink) : WriteIntegerSet(set, frames, sink);
    if (!written.ok()) return written;
    sink += static_cast<size_t>(set.prints_size());
  }
  return absl::OkStatus();
}

absl::Status FinishNode::WriteMix(const MixFile& file, int64_t first_frame, size_t frames, FileSink& sink) {
  StereoBlock& mix = mixes_[static_cast<size_t>(file.mix())];
  const auto from = Planes(mix, frames);
  if (IsFloat(file.format())) return sink.Write(from);
  const auto to = Planes(steps_, frames);
  for (size_t c = 0; c < kStereo; ++c) {
    if (file.has_tpdf_seed()) {
      dsp::RoundWithTpdf(from[c], StepsPerUnit(file.format()), file.tpdf_seed(), static_cast<int>(c),
                         first_frame, to[c]);
    } else {
      dsp::Round(from[c], StepsPerUnit(file.format()), to[c]);
    }
  }
  return sink.Write(to);
}

absl::Status FinishNode::WriteIntegerSet(const StemSet& set, size_t frames, size_t first_sink) {
  const double steps_per_unit = StepsPerUnit(set.format());
  sum_.Clear(frames);
  last_.Clear(frames);
  const auto sum = Planes(sum_, frames);
  const auto steps = Planes(steps_, frames);
  const auto last = Planes(last_, frames);
  for (int k = 0; k < set.prints_size(); ++k) {
    const bool closes = k + 1 == set.prints_size();
    const auto print = Planes(*prints_[static_cast<size_t>(set.prints(k))], frames);
    const auto mix = Planes(mixes_[static_cast<size_t>(set.mix())], frames);
    for (size_t c = 0; c < kStereo; ++c) {
      if (closes) {
        dsp::Round(mix[c], steps_per_unit, steps[c]);
      } else {
        dsp::AddScaled(print[c], 1, sum[c]);
        std::copy(sum[c].begin(), sum[c].end(), steps[c].begin());
        dsp::Scale(master_gain_, steps[c]);
        dsp::Round(steps[c], steps_per_unit, steps[c]);
      }
      // steps is q(k) here, last q(k - 1); the stem is what lies between.
      for (size_t i = 0; i < frames; ++i) {
        const double reached = steps[c][i];
        steps[c][i] = reached - last[c][i];
        last[c][i] = reached;
      }
    }
    if (absl::Status written = sinks_[first_sink + static_cast<size_t>(k)]->Write(steps); !written.ok())
      return written;
  }
  return absl::OkStatus();
}

absl::Status FinishNode::WriteFloatSet(const StemSet& set, size_t frames, size_t first_sink) {
  const auto samples = Planes(steps_, frames);
  for (int k = 0; k < set.prints_size(); ++k) {
    const auto print = Planes(*prints_[static_cast<size_t>(set.prints(k))], frames);
    for (size_t c = 0; c < kStereo; ++c) {
      std::copy(print[c].begin(), print[c].end(), samples[c].begin());
      dsp::Scale(master_gain_, samples[c]);
    }
    if (absl::Status written = sinks_[first_sink + static_cast<size_t>(k)]->Write(samples); !written.ok()) {
      return written;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Rendered>> FinishNode::Finish() {
  std::vector<Rendered> rendered;
  for (const std::unique_ptr<FileSink>& sink : sinks_) {
    absl::StatusOr<Rendered> one = sink->Finish();
    if (!one.ok()) return one.status();
    rendered.push_back(*std::move(one));
  }
  return rendered;
}

}  // namespace trackout
