#include "tests/house/fused.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include "tests/support/process.h"

namespace trackout::test {

std::vector<std::string> ObjectsBelow(const std::string& folder, const std::vector<std::string>& parts) {
  std::vector<std::string> objects;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    const auto is_in = [&](const std::string& part) { return path.find(part) != std::string::npos; };
    if (path.ends_with(".o") && std::any_of(parts.begin(), parts.end(), is_in)) objects.push_back(path);
  }
  std::sort(objects.begin(), objects.end());
  return objects;
}

std::vector<std::string> FusedInstructions(const std::string& object) {
  // x86: vfmadd213sd, vfnmsub...; ARM: fmadd, fnmsub, fmla, fmls. A line is "address: bytes<tab>mnemonic
  // operands".
  static const std::regex kFused("\t(v?fn?m(add|sub)[0-9a-z]*|fml[as]l?2?)[ \t]");
  const Ended dump = Run({"objdump", "-d", "--no-show-raw-insn", object});
  EXPECT_EQ(0, dump.exit_code) << dump.err;
  std::vector<std::string> fused;
  std::istringstream lines(dump.out);
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, kFused)) fused.push_back(line);
  }
  return fused;
}

std::vector<std::string> InexactCalls(const std::string& object) {
  // A line is "                 U name", or "U __exp_finite", or "U std::pow(float, int)".
  static const std::regex kInexact(
      " U (std::|__)?((exp|exp2|exp10|pow10|expm1|log|log2|log10|log1p|pow|cbrt|hypot|fma|a?(sin|cos|tan)h?|"
      "sincos|atan2|erfc?|[lt]gamma)[fl]?)(_finite)?(\\(.*)?(@.*)?$");
  const Ended names = Run({"nm", "-C", "-u", object});
  EXPECT_EQ(0, names.exit_code) << names.err;
  std::vector<std::string> calls;
  std::istringstream lines(names.out);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, kInexact)) calls.push_back(match[2]);
  }
  return calls;
}

}  // namespace trackout::test
