#include "client/text_file.h"

#include <fstream>
#include <sstream>

namespace trackout {

std::string ReadTextFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace trackout
