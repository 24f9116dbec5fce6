#include "worker/dsp/unpack.h"

#include <cassert>
#include <cstdint>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/unpack.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "worker/dsp/bytes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp::HWY_NAMESPACE {

// Each of these unpacks frames as far as there are whole vectors of them, and returns how many it did.

#if HWY_TARGET == HWY_SCALAR

size_t UnpackMono(SampleKind, const uint8_t*, size_t, double*) {
  return 0;
}

size_t UnpackStereo(SampleKind, const uint8_t*, size_t, double*, double*) {
  return 0;
}

#else

// The three bytes of a sample go to the upper three of four, so that the sign comes by itself: steps * 2^8.
HWY_ALIGN constexpr uint8_t kMono24[16] = {0x80, 0, 1, 2, 0x80, 3, 4, 5, 0x80, 6, 7, 8, 0x80, 9, 10, 11};
HWY_ALIGN constexpr uint8_t kStereo24[16] = {0x80, 0, 1, 2, 0x80, 6, 7, 8, 0x80, 3, 4, 5, 0x80, 9, 10, 11};

HWY_INLINE hn::Vec<Whole4> Four24(const uint8_t* from, const uint8_t* order) {
  return hn::BitCast(Whole4(), Shuffled(hn::LoadU(Bytes16(), from), order));
}

size_t UnpackMono(SampleKind kind, const uint8_t* HWY_RESTRICT bytes, size_t frames,
                  double* HWY_RESTRICT out) {
  const Whole4 d;
  size_t i = 0;
  switch (kind) {
    case SampleKind::kInt16:
      for (; i + 4 <= frames; i += 4) {
        const hn::FixedTag<uint8_t, 8> d8;
        const hn::FixedTag<int16_t, 4> d16;
        const auto four = hn::PromoteTo(d, hn::BitCast(d16, hn::LoadU(d8, bytes + 2 * i)));
        StoreFour(d, four, 0x1p-15, out + i);
      }
      break;
    case SampleKind::kInt24:  // reads 16 bytes for 12
      for (; 3 * i + 16 <= 3 * frames; i += 4) StoreFour(d, Four24(bytes + 3 * i, kMono24), 0x1p-31, out + i);
      break;
    case SampleKind::kInt32:
      for (; i + 4 <= frames; i += 4)
        StoreFour(d, hn::BitCast(d, hn::LoadU(Bytes16(), bytes + 4 * i)), 0x1p-31, out + i);
      break;
    case SampleKind::kFloat32:
      for (; i + 4 <= frames; i += 4)
        StoreFour(Float4(), hn::BitCast(Float4(), hn::LoadU(Bytes16(), bytes + 4 * i)), 1, out + i);
      break;
    case SampleKind::kFloat64:
      break;
  }
  return i;
}

// Four frames of two channels of 32 bits: the first channel, then the second.
struct TwoFours {
  hn::Vec<Whole4> left;
  hn::Vec<Whole4> right;
};

HWY_INLINE TwoFours Split32(const uint8_t* from) {
  const Whole4 d;
  const auto low = hn::BitCast(d, hn::LoadU(Bytes16(), from));
  const auto high = hn::BitCast(d, hn::LoadU(Bytes16(), from + 16));
  return {hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low)};
}

HWY_INLINE TwoFours Split24(const uint8_t* from) {
  const Whole4 d;
  const auto low = Four24(from, kStereo24);
  const auto high = Four24(from + 12, kStereo24);
  return {hn::ConcatLowerLower(d, high, low), hn::ConcatUpperUpper(d, high, low)};
}

// Each 16-bit sample in the upper half of 32 bits: steps * 2^16.
HWY_INLINE TwoFours Split16(const uint8_t* from) {
  const Whole4 d;
  const auto both = hn::BitCast(d, hn::LoadU(Bytes16(), from));
  return {hn::ShiftLeft<16>(both), hn::And(both, hn::Set(d, static_cast<int32_t>(0xffff0000)))};
}

size_t UnpackStereo(SampleKind kind, const uint8_t* HWY_RESTRICT bytes, size_t frames,
                    double* HWY_RESTRICT left, double* HWY_RESTRICT right) {
  const Whole4 d;
  size_t i = 0;
  const auto store = [&](const TwoFours& fours) HWY_ATTR {
    StoreFour(d, fours.left, 0x1p-31, left + i);
    StoreFour(d, fours.right, 0x1p-31, right + i);
  };
  switch (kind) {
    case SampleKind::kInt16:
      for (; i + 4 <= frames; i += 4) store(Split16(bytes + 4 * i));
      break;
    case SampleKind::kInt24:  // reads 28 bytes for 24
      for (; 6 * i + 28 <= 6 * frames; i += 4) store(Split24(bytes + 6 * i));
      break;
    case SampleKind::kInt32:
      for (; i + 4 <= frames; i += 4) store(Split32(bytes + 8 * i));
      break;
    case SampleKind::kFloat32:
      for (; i + 4 <= frames; i += 4) {
        const TwoFours fours = Split32(bytes + 8 * i);
        StoreFour(Float4(), hn::BitCast(Float4(), fours.left), 1, left + i);
        StoreFour(Float4(), hn::BitCast(Float4(), fours.right), 1, right + i);
      }
      break;
    case SampleKind::kFloat64:
      break;
  }
  return i;
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace trackout::dsp::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {

HWY_EXPORT(UnpackMono);
HWY_EXPORT(UnpackStereo);

namespace {

template <typename T>
T Read(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <SampleKind kKind>
double SampleAt(const uint8_t* at) {
  if constexpr (kKind == SampleKind::kInt16) {
    return Read<int16_t>(at) * 0x1p-15;
  } else if constexpr (kKind == SampleKind::kInt24) {
    const uint32_t bits = uint32_t{at[0]} << 8 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 24;
    return static_cast<int32_t>(bits) * 0x1p-31;
  } else if constexpr (kKind == SampleKind::kInt32) {
    return Read<int32_t>(at) * 0x1p-31;
  } else if constexpr (kKind == SampleKind::kFloat32) {
    return Read<float>(at);
  } else {
    return Read<double>(at);
  }
}

// One channel of any number, sample by sample, from a frame on.
template <SampleKind kKind>
void UnpackChannel(const uint8_t* bytes, size_t stride, size_t first, std::span<double> plane) {
  for (size_t i = first; i < plane.size(); ++i) plane[i] = SampleAt<kKind>(bytes + i * stride);
}

void UnpackChannel(SampleKind kind, const uint8_t* bytes, size_t stride, size_t first,
                   std::span<double> plane) {
  switch (kind) {
    case SampleKind::kInt16:
      return UnpackChannel<SampleKind::kInt16>(bytes, stride, first, plane);
    case SampleKind::kInt24:
      return UnpackChannel<SampleKind::kInt24>(bytes, stride, first, plane);
    case SampleKind::kInt32:
      return UnpackChannel<SampleKind::kInt32>(bytes, stride, first, plane);
    case SampleKind::kFloat32:
      return UnpackChannel<SampleKind::kFloat32>(bytes, stride, first, plane);
    case SampleKind::kFloat64:
      return UnpackChannel<SampleKind::kFloat64>(bytes, stride, first, plane);
  }
}

// Frames that vectors did: of one channel, or of both of two.
size_t UnpackVectors(SampleKind kind, const uint8_t* bytes, size_t channels, std::span<const int> wanted,
                     std::span<const std::span<double>> planes) {
  if (channels == 1 && planes.size() == 1)
    return HWY_DYNAMIC_DISPATCH(UnpackMono)(kind, bytes, planes[0].size(), planes[0].data());
  if (channels == 2 && planes.size() == 2 && wanted[0] != wanted[1]) {
    const size_t left = wanted[0] == 0 ? 0 : 1;
    return HWY_DYNAMIC_DISPATCH(UnpackStereo)(kind, bytes, planes[0].size(), planes[left].data(),
                                              planes[1 - left].data());
  }
  return 0;
}

}  // namespace

size_t BytesOf(SampleKind kind) {
  switch (kind) {
    case SampleKind::kInt16:
      return 2;
    case SampleKind::kInt24:
      return 3;
    case SampleKind::kInt32:
    case SampleKind::kFloat32:
      return 4;
    case SampleKind::kFloat64:
      return 8;
  }
  return 0;
}

void Unpack(SampleKind kind, std::span<const std::byte> bytes, size_t channels,
            std::span<const int> channels_wanted, std::span<const std::span<double>> planes) {
  assert(channels_wanted.size() == planes.size());
  const size_t size = BytesOf(kind);
  const size_t stride = size * channels;
  for (const std::span<double> plane : planes) assert(bytes.size() == plane.size() * stride);
  const auto* from = reinterpret_cast<const uint8_t*>(bytes.data());
  const size_t done = UnpackVectors(kind, from, channels, channels_wanted, planes);
  for (size_t p = 0; p < planes.size(); ++p) {
    const size_t offset = static_cast<size_t>(channels_wanted[p]) * size;
    UnpackChannel(kind, from + offset, stride, done, planes[p]);
  }
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
