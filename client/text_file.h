// Small text files, read whole.
#pragma once

#include <filesystem>
#include <string>

namespace trackout {

// Empty where the file cannot be read.
std::string ReadTextFile(const std::filesystem::path& path);

}  // namespace trackout
