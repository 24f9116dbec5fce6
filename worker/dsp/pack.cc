// Steps and floats as the bytes of a file (quantise.h).
#include <cassert>
#include <cstdint>
#include <cstring>

#include "worker/dsp/quantise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/pack.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/bytes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// Each of these packs frames of one or two channels (`right` is none for one) as far as there are whole
// vectors of them, and returns how many it did.

#if HWY_TARGET == HWY_SCALAR

size_t Pack16Kernel(const double*, const double*, size_t, uint8_t*) {
  return 0;
}

size_t Pack24Kernel(const double*, const double*, size_t, uint8_t*) {
  return 0;
}

size_t PackFloatKernel(const double*, const double*, size_t, uint8_t*) {
  return 0;
}

#else

HWY_ALIGN constexpr uint8_t kLower2[16] = {0,    1,    4,    5,    8,    9,    12,   13,
                                           0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
HWY_ALIGN constexpr uint8_t kLower3[16] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80};

size_t Pack16Kernel(const double* left, const double* right, size_t frames, uint8_t* HWY_RESTRICT bytes) {
  const Whole4 d;
  size_t i = 0;
  if (right == nullptr) {
    for (; i + 4 <= frames; i += 4) {
      const auto packed = Shuffled(hn::BitCast(Bytes16(), LoadFour(d, left + i)), kLower2);
      const hn::Half<Bytes16> half;
      hn::StoreU(hn::LowerHalf(half, packed), half, bytes + 2 * i);
    }
    return i;
  }
  for (; i + 4 <= frames; i += 4) {
    const auto low = hn::And(LoadFour(d, left + i), hn::Set(d, 0xffff));
    const auto both = hn::Or(low, hn::ShiftLeft<16>(LoadFour(d, right + i)));
    hn::StoreU(hn::BitCast(Bytes16(), both), Bytes16(), bytes + 4 * i);
  }
  return i;
}

// Stores 16 bytes for 12: the next store writes over the rest.
HWY_INLINE void Store24(hn::Vec<Whole4> four, uint8_t* bytes) {
  hn::StoreU(Shuffled(hn::BitCast(Bytes16(), four), kLower3), Bytes16(), bytes);
}

size_t Pack24Kernel(const double* left, const double* right, size_t frames, uint8_t* HWY_RESTRICT bytes) {
  const Whole4 d;
  size_t i = 0;
  if (right == nullptr) {
    for (; 3 * i + 16 <= 3 * frames; i += 4) Store24(LoadFour(d, left + i), bytes + 3 * i);
    return i;
  }
  for (; 6 * i + 28 <= 6 * frames; i += 4) {
    const auto l = LoadFour(d, left + i);
    const auto r = LoadFour(d, right + i);
    Store24(hn::InterleaveLower(d, l, r), bytes + 6 * i);
    Store24(hn::InterleaveUpper(d, l, r), bytes + 6 * i + 12);
  }
  return i;
}

HWY_INLINE void StoreFloats(hn::Vec<Float4> four, uint8_t* bytes) {
  hn::StoreU(hn::BitCast(Bytes16(), four), Bytes16(), bytes);
}

size_t PackFloatKernel(const double* left, const double* right, size_t frames, uint8_t* HWY_RESTRICT bytes) {
  const Float4 d;
  size_t i = 0;
  if (right == nullptr) {
    for (; i + 4 <= frames; i += 4) StoreFloats(LoadFour(d, left + i), bytes + 4 * i);
    return i;
  }
  for (; i + 4 <= frames; i += 4) {
    const auto l = LoadFour(d, left + i);
    const auto r = LoadFour(d, right + i);
    StoreFloats(hn::InterleaveLower(d, l, r), bytes + 8 * i);
    StoreFloats(hn::InterleaveUpper(d, l, r), bytes + 8 * i + 16);
  }
  return i;
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(Pack16Kernel);
HWY_EXPORT(Pack24Kernel);
HWY_EXPORT(PackFloatKernel);

namespace {

using Kernel = size_t (*)(const double*, const double*, size_t, uint8_t*);
using Planes = std::span<const std::span<const double>>;

uint32_t BitsOfFloat(double sample) {
  const auto value = static_cast<float>(sample);
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

uint32_t BitsOfSteps(double steps) {
  return static_cast<uint32_t>(static_cast<int32_t>(steps));
}

// With vectors for one and two channels, and sample by sample for what is left. `bits_of` gives the bits of
// one sample, of which the lower kSize bytes are written.
template <size_t kSize, typename BitsOf>
void Pack(Planes planes, Kernel kernel, const BitsOf& bits_of, std::span<std::byte> bytes) {
  const size_t channels = planes.size();
  for (const std::span<const double> plane : planes) assert(bytes.size() == plane.size() * channels * kSize);
  auto* to = reinterpret_cast<uint8_t*>(bytes.data());
  size_t done = 0;
  if (channels == 1 || channels == 2) {
    const double* right = channels == 2 ? planes[1].data() : nullptr;
    done = kernel(planes[0].data(), right, planes[0].size(), to);
  }
  for (size_t c = 0; c < channels; ++c) {
    for (size_t i = done; i < planes[c].size(); ++i) {
      const uint32_t bits = bits_of(planes[c][i]);
      uint8_t* at = to + (i * channels + c) * kSize;
      for (size_t byte = 0; byte < kSize; ++byte) at[byte] = static_cast<uint8_t>(bits >> (8 * byte));
    }
  }
}

}  // namespace

void Pack16(Planes steps, std::span<std::byte> bytes) {
  Pack<2>(steps, HWY_DYNAMIC_DISPATCH(Pack16Kernel), BitsOfSteps, bytes);
}

void Pack24(Planes steps, std::span<std::byte> bytes) {
  Pack<3>(steps, HWY_DYNAMIC_DISPATCH(Pack24Kernel), BitsOfSteps, bytes);
}

void PackFloat(Planes samples, std::span<std::byte> bytes) {
  Pack<4>(samples, HWY_DYNAMIC_DISPATCH(PackFloatKernel), BitsOfFloat, bytes);
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
