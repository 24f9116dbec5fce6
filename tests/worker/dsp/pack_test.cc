// The bytes of files by hand, and for every instruction set, number of channels, length and tail.
#include <cstring>

#include "tests/worker/dsp/each_isa.h"
#include "worker/dsp/quantise.h"

namespace trackout::dsp {
namespace {

using Planes = std::vector<Samples>;
using Bytes = std::vector<std::byte>;
using Pack = void (*)(std::span<const std::span<const double>>, std::span<std::byte>);

std::vector<int> Numbers(const Bytes& bytes) {
  std::vector<int> numbers;
  for (const std::byte byte : bytes) numbers.push_back(static_cast<int>(byte));
  return numbers;
}

// What a packer writes into the middle of a buffer, whose rest must stay as it is.
Bytes Packed(Pack pack, size_t size, const Planes& planes, size_t skip = 0) {
  constexpr std::byte kUntouched{0xa5};
  const size_t count = planes.front().size() * planes.size() * size;
  Bytes bytes(skip + count + 32, kUntouched);
  pack(std::vector<std::span<const double>>(planes.begin(), planes.end()),
       std::span(bytes).subspan(skip, count));
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool is_outside = i < skip || i >= skip + count;
    EXPECT_TRUE(!is_outside || bytes[i] == kUntouched) << i;
  }
  return {bytes.begin() + static_cast<int64_t>(skip), bytes.begin() + static_cast<int64_t>(skip + count)};
}

class PackTest : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(PackTest);

TEST_P(PackTest, SixteenBits) {
  EXPECT_EQ(Numbers(Packed(Pack16, 2, {{1, -1}, {0x1234, -32768}})),
            (std::vector<int>{0x01, 0x00, 0x34, 0x12, 0xff, 0xff, 0x00, 0x80}));
}

TEST_P(PackTest, TwentyFourBits) {
  EXPECT_EQ(Numbers(Packed(Pack24, 3, {{-2, 8388607}, {0x123456, -8388608}})),
            (std::vector<int>{0xfe, 0xff, 0xff, 0x56, 0x34, 0x12, 0xff, 0xff, 0x7f, 0x00, 0x00, 0x80}));
}

TEST_P(PackTest, Float) {
  EXPECT_EQ(Numbers(Packed(PackFloat, 4, {{0}, {1}})),
            (std::vector<int>{0, 0, 0, 0, 0x00, 0x00, 0x80, 0x3f}));
}

// The lower bytes of the number, lowest first.
void AppendNumber(int64_t number, size_t size, Bytes& bytes) {
  for (size_t byte = 0; byte < size; ++byte) bytes.push_back(static_cast<std::byte>(number >> (8 * byte)));
}

TEST_P(PackTest, OfAnyChannelsAndLengthIsTwosComplement) {
  for (const size_t size : {size_t{2}, size_t{3}}) {
    const double full = size == 2 ? 0x1p15 : 0x1p23;
    for (size_t channels = 1; channels <= 8; ++channels) {
      for (const size_t count : Lengths()) {
        if (channels > 2 && count > 40) continue;
        Planes planes;
        for (size_t c = 0; c < channels; ++c) {
          planes.push_back(Noise(count, static_cast<unsigned>(c), full - 1));
          for (double& step : planes.back()) step = static_cast<double>(static_cast<int64_t>(step));
          if (count > 1) planes.back()[0] = -full, planes.back()[1] = full - 1;
        }
        Bytes expected;
        for (size_t i = 0; i < count; ++i) {
          for (const Samples& plane : planes) AppendNumber(static_cast<int64_t>(plane[i]), size, expected);
        }
        ASSERT_EQ(Packed(size == 2 ? Pack16 : Pack24, size, planes, count % 4), expected) << channels;
      }
    }
  }
}

TEST_P(PackTest, OfFloatsIsTheLanguagesOwn) {
  for (size_t channels = 1; channels <= 8; ++channels) {
    for (const size_t count : Lengths()) {
      if (channels > 2 && count > 40) continue;
      Planes planes;
      for (size_t c = 0; c < channels; ++c) planes.push_back(Noise(count, static_cast<unsigned>(c), 3));
      Bytes expected;
      for (size_t i = 0; i < count; ++i) {
        for (const Samples& plane : planes) {
          const auto value = static_cast<float>(plane[i]);
          uint32_t bits;
          std::memcpy(&bits, &value, sizeof bits);
          AppendNumber(bits, 4, expected);
        }
      }
      ASSERT_EQ(Packed(PackFloat, 4, planes, count % 4), expected) << channels;
    }
  }
}

}  // namespace
}  // namespace trackout::dsp
