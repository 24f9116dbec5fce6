#include "tests/support/folder.h"

#include <stdlib.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trackout::test {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string path = (fs::temp_directory_path() / "trackout-test-XXXXXX").string();
  const char* made = mkdtemp(path.data());
  assert(made != nullptr);
  path_ = made;
}

Folder::~Folder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string Folder::Write(const std::string& name, const std::string& text) const {
  const std::string path = *this / name;
  fs::create_directories(fs::path(path).parent_path());
  WriteFile(path, text);
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::string> Listing(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    names.push_back(entry.path().lexically_relative(path).string() + (entry.is_directory() ? "/" : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace trackout::test
