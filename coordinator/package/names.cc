#include "coordinator/package/names.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr std::u32string_view kForbidden = U"<>:\"/\\|?*%";
constexpr std::string_view kNameless = "Untitled";

bool IsReserved(std::string_view name) {
  // https://learn.microsoft.com/windows/win32/fileio/naming-a-file: with any ending, in any case.
  static constexpr std::array kReserved = {"con", "prn", "aux", "nul", "conin$", "conout$"};
  const std::string base = Folded(name.substr(0, name.find('.')));
  if (std::find(kReserved.begin(), kReserved.end(), base) != kReserved.end()) return true;
  if (!base.starts_with("com") && !base.starts_with("lpt")) return false;
  const std::string_view number = std::string_view(base).substr(3);
  return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "¹" || number == "²" ||
         number == "³";
}

bool IsEdge(char c) {
  return c == '.' || c == '_' || c == ' ';
}

std::string Trimmed(std::string text) {
  while (!text.empty() && IsEdge(text.back())) text.pop_back();
  const size_t first = std::find_if_not(text.begin(), text.end(), IsEdge) - text.begin();
  return text.substr(first);
}

}  // namespace

std::string SafeName(std::string_view text, size_t most_bytes) {
  std::string name;
  for (const char32_t c : CodePoints(Composed(text))) {
    const bool is_gap =
        IsBlank(c) || IsInvisible(c) || c == U'\uFFFD' || kForbidden.find(c) != std::u32string_view::npos;
    if (!is_gap) {
      AppendUtf8(name, c);
    } else if (!name.ends_with('_')) {
      name += '_';
    }
  }
  name = Trimmed(name);
  if (IsReserved(name)) name.insert(std::min(name.find('.'), name.size()), "_");
  if (name.size() > most_bytes) {
    size_t end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
    name = Trimmed(name.substr(0, end));
  }
  if (name.starts_with('-')) name[0] = '_';  // no option of anybody's command
  if (name.empty()) name = kNameless;
  return name;
}

std::string NameBook::Take(const std::string& name, const std::string& ending) {
  std::string free = name + ending;
  for (int i = 2; !taken_.insert(Folded(free)).second; ++i) free = fmt::format("{}_{}{}", name, i, ending);
  return free;
}

}  // namespace trackout
