#include "tests/house/edges.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>

namespace trackout::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array kRooms = {"proto/", "core/", "coordinator/", "worker/", "client/"};
constexpr std::array kOurs = {"proto/", "core/", "coordinator/", "worker/", "client/", "tests/", "deploy/"};

struct Include {
  std::string from;  // file below the root
  int line;
  std::string to;
  bool is_quoted;
};

// The first rule whose beginning fits a file says what of ours it may include, by beginnings.
struct Rule {
  std::string files;
  std::vector<std::string> may_include;
};

const std::vector<Rule>& Rules() {
  static const auto& rules = *new std::vector<Rule>{
      {"proto/", {"proto/"}},
      {"core/", {"core/", "proto/"}},
      {"coordinator/journal/", {"core/", "proto/", "coordinator/journal/"}},
      {"coordinator/desk/",
       {"core/", "proto/", "coordinator/desk/", "coordinator/package/", "coordinator/planner/"}},
      {"coordinator/planner/timeline/", {"core/", "proto/", "coordinator/planner/timeline/"}},
      {"coordinator/planner/prints/",
       {"core/", "proto/", "coordinator/planner/prints/", "coordinator/planner/timeline/"}},
      {"coordinator/planner/", {"core/", "proto/", "coordinator/planner/", "coordinator/package/"}},
      {"coordinator/package/", {"core/", "proto/", "coordinator/package/"}},
      {"coordinator/", {"core/", "proto/", "coordinator/"}},
      {"worker/dsp/", {"worker/dsp/"}},
      {"worker/render/", {"core/", "proto/", "worker/dsp/", "worker/render/"}},
      {"worker/", {"core/", "proto/", "worker/"}},
      {"client/farm/embedded_farm.", {"core/", "proto/", "client/", "worker/", "coordinator/"}},
      {"client/",
       {"core/", "proto/", "client/", "worker/dsp/", "coordinator/planner/", "coordinator/package/"}},
  };
  return rules;
}

// Heavy headers of others, and the only files that may see them.
struct Gate {
  std::string header;
  std::regex files;
};

const std::vector<Gate>& Gates() {
  static const auto& gates = *new std::vector<Gate>{
      {"sndfile.h", std::regex("core/audio/audio_file\\.cc")},
      {"yaml.h", std::regex("core/spec/yaml_tree\\.cc")},
      {"soxr.h", std::regex("tests/core/audio/rate_converter_test\\.cc")},
      {"openssl/", std::regex("core/digest\\.cc")},
      {"utf8proc.h", std::regex("core/text\\.cc")},
      {"CLI/", std::regex("[a-z]+/main\\.cc")},
      {"hwy/", std::regex("worker/dsp/.*")},
      {"sqlite3.h", std::regex("coordinator/journal/sqlite_journal\\.cc")},
      {"grpc", std::regex("core/rpc/.*|coordinator/(server|services/.*)\\.(cc|h)|worker/remote_leases\\.cc|"
                          "client/farm/.*")},
      {"spdlog/", std::regex("[a-z]+/main\\.cc|coordinator/coordinator\\.cc|worker/[a-z_]+\\.cc")},
  };
  return gates;
}

template <typename Beginnings>
bool StartsWithAny(const std::string& text, const Beginnings& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return text.starts_with(beginning); });
}

std::vector<Include> IncludesOf(const fs::path& root, const std::string& file) {
  static const std::regex kInclude("\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"].*");
  std::vector<Include> includes;
  std::ifstream text(root / file);
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    std::smatch match;
    if (std::regex_match(line, match, kInclude))
      includes.push_back({file, number, match[2], match[1] == "\""});
  }
  return includes;
}

// Rooms that decide: without threads, locks, clocks, disks.
constexpr std::array kPure = {"coordinator/desk/", "coordinator/package/", "coordinator/planner/",
                              "core/spec/"};
constexpr std::array kImpure = {"thread", "mutex",  "condition_variable", "chrono",   "atomic", "future",
                                "ctime",  "time.h", "absl/time/clock.h",  "unistd.h", "random"};

// Why the include crosses an edge; empty where it does not.
std::string WhyNot(const fs::path& root, const Include& include) {
  for (const Gate& gate : Gates()) {
    if (include.to.starts_with(gate.header) && !std::regex_match(include.from, gate.files))
      return "this header has another gate";
  }
  const bool is_ours = StartsWithAny(include.to, kOurs);
  if (is_ours) {
    const auto rule = std::find_if(Rules().begin(), Rules().end(),
                                   [&](const Rule& one) { return include.from.starts_with(one.files); });
    return StartsWithAny(include.to, rule->may_include) ? "" : "crosses an edge of the house";
  }
  if (StartsWithAny(include.from, kPure) &&
      std::find(kImpure.begin(), kImpure.end(), include.to) != kImpure.end())
    return "a pure room knows no threads, clocks and disks";
  if (include.is_quoted && fs::exists(root / fs::path(include.from).parent_path() / include.to))
    return "is not written from the root";
  if (include.from.starts_with("worker/dsp/") && !include.to.starts_with("hwy/") &&
      (include.is_quoted || include.to.find_first_of("/.") != std::string::npos)) {
    return "sound knows the standard library and Highway alone";
  }
  return "";
}

}  // namespace

Edges ReadEdges(const std::string& root) {
  std::vector<std::string> files;
  for (const char* room : kRooms) {
    if (!fs::exists(fs::path(root) / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / room)) {
      const std::string ending = entry.path().extension().string();
      if (ending == ".h" || ending == ".cc")
        files.push_back(entry.path().lexically_relative(root).generic_string());
    }
  }
  std::sort(files.begin(), files.end());
  Edges edges;
  edges.files = static_cast<int>(files.size());
  for (const std::string& file : files) {
    for (const Include& include : IncludesOf(root, file)) {
      ++edges.includes;
      const std::string why = WhyNot(root, include);
      if (why.empty()) continue;
      edges.crossings.push_back(include.from + ":" + std::to_string(include.line) + ": includes " +
                                include.to + ": " + why);
    }
  }
  return edges;
}

}  // namespace trackout::test
