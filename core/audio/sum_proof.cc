#include "core/audio/sum_proof.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "core/audio/audio_file.h"
#include "core/audio/decibels.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int kFrames = 8192;
constexpr double kFloatHalfStep = 0x1p-24;   // half a unit in the last place of 1.0f .. 2.0f, relative
constexpr double kSmallestFloat = 0x1p-149;  // denormals are rounded to this grid
constexpr double kStepsOf24Bits = 0x1p23;

// What was found so far, in steps of the files (float: of full scale).
struct Tally {
  double worst = 0;
  double square_sum = 0;
  int64_t sample_count = 0;
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

absl::Status TallyIntegers(Files& files, double bound, const std::atomic<bool>& stop, Tally& tally) {
  const int channels = files.mix->channels();
  const int32_t top = static_cast<int32_t>((int64_t{1} << (files.mix->bits() - 1)) - 1);
  const auto is_at_end = [top](int32_t sample) { return sample == top || sample == -top - 1; };
  std::vector<int32_t> mix(static_cast<size_t>(kFrames * channels)), stem(mix.size());
  std::vector<int64_t> rest(mix.size());
  std::vector<char> may_be_clipped(mix.size());
  for (int64_t first = 0; first < files.mix->frames(); first += kFrames) {
    if (stop) return absl::CancelledError("stopped");
    const auto count =
        static_cast<size_t>(std::min<int64_t>(kFrames, files.mix->frames() - first) * channels);
    if (absl::Status read = files.mix->ReadSteps(first, std::span(mix).first(count)); !read.ok()) return read;
    for (size_t i = 0; i < count; ++i) {
      rest[i] = mix[i];
      may_be_clipped[i] = is_at_end(mix[i]);
    }
    for (const auto& file : files.stems) {
      if (absl::Status read = file->ReadSteps(first, std::span(stem).first(count)); !read.ok()) return read;
      for (size_t i = 0; i < count; ++i) {
        rest[i] -= stem[i];
        may_be_clipped[i] |= is_at_end(stem[i]);
      }
    }
    for (size_t i = 0; i < count; ++i) {
      if (rest[i] == 0) continue;
      if (may_be_clipped[i]) {
        ++tally.overs;
        continue;
      }
      tally.Add(static_cast<double>(rest[i]), bound, first + static_cast<int64_t>(i) / channels,
                static_cast<int>(i) % channels);
    }
    tally.sample_count += static_cast<int64_t>(count);
  }
  return absl::OkStatus();
}

absl::Status TallyFloats(Files& files, const std::atomic<bool>& stop, Tally& tally) {
  const int channels = files.mix->channels();
  std::vector<double> mix(static_cast<size_t>(kFrames * channels)), stem(mix.size()), sum(mix.size()),
      bound(mix.size());
  for (int64_t first = 0; first < files.mix->frames(); first += kFrames) {
    if (stop) return absl::CancelledError("stopped");
    const auto count =
        static_cast<size_t>(std::min<int64_t>(kFrames, files.mix->frames() - first) * channels);
    if (absl::Status read = files.mix->Read(first, std::span(mix).first(count)); !read.ok()) return read;
    for (size_t i = 0; i < count; ++i) {
      sum[i] = 0;
      bound[i] = std::fabs(mix[i]) * kFloatHalfStep + kSmallestFloat;
    }
    for (const auto& file : files.stems) {
      if (absl::Status read = file->Read(first, std::span(stem).first(count)); !read.ok()) return read;
      for (size_t i = 0; i < count; ++i) {
        sum[i] += stem[i];
        bound[i] += std::fabs(stem[i]) * kFloatHalfStep + kSmallestFloat;
      }
    }
    for (size_t i = 0; i < count; ++i) {
      tally.Add(mix[i] - sum[i], bound[i], first + static_cast<int64_t>(i) / channels,
                static_cast<int>(i) % channels);
    }
    tally.sample_count += static_cast<int64_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Residual> MeasureSum(const std::string& mix, const std::vector<std::string>& stems,
                                    MixDither dither, const std::atomic<bool>& stop) {
  absl::StatusOr<Files> files = OpenAll(mix, stems);
  if (!files.ok()) return files.status();
  const bool is_float = files->mix->is_float();
  Tally tally;
  const absl::Status done = is_float ? TallyFloats(*files, stop, tally)
                                     : TallyIntegers(*files, dither == MixDither::kTpdf ? 1 : 0, stop, tally);
  if (!done.ok()) return done;
  const double full_scale = is_float ? 1 : std::ldexp(1.0, files->mix->bits() - 1);
  Residual residual;
  residual.set_residual_peak_dbfs(Decibels(tally.worst / full_scale));
  residual.set_residual_rms_dbfs(
      Decibels(std::sqrt(tally.square_sum / static_cast<double>(tally.sample_count)) / full_scale));
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

void FillProof(const Residual& residual, Proof& proof) {
  proof.set_residual_peak_dbfs(residual.residual_peak_dbfs());
  proof.set_residual_rms_dbfs(residual.residual_rms_dbfs());
  proof.set_max_lsb(residual.max_lsb());
  proof.set_overs(residual.overs());
  if (!residual.within_bound()) {
    proof.set_verdict("failed");
    proof.set_worst_frame(residual.worst_frame());
    proof.set_worst_channel(residual.worst_channel());
  } else {
    proof.set_verdict(residual.overs() > 0 ? "passed_with_overs" : "passed");
  }
}

}  // namespace trackout
