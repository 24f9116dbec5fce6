// What headers say of the size of their sound, and whether it is true.
#include "core/audio/stated_size.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/audio/wav.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

class StatedSizeTest : public ::testing::Test {
 protected:
  // A stereo WAV of 1001 frames at 24 bits: an even number of bytes.
  std::string Wav() {
    return test::ReadFile(test::WriteWav(folder_ / "made.wav", test::Wav(Format::BITS_24), 2, 48000,
                                         test::Noise(2002, 0.5, 1)));
  }

  StatedSize Check(const std::string& bytes) { return CheckStatedSize(folder_.Write("file", bytes)); }

  // The size behind a chunk's name, little endian, made another one.
  static std::string WithSize(std::string bytes, const std::string& chunk, uint32_t size) {
    std::memcpy(bytes.data() + bytes.find(chunk) + 4, &size, sizeof size);
    return bytes;
  }

  test::Folder folder_;
};

TEST_F(StatedSizeTest, OfAWholeFileIsTrue) {
  const StatedSize size = Check(Wav());
  EXPECT_FALSE(size.is_cut || size.knows_no_length || size.has_more);
}

TEST_F(StatedSizeTest, OfAFileThatLostItsLastByteIsNot) {
  std::string wav = Wav();
  wav.pop_back();
  EXPECT_TRUE(Check(wav).is_cut);
}

TEST_F(StatedSizeTest, IsFoundBehindManyChunks) {
  std::string wav = Wav();
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::string("JUNK\x03\0\0\0abc\0", 12);  // odd, so padded
  wav.insert(12, text);
  EXPECT_FALSE(Check(wav).is_cut);
  wav.resize(wav.size() - 100);
  EXPECT_TRUE(Check(wav).is_cut);
}

TEST_F(StatedSizeTest, OfAPipeIsAPlaceholderAndNoLoss) {
  for (const uint32_t placeholder : {0xffffffffu, 0x7ffff000u, 0x7fffeffcu, 0x80000000u}) {
    const StatedSize size = Check(WithSize(Wav(), "data", placeholder));
    EXPECT_TRUE(size.knows_no_length) << placeholder;
    EXPECT_FALSE(size.is_cut) << placeholder;
  }
}

TEST_F(StatedSizeTest, OfThreeGigabytesIsNoPlaceholder) {
  EXPECT_TRUE(Check(WithSize(Wav(), "data", 3'000'000'000u)).is_cut);
}

TEST_F(StatedSizeTest, LeavesSoundBehindItThatIsNoChunk) {
  EXPECT_TRUE(Check(WithSize(Wav(), "data", 600)).has_more);
  EXPECT_FALSE(Check(Wav() + std::string("LIST\x04\0\0\0INFO", 12)).has_more);
  EXPECT_FALSE(Check(Wav() + std::string(64, '\0')).has_more);
}

TEST_F(StatedSizeTest, IsReadOfOtherKindsOfFilesToo) {
  Wav();
  for (const std::string kind : {"aiff", "au", "w64", "rf64.wav"}) {
    const std::string path = folder_ / ("other." + kind);
    const bool is_rf64 = kind == "rf64.wav";
    ASSERT_EQ(test::Run({"ffmpeg", "-v", "error", "-i", folder_ / "made.wav", "-c:a",
                         kind == "aiff" || kind == "au" ? "pcm_s24be" : "pcm_s24le", "-rf64",
                         is_rf64 ? "always" : "auto", path})
                  .exit_code,
              0)
        << kind;
    const std::string bytes = test::ReadFile(path);
    EXPECT_FALSE(Check(bytes).is_cut) << kind;
    EXPECT_TRUE(Check(bytes.substr(0, bytes.size() / 2)).is_cut) << kind;
  }
}

TEST_F(StatedSizeTest, OfWhatIsNoSoundFileIsNotJudged) {
  for (const std::string bytes : {"", "RIFF", "text that is long enough to be read", "RIFF\x04\0\0\0WAVE"}) {
    const StatedSize size = Check(bytes);
    EXPECT_FALSE(size.is_cut || size.knows_no_length || size.has_more);
  }
}

}  // namespace
}  // namespace trackout
