#include "worker/render/files/delivery.h"

#include <algorithm>
#include <utility>

#include "core/audio/wav.h"
#include "core/limits.h"
#include "worker/dsp/quantise.h"

namespace trackout {
namespace {

// The signal in a file's channels; the signal itself where it has them.
ConstPlanes InChannels(const ConstPlanes& signal, int channels, Block& buffer) {
  const auto from = static_cast<int>(signal.channels());
  if (from == channels) return signal;
  const Planes converted = buffer.planes(0, signal.frames()).Channels(static_cast<size_t>(channels));
  Clear(converted);
  dsp::AddMatrix(FileMatrix(from, channels), signal, {}, converted);
  return converted;
}

}  // namespace

dsp::Matrix FileMatrix(int from, int to) {
  if (from == 1 && to > 1) {
    dsp::Matrix both{to, 1, {}};
    both.gain[0][0] = both.gain[1][0] = 1;
    return both;
  }
  if (to != 1 || from == 1) return dsp::Conversion(from, to);
  dsp::Matrix half{1, 2, {}};
  half.gain[0] = {0.5, 0.5};
  return from == 2 ? half : dsp::Product(half, dsp::Conversion(from, 2));
}

Delivery::Delivery(int sample_rate, int64_t frames, std::vector<int> channels, int part_frames,
                   std::optional<Ceiling> ceiling)
    : sample_rate_(sample_rate),
      frames_(frames),
      channels_(std::move(channels)),
      part_frames_(static_cast<size_t>(part_frames)),
      ceiling_(std::move(ceiling)) {}

absl::StatusOr<Delivery::ReelOfRate*> Delivery::ReelFor(const Format& format) {
  const int rate = format.sample_rate() == 0 ? sample_rate_ : format.sample_rate();
  for (const std::unique_ptr<ReelOfRate>& known : reels_) {
    if (known->reel.sample_rate() == rate) return known.get();
  }
  if (rate != sample_rate_ && frames_ > 2 * kLongestTimeFrames)
    return absl::InvalidArgumentError("too long to be converted");
  const int64_t frames = rate == sample_rate_ ? frames_ : FramesAtRate(frames_, sample_rate_, rate);
  reels_.push_back(std::make_unique<ReelOfRate>(ReelOfRate{Reel(rate, frames), 0, {}, {}, {}}));
  if (rate == sample_rate_) return reels_.back().get();
  reels_.back()->converters.assign(channels_.size(), -1);
  if (ceiling_) reels_.back()->guard = std::make_unique<CeilingGuard>(*ceiling_, channels_.front(), rate);
  return reels_.back().get();
}

absl::Status Delivery::NeedSignal(ReelOfRate& at_rate, int signal) {
  if (at_rate.converters.empty()) return absl::OkStatus();
  int& index = at_rate.converters[static_cast<size_t>(signal)];
  if (index >= 0) return absl::OkStatus();
  const int channels = channels_[static_cast<size_t>(signal)];
  absl::StatusOr<std::unique_ptr<RateConverter>> converter =
      RateConverter::Create(channels, sample_rate_, at_rate.reel.sample_rate(), frames_);
  if (!converter.ok()) return converter.status();
  index = static_cast<int>(converters_.size());
  converters_.push_back({signal, *std::move(converter), Block(channels, 0)});
  const int key = ceiling_ ? ceiling_->keys[static_cast<size_t>(signal)] : -1;
  return key < 0 ? absl::OkStatus() : NeedSignal(at_rate, key);
}

absl::StatusOr<size_t> Delivery::AddToReel(FileStore& store, ReelOfRate& at_rate, const Format& format,
                                           int channels) {
  absl::StatusOr<size_t> file = at_rate.reel.Add(store, format, channels);
  if (!file.ok()) return file;
  const auto reel =
      std::find_if(reels_.begin(), reels_.end(), [&](const auto& one) { return one.get() == &at_rate; });
  outputs_.push_back({static_cast<size_t>(reel - reels_.begin()), *file});
  return file;
}

absl::Status Delivery::AddFile(FileStore& store, const FileRequest& file) {
  absl::StatusOr<ReelOfRate*> at_rate = ReelFor(file.format);
  if (!at_rate.ok()) return at_rate.status();
  if (absl::Status needed = NeedSignal(**at_rate, file.signal); !needed.ok()) return needed;
  absl::StatusOr<size_t> place = AddToReel(store, **at_rate, file.format, file.channels);
  if (!place.ok()) return place.status();
  (*at_rate)->files.push_back({file, *place});
  return absl::OkStatus();
}

absl::Status Delivery::AddSet(FileStore& store, const SetRequest& request) {
  absl::StatusOr<ReelOfRate*> at_rate = ReelFor(request.format);
  if (!at_rate.ok()) return at_rate.status();
  Set set{request, {}};
  if (absl::Status needed = NeedSignal(**at_rate, request.mix); !needed.ok()) return needed;
  for (const int stem : request.stems) {
    if (absl::Status needed = NeedSignal(**at_rate, stem); !needed.ok()) return needed;
    absl::StatusOr<size_t> place = AddToReel(store, **at_rate, request.format, request.channels);
    if (!place.ok()) return place.status();
    set.places.push_back(*place);
  }
  (*at_rate)->sets.push_back(std::move(set));
  return absl::OkStatus();
}

void Delivery::Begin(int64_t first_frame, size_t frames) {
  for (const std::unique_ptr<ReelOfRate>& at_rate : reels_) {
    if (!at_rate->converters.empty()) continue;
    at_rate->first_frame = first_frame;
    at_rate->reel.Begin(frames);
  }
}

void Delivery::RenderPart(size_t from, std::span<const ConstPlanes> signals, Buffers& buffers) {
  for (const std::unique_ptr<ReelOfRate>& at_rate : reels_) {
    if (at_rate->converters.empty()) RenderReel(*at_rate, from, signals, buffers);
  }
}

void Delivery::RenderReel(ReelOfRate& at_rate, size_t from, std::span<const ConstPlanes> signals,
                          Buffers& buffers) {
  for (const File& file : at_rate.files)
    RenderFile(at_rate, file, from, signals[static_cast<size_t>(file.request.signal)], buffers);
  for (const Set& set : at_rate.sets) RenderSet(at_rate, set, from, signals, buffers);
}

void Delivery::RenderFile(ReelOfRate& at_rate, const File& file, size_t from, const ConstPlanes& signal,
                          Buffers& buffers) {
  const Format& format = file.request.format;
  const ConstPlanes in = InChannels(signal, file.request.channels, buffers.converted);
  const Planes out = at_rate.reel.planes(file.place, from, in.frames());
  for (size_t c = 0; c < out.channels(); ++c) {
    if (IsFloat(format)) {
      std::copy(in[c].begin(), in[c].end(), out[c].begin());
    } else if (file.request.tpdf_seed) {
      dsp::RoundWithTpdf(in[c], StepsPerUnit(format), *file.request.tpdf_seed, static_cast<int>(c),
                         at_rate.first_frame + static_cast<int64_t>(from), out[c]);
    } else {
      dsp::Round(in[c], StepsPerUnit(format), out[c]);
    }
  }
  at_rate.reel.Settle(file.place, from, in.frames());
}

void Delivery::RenderSet(ReelOfRate& at_rate, const Set& set, size_t from,
                         std::span<const ConstPlanes> signals, Buffers& buffers) {
  const SetRequest& request = set.request;
  const size_t frames = signals[static_cast<size_t>(request.mix)].frames();
  const auto channels = static_cast<size_t>(request.channels);
  const Planes sum = buffers.sum.planes(0, frames).Channels(channels);
  const Planes last = buffers.last.planes(0, frames).Channels(channels);
  Clear(sum);
  Clear(last);
  for (size_t k = 0; k < request.stems.size(); ++k) {
    const bool is_plain = IsFloat(request.format) || request.is_open;
    const bool is_closing = !is_plain && k + 1 == request.stems.size();
    const int signal = is_closing ? request.mix : request.stems[k];
    const ConstPlanes in =
        InChannels(signals[static_cast<size_t>(signal)], request.channels, buffers.converted);
    const Planes out = at_rate.reel.planes(set.places[k], from, frames);
    if (IsFloat(request.format)) {
      Copy(in, out);
    } else if (request.is_open) {
      for (size_t c = 0; c < channels; ++c) dsp::Round(in[c], StepsPerUnit(request.format), out[c]);
    } else {
      if (!is_closing) Add(in, sum);
      for (size_t c = 0; c < channels; ++c) {
        dsp::Round(is_closing ? in[c] : sum[c], StepsPerUnit(request.format), out[c]);
        dsp::TakeStem(out[c], last[c]);
      }
    }
    at_rate.reel.Settle(set.places[k], from, frames);
  }
}

absl::Status Delivery::Convert(int index, std::span<const ConstPlanes> signals) {
  Converter& converter = converters_[static_cast<size_t>(index)];
  return converter.converter->Push(signals[static_cast<size_t>(converter.signal)]);
}

int64_t Delivery::FramesOf(const ReelOfRate& at_rate) const {
  return FramesAtRate(frames_, sample_rate_, at_rate.reel.sample_rate());
}

// What all converters of the rate have ready.
Delivery::Pulled Delivery::PullConverted(ReelOfRate& at_rate) {
  size_t count = SIZE_MAX;
  for (const int index : at_rate.converters) {
    if (index >= 0) count = std::min(count, converters_[static_cast<size_t>(index)].converter->available());
  }
  const size_t room = count + (at_rate.guard == nullptr ? 0 : static_cast<size_t>(at_rate.guard->latency()));
  for (const int index : at_rate.converters) {
    if (index < 0 || count == 0) continue;
    Converter& converter = converters_[static_cast<size_t>(index)];
    if (converter.pulled.frames() < room)
      converter.pulled = Block(channels_[static_cast<size_t>(converter.signal)], room);
    converter.converter->Pull(converter.pulled.planes(0, count));
  }
  return at_rate.guard == nullptr ? Pulled{0, count} : Guarded(at_rate, count);
}

// The guard is late: its first frames are none of the sound, and behind the last one it is given silence.
Delivery::Pulled Delivery::Guarded(ReelOfRate& at_rate, size_t count) {
  if (count == 0) return {0, 0};
  const int64_t latency = at_rate.guard->latency();
  const int64_t before = at_rate.pulled_frames;
  at_rate.pulled_frames += static_cast<int64_t>(count);
  const bool is_last = at_rate.pulled_frames == FramesOf(at_rate);
  const size_t made = count + (is_last ? static_cast<size_t>(latency) : 0);
  std::vector<Planes> signals(channels_.size());
  for (size_t signal = 0; signal < signals.size(); ++signal) {
    const int index = at_rate.converters[signal];
    if (index < 0) continue;
    signals[signal] = converters_[static_cast<size_t>(index)].pulled.planes(0, made);
    Clear(signals[signal].Part(count, made - count));
  }
  at_rate.guard->Run(signals);
  const auto from = static_cast<size_t>(std::clamp<int64_t>(latency - before, 0, static_cast<int64_t>(made)));
  return {from, made - from};
}

void Delivery::RenderConverted(Buffers& buffers) {
  std::vector<ConstPlanes> signals(channels_.size());
  for (const std::unique_ptr<ReelOfRate>& at_rate : reels_) {
    if (at_rate->converters.empty()) continue;
    at_rate->first_frame += static_cast<int64_t>(at_rate->reel.frames());
    const Pulled pulled = PullConverted(*at_rate);
    at_rate->reel.Begin(pulled.count);
    for (size_t from = 0; from < pulled.count; from += part_frames_) {
      for (size_t signal = 0; signal < signals.size(); ++signal) {
        const int index = at_rate->converters[signal];
        if (index < 0) continue;
        signals[signal] = converters_[static_cast<size_t>(index)].pulled.planes(
            pulled.from + from, std::min(part_frames_, pulled.count - from));
      }
      RenderReel(*at_rate, from, signals, buffers);
    }
  }
}

int Delivery::work_count() const {
  int count = 0;
  for (const std::unique_ptr<ReelOfRate>& at_rate : reels_) count += at_rate->reel.work_count();
  return count;
}

absl::Status Delivery::Work(int index) {
  for (const std::unique_ptr<ReelOfRate>& at_rate : reels_) {
    if (index < at_rate->reel.work_count()) return at_rate->reel.Work(index);
    index -= at_rate->reel.work_count();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Rendered>> Delivery::Finish() {
  std::vector<Rendered> rendered;
  for (const Place& output : outputs_) {
    absl::StatusOr<Rendered> one = reels_[output.reel]->reel.Finish(output.file);
    if (!one.ok()) return one.status();
    rendered.push_back(*std::move(one));
  }
  return rendered;
}

}  // namespace trackout
