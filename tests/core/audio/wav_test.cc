// WAV headers: byte by byte where they are small, and as ffprobe reads them where they are beyond 4 GiB.
#include "core/audio/wav.h"

#include <filesystem>

#include "core/digest.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"
#include "tests/support/sound.h"

namespace trackout {
namespace {

using test::Wav;

const Format k16 = Wav(Format::BITS_16);
const Format k24 = Wav(Format::BITS_24);
const Format k32f = Wav(Format::BITS_32F);

// Text and numbers as hexadecimal: what a header is written as below.
std::string InHex(std::initializer_list<std::string> parts) {
  std::string hex;
  for (const std::string& part : parts) {
    const bool is_text = part.starts_with("'");
    hex += is_text ? Hex(part.substr(1, part.size() - 2)) : part;
  }
  std::erase(hex, ' ');
  return hex;
}

// A file of this shape, its samples never written (a hole), as long as it says.
std::string Hollow(const test::Folder& folder, const Format& format, int channels, int64_t frames) {
  const std::string path = folder.Write("hollow.wav", WavHeader(format, channels, 48000, frames));
  std::filesystem::resize_file(path, static_cast<uintmax_t>(WavSizeBytes(format, channels, frames)));
  return path;
}

// "codec,channels,frames" by ffprobe.
std::string Probe(const std::string& path) {
  const test::Ended ended = test::Run({"ffprobe", "-v", "error", "-show_entries",
                                       "stream=codec_name,channels,duration_ts", "-of", "csv=p=0", path});
  EXPECT_EQ(ended.err, "");
  return ended.out;
}

TEST(Wav, HeaderOfSixteenBits) {
  // 10 frames of 2 channels: 40 bytes of samples; 36 + 40 = 76 behind the size.
  EXPECT_EQ(Hex(WavHeader(k16, 2, 44100, 10)),
            InHex({"'RIFF'", "4c000000", "'WAVE'", "'fmt '", "10000000", "0100", "0200", "44ac0000",
                   "10b10200", "0400", "1000", "'data'", "28000000"}));
}

TEST(Wav, HeaderOfTwentyFourBitsCountsThePadByteInTheRiffAlone) {
  // 3 frames of 1 channel: 9 bytes and a pad byte; 36 + 10 = 46 behind the size.
  EXPECT_EQ(Hex(WavHeader(k24, 1, 48000, 3)),
            InHex({"'RIFF'", "2e000000", "'WAVE'", "'fmt '", "10000000", "0100", "0100", "80bb0000",
                   "80320200", "0300", "1800", "'data'", "09000000"}));
  EXPECT_EQ(WavSizeBytes(k24, 1, 3), 54);
  EXPECT_EQ(WavSizeBytes(k24, 1, 4), 56);
}

TEST(Wav, HeaderOfFloatHasAFactChunk) {
  // 5 frames of 2 channels: 40 bytes; 4 + 26 + 12 + 8 + 40 = 90.
  EXPECT_EQ(
      Hex(WavHeader(k32f, 2, 96000, 5)),
      InHex({"'RIFF'", "5a000000", "'WAVE'", "'fmt '", "12000000", "0300", "0200", "00770100", "00b80b00",
             "0800", "2000", "0000", "'fact'", "04000000", "05000000", "'data'", "28000000"}));
}

TEST(Wav, HeaderOfRf64HasItsSizesInDs64) {
  // 2^30 frames of 2 channels of 24 bits: 6 GiB = 0x180000000 of samples.
  // Behind the size: 4 + 36 + 24 + 8 + 0x180000000 = 0x180000048.
  EXPECT_EQ(Hex(WavHeader(k24, 2, 48000, int64_t{1} << 30)),
            InHex({"'RF64'", "ffffffff", "'WAVE'", "'ds64'", "1c000000", "48000080 01000000",
                   "00000080 01000000", "00000040 00000000", "00000000", "'fmt '", "10000000", "0100", "0200",
                   "80bb0000", "00650400", "0600", "1800", "'data'", "ffffffff"}));
}

TEST(Wav, AFileIsReadByFfprobeAsItWasMeant) {
  const test::Folder folder;
  EXPECT_EQ(Probe(Hollow(folder, k16, 2, 1000)), "pcm_s16le,2,1000\n");
  EXPECT_EQ(Probe(Hollow(folder, k24, 1, 1001)), "pcm_s24le,1,1001\n");
  EXPECT_EQ(Probe(Hollow(folder, k32f, 6, 999)), "pcm_f32le,6,999\n");
}

TEST(Wav, AFileIsReadBySoxAsItWasMeant) {
  const test::Folder folder;
  const std::string path = Hollow(folder, k24, 1, 1001);
  EXPECT_EQ(test::Run({"soxi", "-s", path}).out, "1001\n");
  EXPECT_EQ(test::Run({"soxi", "-b", path}).out, "24\n");
  EXPECT_EQ(test::Run({"soxi", path}).err, "");
}

// Stereo of 24 bits: 36 + 6 x 715,827,876 = 4,294,967,292, the last below 2^32.
TEST(Wav, IsRiffUpToFourGibibytes) {
  EXPECT_TRUE(WavHeader(k24, 2, 48000, 715'827'876).starts_with("RIFF"));
  EXPECT_TRUE(WavHeader(k24, 2, 48000, 715'827'877).starts_with("RF64"));
  // Stereo float: 50 + 8 x 536,870,905 = 4,294,967,290.
  EXPECT_TRUE(WavHeader(k32f, 2, 48000, 536'870'905).starts_with("RIFF"));
  EXPECT_TRUE(WavHeader(k32f, 2, 48000, 536'870'906).starts_with("RF64"));
}

TEST(Wav, BothSidesOfFourGibibytesAreReadByFfprobe) {
  const test::Folder folder;
  EXPECT_EQ(Probe(Hollow(folder, k24, 2, 715'827'876)), "pcm_s24le,2,715827876\n");
  EXPECT_EQ(Probe(Hollow(folder, k24, 2, 715'827'877)), "pcm_s24le,2,715827877\n");
  EXPECT_EQ(Probe(Hollow(folder, k24, 1, 2'000'000'001)), "pcm_s24le,1,2000000001\n");
  EXPECT_EQ(Probe(Hollow(folder, k32f, 2, 1'000'000'000)), "pcm_f32le,2,1000000000\n");
}

TEST(Wav, KnowsItsFormatsByName) {
  EXPECT_EQ(FormatName(k16), "wav16");
  EXPECT_EQ(FormatName(k24), "wav24");
  EXPECT_EQ(FormatName(k32f), "wav32f");
  EXPECT_EQ(StepsPerUnit(k16), 32768);
  EXPECT_EQ(StepsPerUnit(k24), 8388608);
}

TEST(Wav, WhatIsLeftOpenIsTwentyFourBits) {
  EXPECT_EQ(ResolvedFormat(Format()).bits(), Format::BITS_24);
  EXPECT_EQ(ResolvedFormat(Format()).container(), Format::CONTAINER_WAV);
  EXPECT_EQ(ResolvedFormat(k16).bits(), Format::BITS_16);
}

}  // namespace
}  // namespace trackout
