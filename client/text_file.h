// Small text files, read whole.
#pragma once

#include <filesystem>
#include <string>

namespace trackout {

// Empty where it cannot be read, is no plain file (a pipe would hang, a device never end), or is too large.
std::string ReadTextFile(const std::filesystem::path& path);

}  // namespace trackout
