#include "core/audio/sum_proof.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <thread>

#include "core/audio/audio_file.h"
#include "core/audio/decibels.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// What one thread takes at a time, and the samples that it reads at once: few calls, and they stay in the
// cache.
constexpr int64_t kStretchFrames = int64_t{1} << 18;
constexpr int kBlockSamples = 1 << 14;
static_assert(std::endian::native == std::endian::little, "samples are read as they lie");
constexpr double kFloatHalfStep = 0x1p-24;  // half a unit in the last place of 1.0f .. 2.0f, relative
// Of full scale: what 64-bit sums of what is louder may have lost where nothing is left of it (-289 dB).
constexpr double kLostInSums = 0x1p-48;
constexpr double kSmallestFloat = 0x1p-149;  // denormals are rounded to this grid
constexpr double kStepsOf24Bits = 0x1p23;

// What was found in one stretch, in steps of the files (float: of full scale).
struct Tally {
  double worst = 0;
  double square_sum = 0;
  int64_t overs = 0;
  double worst_excess = 0;  // over the bound
  int64_t worst_frame = 0;
  int worst_channel = 0;

  void Add(double difference, double bound, int64_t frame, int channel) {
    const double size = std::fabs(difference);
    worst = std::max(worst, size);
    square_sum += difference * difference;
    if (size - bound > worst_excess) {
      worst_excess = size - bound;
      worst_frame = frame;
      worst_channel = channel;
    }
  }

  // What follows in the file.
  void Append(const Tally& next) {
    worst = std::max(worst, next.worst);
    square_sum += next.square_sum;
    overs += next.overs;
    if (next.worst_excess <= worst_excess) return;
    worst_excess = next.worst_excess;
    worst_frame = next.worst_frame;
    worst_channel = next.worst_channel;
  }
};

struct Files {
  std::unique_ptr<AudioFile> mix;
  std::vector<std::unique_ptr<AudioFile>> stems;
};

absl::StatusOr<std::unique_ptr<AudioFile>> OpenFor(const std::string& path) {
  absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(path);
  if (!file.ok())
    return absl::Status(file.status().code(),
                        fmt::format("{}: {}", path, std::string(file.status().message())));
  return file;
}

absl::StatusOr<Files> OpenAll(const std::string& mix, const std::vector<std::string>& stems) {
  Files files;
  absl::StatusOr<std::unique_ptr<AudioFile>> file = OpenFor(mix);
  if (!file.ok()) return file.status();
  files.mix = *std::move(file);
  for (const std::string& stem : stems) {
    file = OpenFor(stem);
    if (!file.ok()) return file.status();
    const AudioFile& one = **file;
    const AudioFile& other = *files.mix;
    if (one.frames() != other.frames() || one.channels() != other.channels() ||
        one.sample_rate() != other.sample_rate() || one.bits() != other.bits() ||
        one.is_float() != other.is_float()) {
      return absl::FailedPreconditionError(
          fmt::format("{}: {} frames, {} channels, {} Hz, {}; the mix has {}, {}, {} Hz, {}", stem,
                      one.frames(), one.channels(), one.sample_rate(), one.encoding(), other.frames(),
                      other.channels(), other.sample_rate(), other.encoding()));
    }
    files.stems.push_back(*std::move(file));
  }
  return files;
}

// Four samples are three words.
void Unpack24(const std::byte* bytes, std::span<int32_t> samples) {
  size_t i = 0;
  for (; i + 4 <= samples.size(); i += 4) {
    uint32_t words[3];
    std::memcpy(words, bytes + 3 * i, sizeof words);
    samples[i] = static_cast<int32_t>(words[0] << 8) >> 8;
    samples[i + 1] = static_cast<int32_t>((words[0] >> 24 << 8) | words[1] << 16) >> 8;
    samples[i + 2] = static_cast<int32_t>((words[1] >> 16 << 8) | words[2] << 24) >> 8;
    samples[i + 3] = static_cast<int32_t>(words[2]) >> 8;
  }
  for (; i < samples.size(); ++i) {  // reads a byte too many, which is there
    uint32_t word = 0;
    std::memcpy(&word, bytes + 3 * i, sizeof word);
    samples[i] = static_cast<int32_t>(word << 8) >> 8;
  }
}

// Blocks of one file after another; each thread has its own.
class BlockReader {
 public:
  explicit BlockReader(size_t samples) : bytes_(samples * sizeof(int32_t) + sizeof(int32_t)) {}

  absl::Status Read(AudioFile& file, int64_t first, std::span<int32_t> samples) {
    const std::optional<AudioFile::Pcm> pcm = file.pcm();
    if (!pcm || *pcm == AudioFile::Pcm::kFloat32) return file.ReadSteps(first, samples);
    const size_t size = static_cast<size_t>(file.bits()) / 8;
    if (absl::Status read = file.ReadBytes(first, std::span(bytes_).first(samples.size() * size)); !read.ok())
      return read;
    const std::byte* const bytes = bytes_.data();
    if (*pcm == AudioFile::Pcm::kInt32) {
      std::memcpy(samples.data(), bytes, samples.size() * size);
    } else if (*pcm == AudioFile::Pcm::kInt24) {
      Unpack24(bytes, samples);
    } else {
      for (size_t i = 0; i < samples.size(); ++i) {
        int16_t step = 0;
        std::memcpy(&step, bytes + 2 * i, sizeof step);
        samples[i] = step;
      }
    }
    return absl::OkStatus();
  }

  absl::Status Read(AudioFile& file, int64_t first, std::span<double> samples) {
    if (file.pcm() != AudioFile::Pcm::kFloat32) return file.Read(first, samples);
    if (absl::Status read = file.ReadBytes(first, std::span(bytes_).first(samples.size() * sizeof(float)));
        !read.ok())
      return read;
    for (size_t i = 0; i < samples.size(); ++i) {
      float sample = 0;
      std::memcpy(&sample, bytes_.data() + sizeof sample * i, sizeof sample);
      samples[i] = sample;
    }
    return absl::OkStatus();
  }

 private:
  std::vector<std::byte> bytes_;
};

// A stretch of the files, and what is to be found in it.
struct Stretch {
  int64_t begin = 0, end = 0;  // frames
  Tally tally;
};

class IntegerTally {
 public:
  IntegerTally(const AudioFile& mix, MixDither dither)
      : channels_(mix.channels()),
        top_(static_cast<int32_t>((int64_t{1} << (mix.bits() - 1)) - 1)),
        bound_(dither == MixDither::kTpdf ? 1 : 0),
        steps_(static_cast<size_t>(std::max(kBlockSamples / channels_, 1) * channels_)),
        wrapped_(steps_.size()),
        rest_(steps_.size()),
        most_(steps_.size()),
        least_(steps_.size()),
        reader_(steps_.size()) {}

  int64_t block_frames() const { return static_cast<int64_t>(steps_.size()) / channels_; }

  absl::Status Add(Files& files, int64_t first, int64_t frames, Tally& tally) {
    const auto count = static_cast<size_t>(frames * channels_);
    const std::span<int32_t> steps = std::span(steps_).first(count);
    const std::span<uint32_t> wrapped = std::span(wrapped_).first(count);
    if (absl::Status read = reader_.Read(*files.mix, first, steps); !read.ok()) return read;
    for (size_t i = 0; i < count; ++i) wrapped[i] = static_cast<uint32_t>(steps[i]);
    for (const auto& file : files.stems) {
      if (absl::Status read = reader_.Read(*file, first, steps); !read.ok()) return read;
      for (size_t i = 0; i < count; ++i) wrapped[i] -= static_cast<uint32_t>(steps[i]);
    }
    uint32_t any = 0;
    for (size_t i = 0; i < count; ++i) any |= wrapped[i];
    // A difference of a multiple of 2^32 must not pass for none: so many files are measured the long way.
    const bool may_wrap = (static_cast<int64_t>(files.stems.size()) + 1) * (int64_t{top_} + 1) >= int64_t{1}
                                                                                                      << 31;
    return any != 0 || may_wrap ? AddExactly(files, first, count, tally) : absl::OkStatus();
  }

 private:
  // With the ends of the range in view.
  absl::Status AddExactly(Files& files, int64_t first, size_t count, Tally& tally) {
    const std::span<int32_t> steps = std::span(steps_).first(count);
    if (absl::Status read = reader_.Read(*files.mix, first, steps); !read.ok()) return read;
    for (size_t i = 0; i < count; ++i) rest_[i] = most_[i] = least_[i] = steps[i];
    for (const auto& file : files.stems) {
      if (absl::Status read = reader_.Read(*file, first, steps); !read.ok()) return read;
      for (size_t i = 0; i < count; ++i) {
        rest_[i] -= steps[i];
        most_[i] = std::max(most_[i], steps[i]);
        least_[i] = std::min(least_[i], steps[i]);
      }
    }
    Tell(first, count, tally);
    return absl::OkStatus();
  }

  void Tell(int64_t first, size_t count, Tally& tally) const {
    for (size_t i = 0; i < count; ++i) {
      if (rest_[i] == 0) continue;
      if (most_[i] == top_ || least_[i] == -top_ - 1) {
        ++tally.overs;  // one of them stands at an end of its range
        continue;
      }
      tally.Add(static_cast<double>(rest_[i]), bound_, first + static_cast<int64_t>(i) / channels_,
                static_cast<int>(i) % channels_);
    }
  }

  const int channels_;
  const int32_t top_;
  const double bound_;
  std::vector<int32_t> steps_;
  std::vector<uint32_t> wrapped_;
  std::vector<int64_t> rest_;
  std::vector<int32_t> most_, least_;  // of the samples of one moment
  BlockReader reader_;
};

class FloatTally {
 public:
  FloatTally(const AudioFile& mix, MixDither)
      : channels_(mix.channels()),
        mix_(static_cast<size_t>(std::max(kBlockSamples / channels_, 1) * channels_)),
        stem_(mix_.size()),
        sum_(mix_.size()),
        bound_(mix_.size()),
        reader_(mix_.size()) {}

  int64_t block_frames() const { return static_cast<int64_t>(mix_.size()) / channels_; }

  absl::Status Add(Files& files, int64_t first, int64_t frames, Tally& tally) {
    const auto count = static_cast<size_t>(frames * channels_);
    const std::span<double> mix = std::span(mix_).first(count), stem = std::span(stem_).first(count);
    if (absl::Status read = reader_.Read(*files.mix, first, mix); !read.ok()) return read;
    for (size_t i = 0; i < count; ++i) {
      sum_[i] = 0;
      bound_[i] = std::fabs(mix[i]) * kFloatHalfStep + kSmallestFloat;
    }
    for (const auto& file : files.stems) {
      if (absl::Status read = reader_.Read(*file, first, stem); !read.ok()) return read;
      for (size_t i = 0; i < count; ++i) {
        sum_[i] += stem[i];
        bound_[i] += std::fabs(stem[i]) * kFloatHalfStep + (stem[i] == 0 ? kSmallestFloat : kLostInSums);
      }
    }
    for (size_t i = 0; i < count; ++i) {
      tally.Add(mix[i] - sum_[i], bound_[i], first + static_cast<int64_t>(i) / channels_,
                static_cast<int>(i) % channels_);
    }
    return absl::OkStatus();
  }

 private:
  const int channels_;
  std::vector<double> mix_, stem_, sum_, bound_;
  BlockReader reader_;
};

template <typename Kind>
absl::Status TallyStretch(Files& files, Kind& kind, const std::atomic<bool>& stop, Stretch& stretch) {
  for (int64_t first = stretch.begin; first < stretch.end; first += kind.block_frames()) {
    if (stop) return absl::CancelledError("stopped");
    const int64_t frames = std::min(kind.block_frames(), stretch.end - first);
    if (absl::Status added = kind.Add(files, first, frames, stretch.tally); !added.ok()) return added;
  }
  return absl::OkStatus();
}

// Every thread opens the files for itself, and takes the next stretch until none is left or one has failed.
template <typename Kind>
absl::StatusOr<Tally> TallyAll(Files files, const std::string& mix, const std::vector<std::string>& stems,
                               MixDither dither, const std::atomic<bool>& stop, int threads) {
  std::vector<Stretch> stretches;
  for (int64_t first = 0; first < files.mix->frames(); first += kStretchFrames)
    stretches.push_back({first, std::min(first + kStretchFrames, files.mix->frames()), {}});
  std::atomic<size_t> next = 0;
  std::atomic<bool> has_failed = false;
  const auto work = [&](Files& own) -> absl::Status {
    Kind kind(*own.mix, dither);
    for (size_t i = next++; i < stretches.size() && !has_failed; i = next++) {
      absl::Status done = TallyStretch(own, kind, stop, stretches[i]);
      if (done.ok()) continue;
      has_failed = true;
      return done;
    }
    return absl::OkStatus();
  };
  std::vector<absl::Status> results(static_cast<size_t>(
      std::clamp<int64_t>(threads, 1, std::max<int64_t>(1, static_cast<int64_t>(stretches.size())))));
  std::vector<std::jthread> helpers;
  for (size_t t = 1; t < results.size(); ++t) {
    helpers.emplace_back([&, t] {
      absl::StatusOr<Files> own = OpenAll(mix, stems);
      results[t] = own.ok() ? work(*own) : own.status();
      if (!results[t].ok()) has_failed = true;
    });
  }
  results[0] = work(files);
  helpers.clear();
  for (const absl::Status& result : results) {
    if (!result.ok()) return result;
  }
  Tally tally;
  for (const Stretch& stretch : stretches) tally.Append(stretch.tally);
  return tally;
}

}  // namespace

absl::StatusOr<Residual> MeasureSum(const std::string& mix, const std::vector<std::string>& stems,
                                    MixDither dither, const std::atomic<bool>& stop, int threads) {
  assert(!stems.empty() && threads > 0);
  absl::StatusOr<Files> files = OpenAll(mix, stems);
  if (!files.ok()) return files.status();
  const bool is_float = files->mix->is_float();
  const int bits = files->mix->bits();
  const int64_t sample_count = files->mix->frames() * files->mix->channels();
  const absl::StatusOr<Tally> measured =
      is_float ? TallyAll<FloatTally>(*std::move(files), mix, stems, dither, stop, threads)
               : TallyAll<IntegerTally>(*std::move(files), mix, stems, dither, stop, threads);
  if (!measured.ok()) return measured.status();
  const Tally& tally = *measured;
  const double full_scale = is_float ? 1 : std::ldexp(1.0, bits - 1);
  Residual residual;
  residual.set_residual_peak_dbfs(Decibels(tally.worst / full_scale));
  residual.set_residual_rms_dbfs(
      Decibels(std::sqrt(tally.square_sum / static_cast<double>(sample_count)) / full_scale));
  residual.set_max_lsb(is_float ? tally.worst * kStepsOf24Bits : tally.worst);
  residual.set_overs(tally.overs);
  residual.set_within_bound(tally.worst_excess <= 0);
  residual.set_worst_frame(tally.worst_frame);
  residual.set_worst_channel(tally.worst_channel);
  return residual;
}

std::string DescribeFailure(const Proof& proof) {
  return fmt::format("the stems do not add up to {}: {} LSB, {:.1f} dBFS, worst at sample {} of channel {}",
                     proof.of(), proof.max_lsb(), proof.residual_peak_dbfs(), proof.worst_frame(),
                     proof.worst_channel() + 1);
}

void FillComparison(const Residual& residual, Proof& proof) {
  proof.set_residual_peak_dbfs(residual.residual_peak_dbfs());
  proof.set_residual_rms_dbfs(residual.residual_rms_dbfs());
  proof.set_max_lsb(residual.max_lsb());
  proof.set_overs(residual.overs());
}

void FillProof(const Residual& residual, Proof& proof) {
  FillComparison(residual, proof);
  if (!residual.within_bound()) {
    proof.set_verdict("failed");
    proof.set_worst_frame(residual.worst_frame());
    proof.set_worst_channel(residual.worst_channel());
  } else {
    proof.set_verdict(residual.overs() > 0 ? "passed_with_overs" : "passed");
  }
}

}  // namespace trackout
