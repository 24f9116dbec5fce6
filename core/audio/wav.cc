#include "core/audio/wav.h"

#include <bit>
#include <limits>

namespace trackout {
namespace {

static_assert(std::endian::native == std::endian::little, "samples are written as they lie in memory");

constexpr int kPcm = 1;
constexpr int kIeeeFloat = 3;
constexpr int64_t kLargestRiff = std::numeric_limits<uint32_t>::max();

template <typename Integer>
void Put(std::string& bytes, Integer value) {
  for (size_t i = 0; i < sizeof value; ++i) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff));
  }
}

int64_t DataSize(const Format& format, int channels, int64_t frames) {
  return frames * channels * BytesPerSample(format);
}

// Sizes of all that stands between the 8 bytes of RIFF and the samples.
int64_t RiffSize(const Format& format, int64_t data_size, bool is_rf64) {
  const int64_t fmt = 8 + (IsFloat(format) ? 18 : 16);
  const int64_t fact = IsFloat(format) ? 8 + 4 : 0;
  const int64_t ds64 = is_rf64 ? 8 + 28 : 0;
  return 4 + ds64 + fmt + fact + 8 + data_size + data_size % 2;
}

bool NeedsRf64(const Format& format, int64_t data_size) {
  return RiffSize(format, data_size, false) > kLargestRiff;
}

}  // namespace

int BytesPerSample(const Format& format) {
  switch (format.bits()) {
    case Format::BITS_16:
      return 2;
    case Format::BITS_32F:
      return 4;
    default:
      return 3;
  }
}

bool IsFloat(const Format& format) {
  return format.bits() == Format::BITS_32F;
}

double StepsPerUnit(const Format& format) {
  return format.bits() == Format::BITS_16 ? 32768.0 : 8388608.0;
}

std::string FormatName(const Format& format) {
  switch (format.bits()) {
    case Format::BITS_16:
      return "wav16";
    case Format::BITS_32F:
      return "wav32f";
    default:
      return "wav24";
  }
}

Format ResolvedFormat(Format format) {
  if (format.container() == Format::CONTAINER_UNSPECIFIED) format.set_container(Format::CONTAINER_WAV);
  if (format.bits() == Format::BITS_UNSPECIFIED) format.set_bits(Format::BITS_24);
  return format;
}

std::string WavHeader(const Format& format, int channels, int sample_rate, int64_t frames) {
  const int64_t data_size = DataSize(format, channels, frames);
  const bool is_rf64 = NeedsRf64(format, data_size);
  const int64_t riff_size = RiffSize(format, data_size, is_rf64);
  const auto size32 = [is_rf64](int64_t size) {
    return is_rf64 ? std::numeric_limits<uint32_t>::max() : static_cast<uint32_t>(size);
  };
  std::string header = is_rf64 ? "RF64" : "RIFF";
  Put(header, size32(riff_size));
  header += "WAVE";
  if (is_rf64) {
    header += "ds64";
    Put(header, uint32_t{28});
    Put(header, riff_size);
    Put(header, data_size);
    Put(header, frames);
    Put(header, uint32_t{0});  // no table of further sizes
  }
  const int frame_bytes = channels * BytesPerSample(format);
  header += "fmt ";
  Put(header, uint32_t{IsFloat(format) ? 18u : 16u});
  Put(header, static_cast<uint16_t>(IsFloat(format) ? kIeeeFloat : kPcm));
  Put(header, static_cast<uint16_t>(channels));
  Put(header, static_cast<uint32_t>(sample_rate));
  Put(header, static_cast<uint32_t>(sample_rate * frame_bytes));
  Put(header, static_cast<uint16_t>(frame_bytes));
  Put(header, static_cast<uint16_t>(8 * BytesPerSample(format)));
  if (IsFloat(format)) {
    Put(header, uint16_t{0});  // no extension
    header += "fact";
    Put(header, uint32_t{4});
    Put(header, size32(frames));
  }
  header += "data";
  Put(header, size32(data_size));
  return header;
}

int64_t WavSizeBytes(const Format& format, int channels, int64_t frames) {
  const int64_t data_size = DataSize(format, channels, frames);
  return 8 + RiffSize(format, data_size, NeedsRf64(format, data_size));
}

}  // namespace trackout
