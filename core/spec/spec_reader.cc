#include "core/spec/spec_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/limits.h"
#include "core/spec/yaml_tree.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// The position of a place, or of the nearest thing around it.
TextPosition PositionOf(const Positions& positions, std::string place) {
  while (true) {
    const auto found = positions.find(place);
    if (found != positions.end()) return found->second;
    const size_t cut = place.find_last_of(".[");
    if (place.empty()) return {};
    place.resize(cut == std::string::npos ? 0 : cut);
  }
}

// What the check finds, but for lines of which something was told already: there it only follows from that.
void AddCheck(Solo solo, Spec& spec) {
  std::set<int> told;
  for (const Finding& finding : spec.findings) told.insert(finding.line());
  std::vector<Finding> found = CheckAlbum(spec.album, solo);
  Locate(spec, found);
  for (Finding& finding : found) {
    if (!told.contains(finding.line())) spec.findings.push_back(std::move(finding));
  }
}

}  // namespace

void Locate(const Spec& spec, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    finding.set_file(ValidUtf8(spec.path));
    if (finding.line() != 0) continue;
    const TextPosition position = PositionOf(spec.positions, finding.place());
    finding.set_line(position.line);
    finding.set_column(position.column);
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.line() < b.line(); });
}

Spec ReadSpecText(const std::string& path, std::string text, Solo solo) {
  Spec spec;
  spec.path = path;
  spec.text = std::move(text);
  YamlNode root;
  Finding error;
  if (!ReadYaml(spec.text, root, error)) {
    spec.findings.push_back(error);
  } else {
    MessageFiller(spec.findings, spec.positions).Fill(root, spec.album);
    AddCheck(solo, spec);
  }
  Locate(spec, spec.findings);
  return spec;
}

absl::StatusOr<Spec> ReadSpec(const std::string& path, Solo solo) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  if (std::filesystem::is_directory(status)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a folder; name the album.yaml in it"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened for reading"));
  // One byte more than allowed shows that there is more, without reading it all; a pipe tells no size.
  const uintmax_t size = std::filesystem::file_size(path, error);
  const auto most = static_cast<uintmax_t>(kMostSpecBytes);
  std::string text(static_cast<size_t>((error ? most : std::min(size, most)) + 1), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return ReadSpecText(path, std::move(text), solo);
}

std::string Describe(const Finding& finding) {
  std::string place = finding.file();
  if (finding.line() > 0) place += fmt::format(":{}:{}", finding.line(), finding.column());
  return fmt::format("{}: {}{}", place, finding.severity() == Finding::warning ? "warning: " : "",
                     finding.message());
}

}  // namespace trackout
