// Sources of every kind, made by ffmpeg and sox, read back to the last bit; and files that are not what they
// say.
#include "core/audio/audio_file.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

using test::Wav;
using testing::HasSubstr;

const std::atomic<bool> kNever = false;
constexpr int kChannels = 2;
constexpr int kFrames = 5000;

class AudioFileTest : public testing::Test {
 protected:
  // Steps over the whole range of a depth, the two ends among them.
  static std::vector<int32_t> Steps(int bits) {
    std::vector<int32_t> steps;
    uint32_t state = 12345;
    for (int i = 0; i < kFrames * kChannels; ++i) {
      state = state * 1664525 + 1013904223;
      steps.push_back(static_cast<int32_t>(state) >> (32 - bits));
    }
    steps[10] = static_cast<int32_t>((int64_t{1} << (bits - 1)) - 1);
    steps[11] = static_cast<int32_t>(-(int64_t{1} << (bits - 1)));
    steps[12] = 0;
    return steps;
  }

  // A stereo file of these steps, encoded by ffmpeg; the name's ending says the container.
  std::string ByFfmpeg(const std::string& name, int bits, const std::vector<std::string>& coding) const {
    std::string raw;
    for (const int32_t step : Steps(bits)) {
      const auto left = static_cast<uint32_t>(step) << (32 - bits);
      raw.append(reinterpret_cast<const char*>(&left), sizeof left);
    }
    std::vector<std::string> command{"ffmpeg", "-nostdin", "-v",  "error", "-f", "s32le",
                                     "-ar",    "48000",    "-ac", "2",     "-i", folder_.Write("raw", raw)};
    command.insert(command.end(), coding.begin(), coding.end());
    command.push_back(folder_ / name);
    const test::Ended ended = test::Run(command);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return folder_ / name;
  }

  void ExpectExact(const std::string& path, int bits) const {
    const absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(path);
    ASSERT_TRUE(file.ok()) << path << ": " << file.status();
    EXPECT_EQ((*file)->channels(), kChannels);
    EXPECT_EQ((*file)->sample_rate(), 48000);
    ASSERT_EQ((*file)->frames(), kFrames);
    EXPECT_EQ((*file)->bits(), bits);
    EXPECT_FALSE((*file)->is_float());
    EXPECT_FALSE((*file)->is_lossy());
    const std::vector<int32_t> expected = Steps(bits);
    std::vector<int32_t> steps(expected.size());
    ASSERT_TRUE((*file)->ReadSteps(0, steps).ok());
    EXPECT_EQ(steps, expected) << path;
    std::vector<double> samples(expected.size());
    ASSERT_TRUE((*file)->Read(0, samples).ok());
    for (size_t i = 0; i < samples.size(); ++i)
      ASSERT_EQ(samples[i], std::ldexp(expected[i], 1 - bits)) << path << " sample " << i;
  }

  absl::Status Inspect(const std::string& path) const { return InspectSource(path, kNever).status(); }

  // Cuts bytes off the end.
  static std::string Cut(const std::string& path, uintmax_t bytes) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes);
    return path;
  }

  void ExpectCutShort(const std::string& path, uintmax_t bytes) const {
    ASSERT_TRUE(Inspect(path).ok()) << path << ": " << Inspect(path);
    const absl::Status status = Inspect(Cut(path, bytes));
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss)
        << path << " without " << bytes << " bytes: " << status;
  }

  const test::Folder folder_;
};

TEST_F(AudioFileTest, ReadsWavOfEveryDepthExactly) {
  ExpectExact(ByFfmpeg("8.wav", 8, {"-c:a", "pcm_u8"}), 8);
  ExpectExact(ByFfmpeg("16.wav", 16, {"-c:a", "pcm_s16le"}), 16);
  ExpectExact(ByFfmpeg("24.wav", 24, {"-c:a", "pcm_s24le"}), 24);
  ExpectExact(ByFfmpeg("32.wav", 32, {"-c:a", "pcm_s32le"}), 32);
}

// The bytes of plain files against what libsndfile makes of them.
TEST_F(AudioFileTest, GivesTheBytesOfPlainFiles) {
  using Pcm = AudioFile::Pcm;
  const auto expect_bytes = [this](const std::string& path, Pcm pcm, int bits) {
    const absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(path);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_EQ((*file)->pcm(), pcm) << path;
    const size_t size = static_cast<size_t>(bits) / 8, first = 1234, count = 777 * kChannels;
    std::vector<std::byte> bytes(count * size);
    ASSERT_TRUE((*file)->ReadBytes(first, bytes).ok());
    EXPECT_EQ((*file)->position(), 0);
    std::vector<double> samples(count);
    ASSERT_TRUE((*file)->Read(first, samples).ok());
    for (size_t i = 0; i < count; ++i) {
      uint32_t word = 0;
      std::memcpy(reinterpret_cast<char*>(&word) + 4 - size, &bytes[i * size], size);
      double sample = std::ldexp(static_cast<int32_t>(word), -31);
      if (pcm == Pcm::kFloat32) {
        float number = 0;
        std::memcpy(&number, &bytes[i * size], sizeof number);
        sample = number;
      }
      ASSERT_EQ(sample, samples[i]) << path << " sample " << i;
    }
    EXPECT_TRUE((*file)->ReadBytes(kFrames, std::span(bytes).first(0)).ok());
    EXPECT_EQ((*file)->ReadBytes(kFrames - 776, bytes).code(), absl::StatusCode::kDataLoss);
  };
  expect_bytes(ByFfmpeg("16.wav", 16, {"-c:a", "pcm_s16le"}), Pcm::kInt16, 16);
  expect_bytes(ByFfmpeg("24.wav", 24, {"-c:a", "pcm_s24le"}), Pcm::kInt24, 24);  // extensible
  expect_bytes(ByFfmpeg("32.wav", 32, {"-c:a", "pcm_s32le"}), Pcm::kInt32, 32);
  expect_bytes(ByFfmpeg("f.wav", 24, {"-c:a", "pcm_f32le"}), Pcm::kFloat32, 32);
  expect_bytes(ByFfmpeg("rf.wav", 24, {"-c:a", "pcm_s24le", "-rf64", "always"}), Pcm::kInt24, 24);
  expect_bytes(ByFfmpeg("a.w64", 24, {"-c:a", "pcm_s24le"}), Pcm::kInt24, 24);
}

TEST_F(AudioFileTest, HasNoBytesToGiveOfOtherFiles) {
  for (const std::string& path :
       {ByFfmpeg("8.wav", 8, {"-c:a", "pcm_u8"}), ByFfmpeg("d.wav", 24, {"-c:a", "pcm_f64le"}),
        ByFfmpeg("a.aiff", 16, {"-c:a", "pcm_s16be"}), ByFfmpeg("a.caf", 16, {"-c:a", "pcm_s16le"}),
        ByFfmpeg("a.flac", 16, {"-c:a", "flac"}), ByFfmpeg("law.wav", 16, {"-c:a", "pcm_mulaw"})}) {
    const absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(path);
    ASSERT_TRUE(file.ok()) << path << ": " << file.status();
    EXPECT_EQ((*file)->pcm(), std::nullopt) << path;
  }
}

TEST_F(AudioFileTest, ReadsAiffExactly) {
  ExpectExact(ByFfmpeg("8.aiff", 8, {"-c:a", "pcm_s8"}), 8);
  ExpectExact(ByFfmpeg("16.aiff", 16, {"-c:a", "pcm_s16be"}), 16);
  ExpectExact(ByFfmpeg("24.aiff", 24, {"-c:a", "pcm_s24be"}), 24);
  ExpectExact(ByFfmpeg("32.aiff", 32, {"-c:a", "pcm_s32be"}), 32);
}

TEST_F(AudioFileTest, ReadsFlacExactly) {
  ExpectExact(ByFfmpeg("16.flac", 16, {"-c:a", "flac", "-sample_fmt", "s16"}), 16);
  ExpectExact(ByFfmpeg("24.flac", 24, {"-c:a", "flac", "-sample_fmt", "s32"}), 24);
}

TEST_F(AudioFileTest, ReadsCafExactly) {
  ExpectExact(ByFfmpeg("16.caf", 16, {"-c:a", "pcm_s16le"}), 16);
  ExpectExact(ByFfmpeg("24.caf", 24, {"-c:a", "pcm_s24be"}), 24);
  ExpectExact(ByFfmpeg("32.caf", 32, {"-c:a", "pcm_s32le"}), 32);
}

TEST_F(AudioFileTest, ReadsRf64AndW64Exactly) {
  ExpectExact(ByFfmpeg("rf.wav", 24, {"-c:a", "pcm_s24le", "-rf64", "always"}), 24);
  ExpectExact(ByFfmpeg("24.w64", 24, {"-c:a", "pcm_s24le"}), 24);
}

TEST_F(AudioFileTest, ReadsFilesOfSoxExactly) {
  const std::string wav = ByFfmpeg("24.wav", 24, {"-c:a", "pcm_s24le"});
  for (const char* name : {"sox.aiff", "sox.flac", "sox.caf", "sox.w64"}) {
    ASSERT_EQ(test::Run({"sox", "-D", wav, folder_ / name}).exit_code, 0);
    ExpectExact(folder_ / name, 24);
  }
}

TEST_F(AudioFileTest, ReadsFloatAsItIs) {
  const std::vector<double> samples{0.1f, -3.5f, 1e-30f, 0.0f, 1.0f, -1.0f, 12345.678f, 0x1p-149};
  const std::string path = test::WriteWav(folder_ / "f.wav", Wav(Format::BITS_32F), 1, 44100, samples);
  const auto file = AudioFile::Open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->is_float());
  EXPECT_EQ((*file)->bits(), 32);
  std::vector<double> read(samples.size());
  ASSERT_TRUE((*file)->Read(0, read).ok());
  EXPECT_EQ(read, samples);
}

TEST_F(AudioFileTest, ReadsDoubles) {
  const std::string path = ByFfmpeg("d.wav", 32, {"-c:a", "pcm_f64le"});
  const auto file = AudioFile::Open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->is_float());
  std::vector<double> read(kFrames * kChannels);
  ASSERT_TRUE((*file)->Read(0, read).ok());
  for (size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], std::ldexp(Steps(32)[i], -31));
}

TEST_F(AudioFileTest, ReadsFromAnyFrame) {
  for (const char* name : {"a.wav", "a.flac", "a.aiff"}) {
    const std::string path = ByFfmpeg(name, 16, {"-sample_fmt", "s16"});
    const auto file = AudioFile::Open(path);
    ASSERT_TRUE(file.ok());
    const std::vector<int32_t> expected = Steps(16);
    std::vector<int32_t> steps(2 * kChannels);
    for (const int frame : {4998, 0, 2, 4097, 4099, 17}) {
      ASSERT_TRUE((*file)->ReadSteps(frame, steps).ok()) << name << " " << frame;
      const auto from = expected.begin() + frame * kChannels;
      EXPECT_EQ(steps, std::vector<int32_t>(from, from + 2 * kChannels)) << name << " " << frame;
    }
  }
}

TEST_F(AudioFileTest, ReadingBeyondTheEndIsALoss) {
  const auto file = AudioFile::Open(ByFfmpeg("a.wav", 16, {"-c:a", "pcm_s16le"}));
  std::vector<double> samples(10 * kChannels);
  EXPECT_TRUE(absl::IsDataLoss((*file)->Read(kFrames - 9, samples)));
  EXPECT_TRUE(absl::IsDataLoss((*file)->Read(kFrames + 100, samples)));
}

TEST_F(AudioFileTest, InspectionSaysWhatASourceIs) {
  const absl::StatusOr<Source> source = InspectSource(ByFfmpeg("a.flac", 24, {"-sample_fmt", "s32"}), kNever);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->channels(), 2);
  EXPECT_EQ(source->sample_rate(), 48000);
  EXPECT_EQ(source->frames(), kFrames);
  EXPECT_THAT(source->encoding(), HasSubstr("FLAC"));
  EXPECT_THAT(source->encoding(), HasSubstr("24"));
  EXPECT_TRUE(source->doubts().empty());
}

TEST_F(AudioFileTest, FindsWavThatWasCutShort) {
  ExpectCutShort(ByFfmpeg("a.wav", 16, {"-c:a", "pcm_s16le"}), 9000);
  ExpectCutShort(ByFfmpeg("b.wav", 24, {"-c:a", "pcm_s24le"}), 6);  // a single frame
  ExpectCutShort(ByFfmpeg("c.wav", 24, {"-c:a", "pcm_s24le"}), 1);  // a single byte
  ExpectCutShort(ByFfmpeg("d.wav", 32, {"-c:a", "pcm_f32le"}), 20000);
}

TEST_F(AudioFileTest, FindsAiffThatWasCutShort) {
  ExpectCutShort(ByFfmpeg("a.aiff", 16, {"-c:a", "pcm_s16be"}), 9000);
  ExpectCutShort(ByFfmpeg("b.aiff", 24, {"-c:a", "pcm_s24be"}), 6);
}

TEST_F(AudioFileTest, FindsFlacThatWasCutShort) {
  ExpectCutShort(ByFfmpeg("a.flac", 24, {"-sample_fmt", "s32"}), 5000);
  ExpectCutShort(ByFfmpeg("b.flac", 16, {"-sample_fmt", "s16"}), 1);
}

TEST_F(AudioFileTest, FindsRf64ThatWasCutShort) {
  ExpectCutShort(ByFfmpeg("a.wav", 24, {"-c:a", "pcm_s24le", "-rf64", "always"}), 9000);
  ExpectCutShort(ByFfmpeg("b.wav", 24, {"-c:a", "pcm_s24le", "-rf64", "always"}), 6);
}

TEST_F(AudioFileTest, FindsW64ThatWasCutShort) {
  ExpectCutShort(ByFfmpeg("a.w64", 24, {"-c:a", "pcm_s24le"}), 9000);
}

// libsndfile does not open such a file, and cannot say more of it than that it is malformed.
TEST_F(AudioFileTest, RefusesCafThatWasCutShort) {
  EXPECT_FALSE(Inspect(Cut(ByFfmpeg("a.caf", 24, {"-c:a", "pcm_s24be"}), 9000)).ok());
}

// A coder that writes to a pipe cannot go back to write the length.
TEST_F(AudioFileTest, CountsTheLengthOfAStreamedFlac) {
  const std::string wav = ByFfmpeg("a.wav", 16, {"-c:a", "pcm_s16le"});
  const std::string streamed = folder_ / "streamed.flac";
  const test::Ended ended =
      test::Run({"sh", "-c", "ffmpeg -nostdin -v error -i " + wav + " -f flac - | cat > " + streamed});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const absl::StatusOr<Source> source = InspectSource(streamed, kNever);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->frames(), kFrames);
  EXPECT_TRUE(source->doubts().empty());
}

TEST_F(AudioFileTest, FindsFlacThatWasDamagedInTheMiddle) {
  const std::string path = ByFfmpeg("a.flac", 24, {"-sample_fmt", "s32"});
  std::string bytes = test::ReadFile(path);
  bytes.resize(bytes.size() / 2);  // the second half is overwritten with nothing
  bytes.resize(std::filesystem::file_size(path), '\0');
  test::WriteFile(path, bytes);
  EXPECT_FALSE(Inspect(path).ok());
}

TEST_F(AudioFileTest, RefusesWhatIsNoSound) {
  EXPECT_TRUE(absl::IsNotFound(Inspect(folder_ / "nothing.wav")));
  EXPECT_THAT(Inspect(folder_.path()).message(), HasSubstr("folder"));
  EXPECT_EQ(Inspect(folder_.path()).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Inspect(folder_.Write("empty.wav", "")).message(), HasSubstr("empty"));
  for (const std::string& bytes :
       {std::string("This is a text, not a sound.\n"), std::string(100'000, '\x55'), std::string("RIFF"),
        std::string("\x89PNG\r\n\x1a\n"), std::string("fLaC")}) {
    const absl::Status status = Inspect(folder_.Write("a.wav", bytes));
    EXPECT_FALSE(status.ok()) << bytes.substr(0, 20);
  }
}

TEST_F(AudioFileTest, RefusesNoiseUnderASoundsName) {
  std::string noise;
  uint32_t state = 7;
  for (int i = 0; i < 300'000; ++i) noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (const char* name : {"a.wav", "a.aiff", "a.flac", "a.mp3", "a.raw"})
    EXPECT_FALSE(Inspect(folder_.Write(name, noise)).ok()) << name;
}

TEST_F(AudioFileTest, RefusesAHeaderWithoutSound) {
  const absl::Status status = Inspect(test::WriteWav(folder_ / "a.wav", Wav(Format::BITS_24), 2, 48000, {}));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("no sound"));
}

TEST_F(AudioFileTest, NamesTheSampleThatIsNoNumber) {
  std::vector<double> samples(2 * 20'000, 0.25);
  samples[2 * 17'001 + 1] = std::numeric_limits<double>::quiet_NaN();
  const Format format = Wav(Format::BITS_32F);
  const absl::Status nan = Inspect(test::WriteWav(folder_ / "nan.wav", format, 2, 48000, samples));
  EXPECT_EQ(nan.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(nan.message(), HasSubstr("sample 17001 of channel 2 is NaN"));
  samples[2 * 17'001 + 1] = -std::numeric_limits<double>::infinity();
  const absl::Status infinite = Inspect(test::WriteWav(folder_ / "inf.wav", format, 2, 48000, samples));
  EXPECT_THAT(infinite.message(), HasSubstr("sample 17001 of channel 2 is infinite"));
}

TEST_F(AudioFileTest, LossyCodingsAreADoubt) {
  const std::string wav = ByFfmpeg("a.wav", 16, {"-c:a", "pcm_s16le"});
  for (const char* name : {"a.mp3", "a.ogg", "a.opus"}) {
    if (test::Run({"ffmpeg", "-nostdin", "-v", "error", "-i", wav, folder_ / name}).exit_code != 0) continue;
    const absl::StatusOr<Source> source = InspectSource(folder_ / name, kNever);
    ASSERT_TRUE(source.ok()) << name << ": " << source.status();
    ASSERT_EQ(source->doubts_size(), 1) << name;
    EXPECT_THAT(source->doubts(0), HasSubstr("lossy"));
    EXPECT_GE(source->frames(), kFrames) << name;
  }
}

TEST_F(AudioFileTest, LossyFilesCanBeReadToTheLengthThatWasTold) {
  const std::string wav = ByFfmpeg("a.wav", 16, {"-c:a", "pcm_s16le"});
  ASSERT_EQ(test::Run({"ffmpeg", "-nostdin", "-v", "error", "-i", wav, folder_ / "a.ogg"}).exit_code, 0);
  const absl::StatusOr<Source> source = InspectSource(folder_ / "a.ogg", kNever);
  ASSERT_TRUE(source.ok());
  const auto file = AudioFile::Open(folder_ / "a.ogg");
  std::vector<double> samples(static_cast<size_t>(source->frames()) * kChannels);
  EXPECT_TRUE((*file)->Read(0, samples).ok());
}

}  // namespace
}  // namespace trackout
