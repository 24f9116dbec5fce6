// Bytes into doubles against arithmetic on the bytes: every kind, number of channels, choice, length, tail.
#include "worker/dsp/unpack.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

constexpr SampleKind kKinds[] = {SampleKind::kInt16, SampleKind::kInt24, SampleKind::kInt32,
                                 SampleKind::kFloat32, SampleKind::kFloat64};

// Bytes of random samples; floats are of moderate size.
std::vector<std::byte> BytesFor(SampleKind kind, size_t samples) {
  std::mt19937 random(static_cast<unsigned>(samples) + 1);
  std::vector<std::byte> bytes(samples * BytesOf(kind));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (size_t i = 0; i < samples; ++i) {
    const double value = (static_cast<double>(random()) - 2e9) * 1.234567890123e-9;
    const auto narrow = static_cast<float>(value);
    if (kind == SampleKind::kFloat32) std::memcpy(&bytes[i * 4], &narrow, 4);
    if (kind == SampleKind::kFloat64) std::memcpy(&bytes[i * 8], &value, 8);
  }
  return bytes;
}

// Sample i by the book: two's complement, or what the language makes of a float.
double Plain(SampleKind kind, const std::vector<std::byte>& bytes, size_t i) {
  const size_t size = BytesOf(kind);
  if (kind == SampleKind::kFloat64) {
    double value;
    std::memcpy(&value, &bytes[i * 8], 8);
    return value;
  }
  if (kind == SampleKind::kFloat32) {
    float value;
    std::memcpy(&value, &bytes[i * 4], 4);
    return value;
  }
  int64_t number = 0;
  for (size_t byte = size; byte-- > 0;) number = number * 256 + static_cast<int>(bytes[i * size + byte]);
  const int64_t range = int64_t{1} << (8 * size);
  if (number >= range / 2) number -= range;
  return static_cast<double>(number) / static_cast<double>(range / 2);
}

class UnpackTest : public EachIsa {
 protected:
  // Unpacks a choice of channels, and compares it with the book. `skip`: bytes before the first, which
  // misalign.
  static void Check(SampleKind kind, size_t channels, const std::vector<int>& wanted, size_t frames,
                    size_t skip) {
    const std::vector<std::byte> bytes = BytesFor(kind, frames * channels);
    std::vector<std::byte> moved(skip);
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    std::vector<Samples> planes(wanted.size(), Samples(frames));
    const std::vector<std::span<double>> to(planes.begin(), planes.end());
    Unpack(kind, std::span(moved).subspan(skip), channels, wanted, to);
    for (size_t p = 0; p < wanted.size(); ++p) {
      Samples expected(frames);
      for (size_t i = 0; i < frames; ++i)
        expected[i] = Plain(kind, bytes, i * channels + static_cast<size_t>(wanted[p]));
      ASSERT_TRUE(SameBits(planes[p], expected)) << static_cast<int>(kind) << " " << channels << " " << p;
    }
  }
};
TRACKOUT_FOR_EACH_ISA(UnpackTest);

TEST_P(UnpackTest, OfMonoAndStereoForEveryLength) {
  for (const SampleKind kind : kKinds) {
    for (const size_t frames : Lengths()) {
      Check(kind, 1, {0}, frames, frames % 5);
      Check(kind, 2, {0, 1}, frames, frames % 3);
      Check(kind, 2, {1, 0}, frames, 1);
      Check(kind, 2, {1}, frames, 0);
      Check(kind, 2, {0, 0}, frames, 0);
    }
  }
}

TEST_P(UnpackTest, OfAnyNumberOfChannelsAndChoice) {
  for (const SampleKind kind : kKinds) {
    for (size_t channels = 3; channels <= 16; ++channels) {
      std::vector<int> wanted(channels);
      std::iota(wanted.begin(), wanted.end(), 0);
      Check(kind, channels, wanted, 33, 0);
      std::reverse(wanted.begin(), wanted.end());
      wanted.resize(channels / 2 + 1);
      Check(kind, channels, wanted, 17, 1);
      Check(kind, channels, {}, 17, 0);
    }
  }
}

TEST_P(UnpackTest, OfTheEndsOfTheRange) {
  const auto bytes = [](std::initializer_list<int> values) {
    std::vector<std::byte> result;
    for (int repeat = 0; repeat < 8; ++repeat) {
      for (const int value : values) result.push_back(static_cast<std::byte>(value));
    }
    return result;
  };
  const auto first = [](SampleKind kind, const std::vector<std::byte>& from) {
    Samples plane(from.size() / BytesOf(kind));
    const std::span<double> to[] = {plane};
    const int wanted[] = {0};
    Unpack(kind, from, 1, wanted, to);
    EXPECT_EQ(plane, Samples(plane.size(), plane[0]));
    return plane[0];
  };
  EXPECT_EQ(first(SampleKind::kInt16, bytes({0x00, 0x80})), -1);
  EXPECT_EQ(first(SampleKind::kInt16, bytes({0xff, 0x7f})), 1 - 0x1p-15);
  EXPECT_EQ(first(SampleKind::kInt24, bytes({0x00, 0x00, 0x80})), -1);
  EXPECT_EQ(first(SampleKind::kInt24, bytes({0xff, 0xff, 0x7f})), 1 - 0x1p-23);
  EXPECT_EQ(first(SampleKind::kInt24, bytes({0xff, 0xff, 0xff})), -0x1p-23);
  EXPECT_EQ(first(SampleKind::kInt32, bytes({0x00, 0x00, 0x00, 0x80})), -1);
  EXPECT_EQ(first(SampleKind::kInt32, bytes({0xff, 0xff, 0xff, 0x7f})), 1 - 0x1p-31);
  EXPECT_EQ(first(SampleKind::kFloat32, bytes({0x00, 0x00, 0x60, 0xc0})), -3.5);
}

}  // namespace
}  // namespace trackout::dsp
