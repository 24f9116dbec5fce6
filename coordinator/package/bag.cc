#include "coordinator/package/bag.h"

#include <algorithm>

#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// A value of bag-info.txt stands on one line.
std::string OneLine(const std::string& text) {
  std::string line;
  for (const char32_t c : CodePoints(text)) AppendUtf8(line, IsInvisible(c) ? U' ' : c);
  return line;
}

bool IsIsoDate(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) == 8;
}

}  // namespace

std::vector<TextFile> BagTagFiles(const Album& album, std::vector<PayloadFile> payload) {
  std::sort(payload.begin(), payload.end(),
            [](const PayloadFile& a, const PayloadFile& b) { return a.path < b.path; });
  int64_t bytes = 0;
  std::string manifest;
  for (const PayloadFile& file : payload) {
    bytes += file.digest.size_bytes();
    manifest += fmt::format("{}  data/{}\n", Hex(file.digest), file.path);
  }
  std::string info =
      fmt::format("External-Description: {} by {}\n", OneLine(album.album()), OneLine(album.artist()));
  if (!album.catalog().empty()) info += fmt::format("External-Identifier: {}\n", OneLine(album.catalog()));
  if (!album.label().empty()) info += fmt::format("Source-Organization: {}\n", OneLine(album.label()));
  if (IsIsoDate(album.date())) info += fmt::format("Bagging-Date: {}\n", album.date());
  info += "Bag-Software-Agent: trackout\n";
  info += fmt::format("Payload-Oxum: {}.{}\n", bytes, payload.size());
  std::vector<TextFile> files{
      {"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
      {"bag-info.txt", std::move(info)},
      {"manifest-sha256.txt", std::move(manifest)},
  };
  std::string tags;
  for (const TextFile& file : files) tags += fmt::format("{}  {}\n", Hex(DigestOf(file.text)), file.path);
  files.push_back({"tagmanifest-sha256.txt", std::move(tags)});
  return files;
}

}  // namespace trackout
