#include "client/commands/speech.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "core/limits.h"
#include "core/spec/spec_reader.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

ExitCode GiveResult(const std::string& text, ExitCode code) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("trackout: cannot write to stdout\n", stderr);
  return code == kDone ? kRenderFailed : code;
}

void Say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

ExitCode Fail(ExitCode code, const absl::Status& status) {
  Say(fmt::format("trackout: {}\n", Printable(std::string(status.message()))));
  return code;
}

std::string FindingsText(const std::vector<Finding>& findings) {
  const size_t count = std::min<size_t>(findings.size(), kMostFindings);
  std::string text;
  for (size_t i = 0; i < count; ++i) text += Printable(Describe(findings[i])) + "\n";
  if (count < findings.size()) text += fmt::format("... and {} more\n", findings.size() - count);
  return text;
}

int Cores() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace trackout
