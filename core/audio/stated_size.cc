#include "core/audio/stated_size.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

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
  explicit HeaderReader(const std::string& path) : file_(path, std::ios::binary) {
    std::error_code error;
    size_ = std::filesystem::file_size(path, error);
    if (error) size_ = 0;
  }

  uint64_t size() const { return size_; }

  // Bytes at an offset; fewer where the file ends.
  std::string At(uint64_t offset, size_t count) {
    std::string bytes(count, '\0');
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<size_t>(std::max<std::streamsize>(file_.gcount(), 0)));
    return bytes;
  }

 private:
  std::ifstream file_;
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

// RIFF and RF64 (little endian, `data`), FORM (big endian, `SSND`): name, size, content, padded to even.
StatedSize WalkChunks(HeaderReader& file, bool is_big, std::string_view sound_name) {
  uint64_t size64 = 0;  // of RF64's `ds64`
  uint64_t at = 12;
  for (int i = 0; i < kMostChunks; ++i) {
    const std::string head = file.At(at, 8);
    if (head.size() < 8) return {};
    const uint64_t size = is_big ? Big(head.substr(4)) : Little(head.substr(4));
    if (head.starts_with("ds64")) size64 = Little(file.At(at + 16, 8));
    if (head.starts_with(sound_name))
      return Judge(file, at + 8, size == 0xffffffffu && size64 > 0 ? size64 : size);
    at += 8 + size + size % 2;
  }
  return {};
}

// W64: GUIDs and 64-bit sizes that count their own 24 bytes; the whole file's size stands behind the first.
StatedSize CheckW64(HeaderReader& file) {
  StatedSize judged;
  const uint64_t stated = Little(file.At(16, 8));
  judged.knows_no_length = stated > uint64_t{1} << 62;
  judged.is_cut = !judged.knows_no_length && stated > file.size();
  return judged;
}

}  // namespace

StatedSize CheckStatedSize(const std::string& path) {
  HeaderReader file(path);
  const std::string head = file.At(0, 12);
  if (head.size() < 12) return {};
  if (head.starts_with("RIFF") || head.starts_with("RF64")) return WalkChunks(file, false, "data");
  if (head.starts_with("FORM")) return WalkChunks(file, true, "SSND");
  if (head.starts_with("riff")) return CheckW64(file);
  if (head.starts_with(".snd")) return Judge(file, Big(head.substr(4, 4)), Big(head.substr(8, 4)));
  return {};
}

bool Mp3SaysItsLength(const std::string& path) {
  HeaderReader file(path);
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
