// A studio for tests of rendering: sources recorded into a folder, a blob store beside it, jobs rendered and
// read back.
#pragma once

#include <atomic>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/job_key.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/sound.h"
#include "worker/render/bundle.h"

namespace trackout::test {

using Samples = std::vector<double>;

inline constexpr int kSampleRate = 48000;

class Studio : public testing::Test {
 protected:
  // A source of these interleaved samples, at 24 bits.
  Digest Record(const std::string& name, int channels, const Samples& samples,
                int sample_rate = kSampleRate) {
    return RecordAs(Wav(Format::BITS_24), name, channels, samples, sample_rate);
  }
  Digest RecordAs(const Format& format, const std::string& name, int channels, const Samples& samples,
                  int sample_rate = kSampleRate) {
    const std::string path = WriteWav(sources_ / name, format, channels, sample_rate, samples);
    const Digest digest = *DigestOfFile(path, never_);
    store_.Adopt(digest, path);
    return digest;
  }

  static Region Clip(const Digest& source, int64_t start, int64_t offset, int64_t count, double gain_db = 0) {
    Region region;
    *region.mutable_source() = source;
    region.set_start_frame(start);
    region.set_offset_frame(offset);
    region.set_frame_count(count);
    region.set_gain_db(gain_db);
    return region;
  }

  static Playlist PlaylistOf(int channels, const std::vector<Region>& clips) {
    Playlist playlist;
    playlist.set_channels(channels);
    for (const Region& clip : clips) *playlist.add_regions() = clip;
    return playlist;
  }
  static Strip StripOf(int channels, const std::vector<Region>& clips, int feeds = -1) {
    Strip strip;
    strip.set_channels(channels);
    *strip.mutable_playlist() = PlaylistOf(channels, clips);
    strip.set_feeds(feeds);
    return strip;
  }
  static Strip BusOf(int channels, int feeds = -1) {
    Strip strip;
    strip.set_channels(channels);
    strip.set_feeds(feeds);
    return strip;
  }
  static Print StereoPrint() {
    Print print;
    print.set_channels(2);
    return print;
  }

  // A job with its key, and what it needs.
  static PlannedJob Planned(RenderJob job, int64_t frames, const std::vector<std::string>& needs = {}) {
    job.set_engine_version(kEngineVersion);
    job.set_sample_rate(kSampleRate);
    job.set_frames(frames);
    PlannedJob planned;
    planned.set_key(KeyOf(job));
    *planned.mutable_job() = job;
    for (const std::string& need : needs) planned.add_needs(need);
    return planned;
  }
  static PlannedJob PlannedPrint(const Print& print, int64_t frames) {
    RenderJob job;
    *job.mutable_print() = print;
    return Planned(job, frames);
  }
  static PlannedJob PlannedFinish(const Finish& finish, int64_t frames) {
    RenderJob job;
    *job.mutable_finish() = finish;
    std::vector<std::string> needs;
    for (const JobOutput& print : finish.prints()) needs.push_back(print.job_key());
    return Planned(job, frames, needs);
  }

  absl::StatusOr<std::vector<JobResult>> TryRender(const std::vector<PlannedJob>& jobs,
                                                   int block_frames = 1000, const JobResults& earlier = {},
                                                   Crew* crew = nullptr) {
    std::vector<const PlannedJob*> pointers;
    for (const PlannedJob& job : jobs) pointers.push_back(&job);
    return RenderBundle(pointers, earlier, store_, {block_frames, never_, nullptr, crew});
  }
  JobResults Render(const std::vector<PlannedJob>& jobs, int block_frames = 1000, JobResults earlier = {},
                    Crew* crew = nullptr) {
    const absl::StatusOr<std::vector<JobResult>> results = TryRender(jobs, block_frames, earlier, crew);
    EXPECT_TRUE(results.ok()) << results.status();
    if (results.ok()) {
      for (const JobResult& result : *results) earlier[result.job_key()] = result;
    }
    return earlier;
  }

  std::string PathOf(const Rendered& rendered) const {
    const absl::StatusOr<std::string> path = store_.PathOf(rendered.digest());
    EXPECT_TRUE(path.ok()) << path.status();
    return path.ok() ? *path : "";
  }

  // The interleaved doubles of a print.
  Samples RenderPrint(const Print& print, int64_t frames, int64_t start_frame = 0, int block_frames = 1000) {
    RenderJob rendered;
    *rendered.mutable_print() = print;
    rendered.set_start_frame(start_frame);
    const PlannedJob job = Planned(rendered, frames);
    const JobResults results = Render({job}, block_frames);
    if (!results.contains(job.key())) return {};
    const std::string bytes = ReadFile(PathOf(results.at(job.key()).outputs(0)));
    Samples samples(bytes.size() / sizeof(double));
    std::memcpy(samples.data(), bytes.data(), bytes.size());
    return samples;
  }

  // The samples of a rendered file as ffmpeg reads them, in steps of a format with so many bits.
  Samples StepsIn(const Rendered& rendered, int bits) const {
    Samples samples = ReadByFfmpeg(PathOf(rendered));
    for (double& sample : samples) sample *= std::ldexp(1.0, bits - 1);
    return samples;
  }

  // The same, read here: ffmpeg takes long to start, and knows no plain 24-bit file of some layouts.
  Samples Decoded(const Rendered& rendered, int bits) const {
    const std::string bytes = ReadFile(PathOf(rendered));
    const size_t data = bytes.find("data") + 8;
    const auto size = static_cast<size_t>(bits / 8);
    Samples steps;
    for (size_t at = data; at < data + DataBytes(bytes, data); at += size) {
      int32_t step = 0;
      for (size_t i = 0; i < size; ++i)
        step |= static_cast<int32_t>(static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i]))
                                     << (32 - bits + 8 * static_cast<int>(i)));
      steps.push_back(step / std::ldexp(1.0, 32 - bits));
    }
    return steps;
  }
  static size_t DataBytes(const std::string& bytes, size_t data) {
    uint32_t size;
    std::memcpy(&size, bytes.data() + data - 4, sizeof size);
    return size;
  }

  // The files that the store has, committed or not.
  std::vector<std::string> BlobFiles() const {
    std::vector<std::string> names = Listing(blobs_.path());
    std::erase_if(names, [](const std::string& name) { return name.ends_with('/'); });
    return names;
  }

  const std::atomic<bool> never_ = false;
  const Folder sources_;
  const Folder blobs_;
  const std::unique_ptr<FileStore> opened_ = *FileStore::Open(blobs_.path(), Durability::kCached);
  FileStore& store_ = *opened_;
};

inline double Gain(double db) {
  return std::pow(10, db / 20);
}

inline void ExpectNear(const Samples& samples, const Samples& expected, double within) {
  ASSERT_EQ(samples.size(), expected.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    ASSERT_NEAR(samples[i], expected[i], within) << "frame " << i / 2 << " channel " << i % 2;
  }
}

}  // namespace trackout::test
