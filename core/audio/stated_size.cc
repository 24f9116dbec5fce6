#include "core/audio/stated_size.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/cleanup/cleanup.h"

namespace trackout {
namespace {

constexpr int kMostChunks = 100'000;

// Sizes that writers to a pipe leave: -1 (ffmpeg), just below 2^31 or 0x7f000000 (SoX). Narrow, because a
// real file may be of 2 to 4 GiB, and may be cut.
bool IsPlaceholder(uint64_t size) {
  return (size >= 0xfffff000u && size <= 0xffffffffu) || (size >= 0x7ffe0000u && size <= 0x80000000u) ||
         (size >= 0x7f000000u && size <= 0x7f000100u);
}

class HeaderReader {
 public:
  explicit HeaderReader(int descriptor) : descriptor_(descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0) size_ = static_cast<uint64_t>(status.st_size);
  }

  uint64_t size() const { return size_; }

  // Bytes at an offset; fewer where the file ends.
  std::string At(uint64_t offset, size_t count) {
    std::string bytes(count, '\0');
    if (offset > size_) return "";
    const ssize_t there = pread(descriptor_, bytes.data(), count, static_cast<off_t>(offset));
    bytes.resize(static_cast<size_t>(std::max<ssize_t>(there, 0)));
    return bytes;
  }

 private:
  const int descriptor_;
  uint64_t size_ = 0;
};

uint64_t Little(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

uint64_t Big(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// Whether four bytes can be the name of a chunk.
bool IsChunkName(std::string_view name) {
  return name.size() == 4 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

StatedSize Judge(HeaderReader& file, uint64_t sound_at, uint64_t stated) {
  StatedSize judged;
  const uint64_t there = file.size() > sound_at ? file.size() - sound_at : 0;
  if (stated > there) {
    judged.knows_no_length = IsPlaceholder(stated);
    judged.is_cut = !judged.knows_no_length;
    return judged;
  }
  const uint64_t end = sound_at + stated + stated % 2;
  const std::string next = end < file.size() ? file.At(end, 4) : "";
  const bool is_padding = next.find_first_not_of('\0') == std::string::npos;
  judged.has_more = !is_padding && !IsChunkName(next);
  return judged;
}

// Of a format chunk's content: coding, channels, rate, bytes a second, bytes a frame, bits.
int FrameBytes(HeaderReader& file, uint64_t content_at) {
  return static_cast<int>(Little(file.At(content_at + 12, 2)));
}

// RIFF and RF64 (little endian, `data`), FORM (big endian, `SSND`): name, size, content, padded to even.
StatedSize WalkChunks(HeaderReader& file, bool is_big, std::string_view sound_name) {
  uint64_t size64 = 0;  // of RF64's `ds64`
  int frame_bytes = 0;
  uint64_t at = 12;
  for (int i = 0; i < kMostChunks; ++i) {
    const std::string head = file.At(at, 8);
    if (head.size() < 8) return {};
    const uint64_t size = is_big ? Big(head.substr(4)) : Little(head.substr(4));
    if (head.starts_with("ds64")) size64 = Little(file.At(at + 16, 8));
    if (!is_big && head.starts_with("fmt ")) frame_bytes = FrameBytes(file, at + 8);
    if (head.starts_with(sound_name)) {
      StatedSize judged = Judge(file, at + 8, size == 0xffffffffu && size64 > 0 ? size64 : size);
      judged.frame_bytes = frame_bytes;
      judged.sound_at = frame_bytes > 0 ? static_cast<int64_t>(at + 8) : 0;
      return judged;
    }
    at += 8 + size + size % 2;
  }
  return {};
}

// W64: GUIDs of 16 bytes and 64-bit sizes that count their own 24 bytes, chunks at multiples of 8; the whole
// file's size stands behind the first.
StatedSize CheckW64(HeaderReader& file) {
  StatedSize judged;
  const uint64_t stated = Little(file.At(16, 8));
  judged.knows_no_length = stated > uint64_t{1} << 62;
  judged.is_cut = !judged.knows_no_length && stated > file.size();
  uint64_t at = 40;
  int frame_bytes = 0;
  for (int i = 0; i < kMostChunks; ++i) {
    const std::string head = file.At(at, 24);
    if (head.size() < 24) return judged;
    if (head.starts_with("fmt ")) frame_bytes = FrameBytes(file, at + 24);
    if (head.starts_with("data")) {
      judged.frame_bytes = frame_bytes;
      judged.sound_at = frame_bytes > 0 ? static_cast<int64_t>(at + 24) : 0;
      return judged;
    }
    const uint64_t size = Little(head.substr(16));
    if (size < 24 || size > file.size()) return judged;
    at += (size + 7) / 8 * 8;
  }
  return judged;
}

}  // namespace

StatedSize CheckStatedSize(int descriptor) {
  HeaderReader file(descriptor);
  const std::string head = file.At(0, 12);
  if (head.size() < 12) return {};
  if (head.starts_with("RIFF") || head.starts_with("RF64")) return WalkChunks(file, false, "data");
  if (head.starts_with("FORM")) return WalkChunks(file, true, "SSND");
  if (head.starts_with("riff")) return CheckW64(file);
  if (head.starts_with(".snd")) return Judge(file, Big(head.substr(4, 4)), Big(head.substr(8, 4)));
  return {};
}

StatedSize CheckStatedSize(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  const absl::Cleanup close_file = [descriptor] { close(descriptor); };
  return CheckStatedSize(descriptor);
}

bool Mp3SaysItsLength(int descriptor) {
  HeaderReader file(descriptor);
  uint64_t at = 0;
  const std::string tag = file.At(0, 10);
  if (tag.size() == 10 && tag.starts_with("ID3")) {  // ID3v2: 28 bits of size in four bytes of seven
    for (const char byte : tag.substr(6)) at = at << 7 | (static_cast<unsigned char>(byte) & 0x7f);
    at += 10;
  }
  const std::string first_frame = file.At(at, 2048);
  for (const char* name : {"Xing", "Info", "VBRI"}) {
    if (first_frame.find(name) != std::string::npos) return true;
  }
  return false;
}

}  // namespace trackout
