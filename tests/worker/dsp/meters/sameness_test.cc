// A reading is the same to the last bit for every block size and instruction set, and whatever is beside the
// file.
#include <array>
#include <bit>
#include <cstring>

#include "gtest/gtest.h"
#include "tests/worker/dsp/meters/test_sound.h"
#include "worker/dsp/isa.h"

namespace trackout::dsp {
namespace {

constexpr std::array<size_t, 5> kBlocks{1, 64, 511, 8192, 100003};

// Bits of all figures, those that are absent as such.
using Bits = std::vector<uint64_t>;

Bits BitsOf(const Reading& reading) {
  Bits bits;
  for (const double figure :
       {reading.peak_dbfs, reading.true_peak_dbtp, reading.rms_dbfs, reading.dc_offset}) {
    bits.push_back(std::bit_cast<uint64_t>(figure));
  }
  for (const std::optional<double>& figure :
       {reading.correlation, reading.loudness_lufs, reading.max_momentary_lufs, reading.max_short_term_lufs,
        reading.loudness_range_lu}) {
    bits.push_back(figure.has_value());
    bits.push_back(std::bit_cast<uint64_t>(figure.value_or(0)));
  }
  return bits;
}

class EveryIsa : public testing::Test {
 protected:
  ~EveryIsa() override { UseIsa(AvailableIsas().back()); }
};

std::vector<Bits> MeasureAll(const std::vector<Sound>& files, int rate, size_t block) {
  std::vector<int> channels;
  std::vector<std::span<const double>> all;
  for (const Sound& sound : files) {
    channels.push_back(static_cast<int>(sound.size()));
    all.insert(all.end(), sound.begin(), sound.end());
  }
  MeterBank bank(rate, channels);
  const std::vector<double> scales(files.size(), 1);
  std::vector<std::span<const double>> planes(all.size());
  for (size_t first = 0; first < all[0].size(); first += block) {
    const size_t count = std::min(block, all[0].size() - first);
    for (size_t p = 0; p < all.size(); ++p) planes[p] = all[p].subspan(first, count);
    bank.Process(planes, scales);
  }
  std::vector<Bits> bits;
  for (size_t f = 0; f < files.size(); ++f) bits.push_back(BitsOf(bank.Read(f)));
  return bits;
}

void ExpectSameEverywhere(const std::vector<Sound>& files, int rate) {
  const std::vector<Bits> expected = MeasureAll(files, rate, 4096);
  for (const Isa isa : AvailableIsas()) {
    ASSERT_TRUE(UseIsa(isa));
    for (const size_t block : kBlocks) {
      EXPECT_EQ(MeasureAll(files, rate, block), expected) << NameOf(isa) << ", blocks of " << block;
    }
    for (size_t f = 0; f < files.size(); ++f) {
      EXPECT_EQ(MeasureAll({files[f]}, rate, 4096)[0], expected[f]) << NameOf(isa) << ", alone: file " << f;
    }
  }
}

TEST_F(EveryIsa, ReadsAlikeAtFourTimes) {
  ExpectSameEverywhere({MusicOf(2, 150001, 1, 44100),
                        MusicOf(1, 150001, 2, 44100),
                        MusicOf(6, 150001, 3, 44100),
                        {Noise(150001, 0.7, 5), Noise(150001, 0.7, 6)},
                        MusicOf(8, 150001, 4, 44100)},
                       44100);
}

TEST_F(EveryIsa, ReadsAlikeAtTwice) {
  ExpectSameEverywhere({MusicOf(2, 300007, 1, 96000), MusicOf(3, 300007, 2, 96000)}, 96000);
}

TEST_F(EveryIsa, ReadsAlikeWithoutInterpolation) {
  ExpectSameEverywhere({MusicOf(2, 600003, 1, 192000)}, 192000);
}

TEST_F(EveryIsa, ReadsAlikeWhenSoundFadesBelowAllNumbers) {
  Sound sound{Noise(50000, 0.5, 1), Noise(50000, 0.5, 2)};
  for (Plane& plane : sound) plane.resize(200000);
  for (size_t i = 0; i < 60000; ++i) sound[0][60000 + i] = 1e-290 / static_cast<double>(i + 1);
  ExpectSameEverywhere({sound, MusicOf(1, 200000, 9, 48000)}, 48000);
}

TEST_F(EveryIsa, ReadsAlikeWhenShort) {
  for (const size_t frames : {1, 2, 7, 8, 15, 63, 64, 65, 100, 127, 129, 4799}) {
    ExpectSameEverywhere({{Noise(frames, 1, 3), Noise(frames, 1, 4)}, {Noise(frames, 0.1, 5)}}, 48000);
  }
}

}  // namespace
}  // namespace trackout::dsp
