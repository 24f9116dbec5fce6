// A folder of a test's own, gone when the test ends; and files in it, written and read in a word.
#pragma once

#include <string>
#include <vector>

namespace trackout::test {

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // Writes text to a file below the folder, making folders on the way; returns its path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);

// Every file and folder below `path`, relative, sorted; folders end in '/'.
std::vector<std::string> Listing(const std::string& path);

}  // namespace trackout::test
