#include "client/text_file.h"

#include <fstream>
#include <sstream>

namespace trackout {
namespace {

constexpr uintmax_t kMostTextBytes = uintmax_t{64} << 20;  // the manifest of 100,000 files is half of it

}  // namespace

std::string ReadTextFile(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error))) return "";
  if (std::filesystem::file_size(path, error) > kMostTextBytes || error) return "";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace trackout
